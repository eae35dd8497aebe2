"""The score table of the overview, and what can be said of every two systems."""

from workflows.report.axes import apart
from workflows.report.comparison import Comparison
from workflows.report.pairs import chance, pairs
from workflows.report.scores import score_table
from workflows.report.section import Section, filled


def section(comparison: Comparison) -> Section | None:
    """The scores that no axis has, in one table, their variants in another; None where nothing was scored."""
    plain = apart(comparison)
    main, variants = score_table(plain), score_table(plain, variants=True)
    if not main.groups:
        return None
    body = filled("scores.html", main=main, variants=variants, pairs=pairs(comparison), chance=chance)
    return Section("scores", "Scores", body)
