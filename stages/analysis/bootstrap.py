"""Percentile intervals of scores by the bootstrap over photos (Efron and Tibshirani 1993, ch. 13).

A photo is drawn with all its captions, references and rounds. A score of a corpus is computed anew from the sums of
the rows drawn. What a row itself took from all photos, as CIDEr's idf, stays as it was.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.records import Array
from pipeline.stage import Metric
from stages.analysis.scoring import MetricResult

DRAWS = 1_000
LEVEL = 0.95
LEAST_PHOTOS = 10
"""Resamples of fewer photos are too much alike for their bounds to be an interval, and of one photo are all the same: a
sure sign of whatever it shows."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and where it lies with 95 % confidence."""

    value: float
    low: float
    high: float


def photo_draws(photos: int, draws: int = DRAWS, seed: int = 0) -> Array:
    """(draws, photos): how often each resample has each photo; to be shared by all systems and metrics."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(photos, np.full(photos, 1.0 / photos), size=draws).astype(np.float64)


def whole_and_draws(photos: int, seed: int = 0) -> Array:
    """(1 + draws, photos): all photos once, then `photo_draws`."""
    return np.vstack([np.ones(photos), photo_draws(photos, seed=seed)])


def bounds(values: Array, level: float = LEVEL) -> tuple[float, float]:
    """What `level` of the values lie between, of those that are numbers; NaN where none is."""
    known, tail = values[np.isfinite(values)], (1.0 - level) / 2.0
    low, high = np.quantile(known, (tail, 1.0 - tail)) if known.size else (np.nan, np.nan)
    return float(low), float(high)


def estimate(values: Array) -> Estimate:
    """The first value, of all photos, with the bounds of the others: see `whole_and_draws`."""
    return Estimate(float(values[0]), *bounds(values[1:]))


def resampled(metric: Metric[object], result: MetricResult, draws: Array) -> Array:
    """(draws, scores) of photos that are there as often as `draws` (draws, photos) says, equally many in every draw."""
    rounds, photos, width = result.rows.shape
    table = result.rows.transpose(1, 0, 2).reshape(photos, -1)  # (photos, rounds x statistics)
    sums = (draws @ table).reshape(len(draws), rounds, width)
    values: Array = metric.from_sums(sums, round(draws[0].sum())).mean(axis=1)
    return values


def intervals(
    metric: Metric[object], result: MetricResult, draws: Array, level: float = LEVEL
) -> dict[str, tuple[float, float]]:
    """Score -> the bounds that `level` of the resamples lie between; of those, where some have no value, that have one.
    None of fewer than LEAST_PHOTOS photos.

    Args:
        metric: the one `result` is of.
        draws: (draws, photos) from `photo_draws`.
    """
    if len(result.photos) < LEAST_PHOTOS:
        return {}
    columns = zip(metric.scores, resampled(metric, result, draws).T, strict=True)
    return {name: bounds(column, level) for name, column in columns if np.isfinite(column).any()}
