"""What the scores of a comparison can be trusted for: their intervals, and which systems differ."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from pipeline.records import Array, Caption, Score
from pipeline.stage import EvidenceMetric, Metric
from stages.analysis.bootstrap import intervals, photo_draws, resampled
from stages.analysis.contrasts import contrasts
from stages.analysis.scoring import MetricResult, score
from stages.analysis.verdicts import Verdict, verdicts

Measured = Sequence[tuple[Metric[Any], MetricResult]]
Said = Mapping[str, tuple[Caption, ...]]


def with_intervals(systems: Mapping[str, Measured]) -> dict[str, tuple[Score, ...]]:
    """The scores of every system with their intervals, all from the same draws of photos."""
    draws = cache(photo_draws)
    found: dict[str, tuple[Score, ...]] = {}
    for name, measured in systems.items():
        scores: list[Score] = []
        for metric, result in measured:
            bounds = intervals(metric, result, draws(len(result.photos))) if result.photos else {}
            scores += [replace(item, interval=bounds.get(item.metric)) for item in result.scores]
        found[name] = tuple(scores)
    return found


def together(systems: Mapping[str, Measured], names: tuple[str, str]) -> dict[str, dict[str, float]]:
    """system -> references -> how two scores go together, see `correlated`, where it has both of the same photos; all
    from the same draws as the intervals."""
    draws = cache(photo_draws)
    found: dict[str, dict[str, float]] = {}
    for system, measured in systems.items():
        found[system] = {}
        for references in dict.fromkeys(result.references for _, result in measured):
            mine = [one for one in measured if one[1].references == references]
            both = [one for name in names for one in mine if name in one[0].scores]
            if len(both) == 2 and both[0][1].photos == both[1][1].photos != ():
                found[system][references] = correlated(names, both, draws(len(both[0][1].photos)))
    return found


def correlated(names: Sequence[str], measured: Measured, draws: Array) -> float:
    """How two scores go together over `draws` (draws, photos): the correlation of the logarithm of the first and the
    second; 0 where either is the same in all."""
    first, second = (
        resampled(metric, result, draws)[:, metric.scores.index(name)]
        for name, (metric, result) in zip(names, measured, strict=True)
    )
    known = np.isfinite(first) & np.isfinite(second) & (first > 0)
    both = np.stack([np.log(first[known]), second[known]])
    return float(np.corrcoef(both)[0, 1]) if known.sum() > 1 and both.std(axis=1).all() else 0.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A score of one plan fitted with several seeds: its mean, how far seeds lie apart (standard deviation, of a
    sample), and the interval of the mean over photos; the seeds are those that were run, not all there could be."""

    plan: str
    metric: str
    references: str
    seeds: int
    mean: float
    deviation: float
    interval: tuple[float, float]


def over_seeds(plan: str, systems: Sequence[Measured]) -> list[Spread]:
    """Every score that a plan has with each of two or more seeds."""
    spreads = []
    for same in zip(*systems, strict=True) if len(systems) > 1 else ():
        if not all(result.photos for _, result in same):
            continue
        each = [contrasts([(1.0, *one)]) for one in same]
        for name, mean in contrasts([(1.0 / len(same), *one) for one in same]).items():
            if math.isfinite(mean.value):
                apart = float(np.std([one[name].value for one in each], ddof=1))
                references, interval = same[0][1].references, (mean.low, mean.high)
                spreads.append(Spread(plan, name, references, len(same), mean.value, apart, interval))
    return spreads


def all_pairs(
    systems: Mapping[str, Measured], said: Mapping[str, Said], references: Mapping[str, tuple[str, ...]]
) -> list[Verdict]:
    """Of every metric and choice of references, every two systems on the photos both described.

    Where rows depend on the other photos' references, as by CIDEr's idf, what a system said of the common photos is
    scored anew.
    Two systems without a common photo are no pair.
    """
    columns: dict[tuple[str, str], dict[str, tuple[Metric[Any], MetricResult]]] = {}
    for name, measured in systems.items():
        for metric, result in measured:
            if result.photos:
                columns.setdefault((metric.name, result.references), {})[name] = (metric, result)

    @cache
    def on(column: tuple[str, str], name: str, photos: tuple[str, ...]) -> MetricResult:
        metric, result = columns[column][name]
        if photos == result.photos:
            return result
        if metric.rows_stand_alone or isinstance(metric, EvidenceMetric):  # of these, the truth of the split remains
            return result.of(photos)
        captions = {photo: said[name][photo] for photo in photos}
        others = {photo: references[photo] for photo in photos}
        (anew,) = score(captions, others, [metric], [result.references])
        return replace(anew, rows=anew.rows[: len(result.rows)], truth=result.truth)  # rounds of the whole split

    told = []
    for column, found in columns.items():
        pairs = {}
        for first, second in combinations(found, 2):
            there = set(found[second][1].photos)
            common = tuple(photo for photo in found[first][1].photos if photo in there)
            if common:
                pairs[first, second] = (on(column, first, common), on(column, second, common))
        told += verdicts(next(iter(found.values()))[0], pairs)
    return told
