"""The table of scores: what stands in every cell, which is best, and what must be said below it."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from pipeline.records import Score
from pipeline.registry import get, registered
from pipeline.stage import Better
from workflows.report.comparison import Comparison, System

GROUPS: Mapping[str, str] = {"all": "All references", "leave_one_out": "Leave one out"}
Column = tuple[str, str]
"""(references, metric)"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One score as printed, with its bounds; a missing one has a reason and the number of its footnote."""

    text: str
    best: bool = False
    interval: str = ""
    reason: str = ""
    footnote: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One system and its cells, in the order of the columns; `scored` says on how many photos if not on all."""

    system: System
    scored: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Columns by group, rows, the footnotes in order, and (column, fingerprint, whose) lines."""

    groups: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[Row, ...]
    footnotes: tuple[str, ...]
    fingerprints: tuple[tuple[str, str, str], ...]


def score_table(comparison: Comparison, variants: bool = False) -> ScoreTable:
    """The table of a comparison: of the scores themselves, or of their variants (named with a bracket, as BLEU without
    brevity penalty), which would drown the others.

    Best is the highest of a column, or the lowest where less is better, among at least two systems that did not see the
    truth, were scored on equally many photos and share one fingerprint; equal printed values are all best.
    """
    columns = tuple(column for column in _columns(comparison) if variants == ("(" in column[1]))
    found, ways = [_Found.of(system) for system in comparison.systems], better()
    best = {column: _best(column, found, ways.get(column[1], "more")) for column in columns}
    footnotes: list[str] = []
    rows = []
    for one in found:
        cells = []
        for column in columns:
            reason = _missing(one.scores.get(column))
            if reason and reason not in footnotes:
                footnotes.append(reason)
            if reason:
                cells.append(Cell("–", reason=reason, footnote=footnotes.index(reason) + 1))
            else:
                text = _text(one.scores[column].value)
                cells.append(Cell(text, one.system.name in best[column], interval=_bounds(one.scores[column].interval)))
        rows.append(Row(one.system, one.scored(columns, len(comparison.images)), tuple(cells)))
    groups = tuple(
        (title, tuple(metric for references, metric in columns if references == group))
        for group, title in GROUPS.items()
    )
    return ScoreTable(
        tuple(group for group in groups if group[1]), tuple(rows), tuple(footnotes), _fingerprints(columns, comparison)
    )


def better() -> Mapping[str, Better]:
    """Score -> what is better of it."""
    kinds = [get("metrics", metric) for metric in registered("metrics")]
    return {name: kind.better.get(name, "more") for kind in kinds for name in kind.scores}


def photo_scores(comparison: Comparison) -> Column | None:
    """The column whose scores of single photos the page shows, one of which more is better: CIDEr before others, then
    the one most systems have, all references before leave one out."""
    ways = better()
    have = Counter(
        (score.references, score.metric)
        for system in comparison.systems
        for score in system.scores
        if score.per_photo and ways.get(score.metric, "more") == "more"
    )
    return max(
        have, key=lambda column: (column[1].lower().startswith("cider"), have[column], column[0] == "all"), default=None
    )


def by_photo(comparison: Comparison) -> list[Mapping[str, float]]:
    """photo -> score in that column, of every system; empty for one that has none."""
    column = photo_scores(comparison)
    return [
        next((s.per_photo for s in system.scores if (s.references, s.metric) == column), {})
        for system in comparison.systems
    ]


def photo_metric(comparison: Comparison) -> str:
    """What that column is called; empty where no photo has a score."""
    column = photo_scores(comparison)
    return f"{column[1]}, {GROUPS[column[0]].lower()}" if column else ""


def _columns(comparison: Comparison) -> tuple[Column, ...]:
    """In the order of the groups, and within a group in the order the systems' scores come in."""
    met = dict.fromkeys((s.references, s.metric) for system in comparison.systems for s in system.scores)
    return tuple(column for group in GROUPS for column in met if column[0] == group)


@dataclass(frozen=True, slots=True)
class _Found:
    """A system, its scores by column, and on how many photos it said something."""

    system: System
    scores: Mapping[Column, Score]
    said: int

    @classmethod
    def of(cls, system: System) -> Self:
        scores: dict[Column, Score] = {(score.references, score.metric): score for score in system.scores}
        return cls(system, scores, system.said)

    @property
    def contends(self) -> bool:
        return not self.system.human and not self.system.oracle

    def scored(self, columns: tuple[Column, ...], total: int) -> str:
        known = any(not _missing(self.scores.get(column)) for column in columns)
        return scored_on(self.said, total) if known else ""


def scored_on(said: int, total: int) -> str:
    """On how many photos a system was scored; empty where it said something of all."""
    return f"scored on {said:,} of {total:,} photos" if said < total else ""


def _best(column: Column, found: list[_Found], way: Better) -> frozenset[str]:
    """The systems of the best printed value, of those that can be held against each other."""
    rivals = [one for one in found if one.contends and not _missing(one.scores.get(column))]
    most = max((one.said for one in rivals), default=0)
    fair = {one.system.name: one.scores[column] for one in rivals if one.said == most}
    if way == "neither" or len(fair) < 2 or len({score.fingerprint for score in fair.values()}) > 1:
        return frozenset()
    best = _text((min if way == "less" else max)(score.value or 0.0 for score in fair.values()))
    return frozenset(name for name, score in fair.items() if _text(score.value) == best)


def _missing(score: Score | None) -> str:
    if score is None:
        return "not computed for this system"
    if score.value is None:
        return score.missing or "no reason was given"
    return "" if math.isfinite(score.value) else "the result is not a number"


def _text(value: float | None) -> str:
    return f"{value or 0.0:.3f}".replace("-", "\u2212")


def _bounds(interval: tuple[float, float] | None) -> str:
    return f"{_text(interval[0])} to {_text(interval[1])}" if interval else ""


def _fingerprints(columns: tuple[Column, ...], comparison: Comparison) -> tuple[tuple[str, str, str], ...]:
    """One line a column, or one for each fingerprint where systems were not scored alike."""
    lines = []
    for references, metric in columns:
        whose: dict[str, list[str]] = {}
        for system in comparison.systems:
            for score in system.scores:
                if (score.references, score.metric) == (references, metric) and score.value is not None:
                    whose.setdefault(score.fingerprint, []).append(system.name)
        name = f"{metric}, {GROUPS[references].lower()}"
        lines += [(name, mark, ", ".join(titles) if len(whose) > 1 else "") for mark, titles in whose.items()]
    return tuple(lines)
