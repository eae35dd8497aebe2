"""What a caption costs against how good it is: one mark a system, and the costs in numbers."""

import math
from dataclasses import dataclass

from workflows.costs.systems import SystemCost
from workflows.report.axes import label, shape
from workflows.report.comparison import Comparison, System
from workflows.report.scatter import FRAME, NARROW, Frame, Point, Scatter, scatter
from workflows.report.scores import GROUPS, photo_scores
from workflows.report.section import Section, filled


@dataclass(frozen=True, slots=True)
class Chart:
    """The systems whose cost and score are both known, by the score named; (name, why not) of the others."""

    metric: str
    points: tuple[Point, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def drawings(self) -> list[tuple[str, Frame, Scatter]]:
        """For a wide page and for a narrow one; none without marks."""
        frames = (("wide", FRAME), ("narrow", NARROW)) if self.points else ()
        return [(name, frame, scatter(self.points, frame, math.inf)) for name, frame in frames]


def section(comparison: Comparison) -> Section | None:
    """The chart and the table; None where nothing is known of any cost."""
    if not comparison.costs:
        return None
    return Section("cost", "Cost", filled("cost.html", chart=chart(comparison), costs=comparison.costs))


def chart(comparison: Comparison) -> Chart:
    """CPU seconds a photo and the score that the page shows of every photo."""
    costs = {cost.system: cost for cost in comparison.costs}
    references, metric = photo_scores(comparison) or ("all", "")
    points, left_out = [], []
    for system in comparison.systems:
        score = next((s for s in system.scores if (s.references, s.metric) == (references, metric)), None)
        why = _why_not(system, costs.get(system.name))
        if not why and (score is None or score.value is None):
            why = "has no such score"
        if why or score is None or score.value is None:
            left_out.append((system.name, why))
            continue
        spent = costs[system.name].photo.cpu_seconds
        spread = ((spent, spent), score.interval) if score.interval else None
        points.append(Point(label(comparison, system), spent, score.value, shape(system), bool(system.oracle), spread))
    return Chart(f"{metric}, {GROUPS[references].lower()}", tuple(points), tuple(left_out))


def _why_not(system: System, cost: SystemCost | None) -> str:
    if system.human or system.elsewhere:
        return "was written elsewhere"
    if cost is None or cost.photo.gaps or not cost.photo.cpu_seconds:
        return "is not recorded whole"
    return ""
