"""The two axes of a caption: whether it is about the photo, and whether it is good English; as tables and a chart."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.records import Score
from pipeline.registry import get
from stages.metrics.facts import TUPLE_F1
from stages.metrics.fluency import PERPLEXITY
from workflows.report.comparison import Comparison, System
from workflows.report.scatter import FRAME, NARROW, Frame, Point, Scatter, scatter
from workflows.report.scores import GROUPS, ScoreTable, better, score_table
from workflows.report.section import Section, assets, filled

METRICS = {
    "facts": "Relevance",
    "presence": "What is boxed",
    "fluency": "Fluency",
    "novelty": "Novelty",
    "grounding": "Grounding",
}
LABELLED = ("graph", "triplets")
"""A plan that writes one of these speaks of what it found; the others go from the photo's features to words."""
LESS = " \u2193"
"""Stands behind the name of a score of which less is better."""


@dataclass(frozen=True, slots=True)
class Axes:
    """(kind, title, table) of each axis that was measured, under one choice of references, and the marks of both."""

    references: str
    tables: tuple[tuple[str, str, ScoreTable], ...]
    points: tuple[Point, ...]

    @property
    def charts(self) -> list[tuple[str, Frame, Scatter]]:
        """The chart for a wide page and for a narrow one; none without marks."""
        frames = (("wide", FRAME), ("narrow", NARROW)) if self.points else ()
        return [(name, frame, scatter(self.points, frame)) for name, frame in frames]


def section(comparison: Comparison) -> Section | None:
    """The chart and the tables; None where neither axis was measured."""
    found = axes(comparison)
    return Section("axes", "Relevance and fluency", filled("axes.html", axes=found)) if found.tables else None


def picture(comparison: Comparison) -> str:
    """The chart as an SVG that needs nothing else, light or dark as its reader has it; empty without marks."""
    points = axes(comparison).points
    style = assets("colours.css", "axes.css")
    drawn = filled("axes.svg", points=points, frame=FRAME, chart=scatter(points), style=style) if points else ""
    return drawn.strip()


def apart(comparison: Comparison) -> Comparison:
    """The comparison without the scores of the axes, which have tables of their own."""
    names = {name for metric in METRICS for name in get("metrics", metric).scores}
    return _only(comparison, lambda score: score.metric not in names)


def axes(comparison: Comparison) -> Axes:
    """What stands in front of a comparison; without tables where neither axis was measured.

    Of the two choices of references it is the one under which more systems have both a relevance and a perplexity:
    people have theirs where one reference is left out.
    """
    group = max(GROUPS, key=lambda references: len(_both(comparison, references)))
    tables = ((metric, title, _table(comparison, metric, group)) for metric, title in METRICS.items())
    return Axes(GROUPS[group], tuple(table for table in tables if table[2].groups), _both(comparison, group))


def _both(comparison: Comparison, references: str) -> tuple[Point, ...]:
    """The systems that have a perplexity and a tuple F1."""
    points = []
    for system in comparison.systems:
        scores = {score.metric: score for score in system.scores if score.references == references}
        fluency, relevance = scores.get(PERPLEXITY), scores.get(TUPLE_F1)
        if fluency and relevance and fluency.value is not None and relevance.value is not None:
            spread = (fluency.interval, relevance.interval) if fluency.interval and relevance.interval else None
            together = system.together.get(references, 0.0)
            name, kind = label(comparison, system), shape(system)
            points.append(Point(name, fluency.value, relevance.value, kind, _aside(system), spread, together))
    return tuple(points)


def _aside(system: System) -> bool:
    return system.human or bool(system.oracle)


def label(comparison: Comparison, system: System) -> str:
    """What stands beside its mark: its name, and of how many photos its scores are if not of all."""
    many = system.said
    return system.name if many == len(comparison.images) else f"{system.name} ({many:,} photo{'s' * (many != 1)})"


def shape(system: System) -> str:
    """The mark of its kind in every chart."""
    if system.human:
        return "triangle"
    if system.elsewhere:
        return "square"
    return "diamond" if any(field in system.stages for field in LABELLED) else "circle"


def _table(comparison: Comparison, metric: str, references: str) -> ScoreTable:
    names, ways = get("metrics", metric).scores, better()
    table = score_table(_only(comparison, lambda score: score.metric in names and score.references == references))
    groups = (
        (title, tuple(name + LESS * (ways[name] == "less") for name in columns)) for title, columns in table.groups
    )
    return replace(table, groups=tuple(groups))


def _only(comparison: Comparison, kept: Callable[[Score], bool]) -> Comparison:
    systems = (replace(system, scores=tuple(filter(kept, system.scores))) for system in comparison.systems)
    return replace(comparison, systems=tuple(systems))
