"""Percentile intervals of scores by the bootstrap over photos (Efron and Tibshirani 1993, ch. 13).

A photo is drawn with all its captions, references and rounds. A score of a corpus is computed anew from the sums of
the rows drawn. What a row itself took from all photos, as CIDEr's idf, stays as it was.
"""

import numpy as np

from pipeline.records import Array
from pipeline.stage import Metric
from stages.analysis.scoring import MetricResult

DRAWS = 1_000
LEVEL = 0.95


def photo_draws(photos: int, draws: int = DRAWS, seed: int = 0) -> Array:
    """(draws, photos): how often each resample has each photo; to be shared by all systems and metrics."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(photos, np.full(photos, 1.0 / photos), size=draws).astype(np.float64)


def score_draws(metric: Metric[object], result: MetricResult, draws: Array | None = None) -> Array:
    """(draws, scores): what the scores of a metric come to on every resample.

    Args:
        metric: the one `result` is of.
        draws: (draws, photos) from `photo_draws`, by default its own: those of equally many photos are equal.
    """
    rounds, photos, width = result.rows.shape
    taken = photo_draws(photos) if draws is None else draws
    table = result.rows.transpose(1, 0, 2).reshape(photos, -1)  # (photos, rounds x statistics)
    sums = (taken @ table).reshape(len(taken), rounds, width)
    return np.asarray(metric.from_sums(sums, photos).mean(axis=1))


def intervals(
    metric: Metric[object], result: MetricResult, draws: Array, level: float = LEVEL
) -> dict[str, tuple[float, float]]:
    """Score -> the bounds that `level` of the resamples lie between; the arguments are those of `score_draws`."""
    tail = (1.0 - level) / 2.0
    bounds = np.quantile(score_draws(metric, result, draws), (tail, 1.0 - tail), axis=0).T
    return {name: (float(low), float(high)) for name, (low, high) in zip(metric.scores, bounds, strict=True)}
