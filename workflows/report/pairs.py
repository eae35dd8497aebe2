"""Which systems differ: every two of them by the score that the page shows of single photos."""

from dataclasses import dataclass

from stages.analysis.verdicts import Verdict
from workflows.report.comparison import Comparison
from workflows.report.scores import photo_metric, photo_scores


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of one score, those that cannot be told apart first; `summary` says how many can."""

    score: str
    summary: str
    verdicts: tuple[Verdict, ...]


def pairs(comparison: Comparison) -> Pairs | None:
    """The verdicts of the page's score, CIDEr before others; None where there are none."""
    column = photo_scores(comparison)
    found = [told for told in comparison.pairs if (told.references, told.metric) == column]
    if not found or column is None:
        return None
    apart = sum(told.separable for told in found)
    summary = f"{apart} of {len(found)} pairs of systems are separable"
    ordered = sorted(found, key=lambda told: (told.separable, -told.adjusted))
    return Pairs(photo_metric(comparison), summary, tuple(ordered))


def chance(p: float) -> str:
    """A p-value as printed."""
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"
