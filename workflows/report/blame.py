"""Which stage of each system costs most, of those whose stages were replaced; the rest stands in the system's view."""

from workflows.report.ablation import shown
from workflows.report.comparison import Comparison
from workflows.report.section import Section, filled


def section(comparison: Comparison) -> Section | None:
    """A row a system; None where no stage was replaced."""
    told = [system.ablation for system in comparison.systems if system.ablation]
    return Section("blame", "What stages cost", filled("blame.html", told=told, shown=shown)) if told else None
