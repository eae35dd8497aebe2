"""Which stage writes which field of which plan."""

from pipeline.records import FIELDS
from workflows.report.comparison import Comparison
from workflows.report.section import Section, filled


def section(comparison: Comparison) -> Section | None:
    """The plans, field by field; None where no plan is known."""
    fields = [field for field in FIELDS if any(field in system.stages for system in comparison.systems)]
    if not fields:
        return None
    return Section(
        "plans", "The plans, field by field", filled("plans.html", fields=fields, systems=comparison.systems)
    )
