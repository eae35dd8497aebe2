"""What the overview of a comparison shows, in order. A part of one's own: a module with such a function, named here."""

from collections.abc import Callable

from workflows.report import axes, blame, cost, galleries, learning, plans, table
from workflows.report.comparison import Comparison
from workflows.report.section import Section

SECTIONS: tuple[Callable[[Comparison], Section | None], ...] = (
    axes.section,
    table.section,
    galleries.section,
    blame.section,
    cost.section,
    learning.section,
    plans.section,
)
"""Each is None where the comparison has nothing for it."""


def sections(comparison: Comparison) -> list[Section]:
    """The parts that have something to show."""
    return [made for section in SECTIONS if (made := section(comparison)) is not None]
