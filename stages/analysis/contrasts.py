"""A question put to several systems: a sum of their scores, some taken away, with its interval over photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.errors import UnknownName
from pipeline.stage import Metric
from stages.analysis.alike import require_alike
from stages.analysis.bootstrap import LEVEL, photo_draws, resampled
from stages.analysis.scoring import MetricResult


@dataclass(frozen=True, slots=True)
class Contrast:
    """What a sum comes to on some photos, and the bounds that 95 % of the resamples lie between."""

    value: float
    low: float
    high: float
    photos: int

    @property
    def sign(self) -> int:
        """1 above 0, -1 below it, 0 where the interval holds it: then the photos cannot say."""
        return int(self.low > 0) - int(self.high < 0)


def contrast(name: str, terms: Sequence[tuple[float, Metric[Any], MetricResult]]) -> Contrast:
    """The sum of weight x score `name` of every term (weight, metric, what it measured), all on the same draws.

    "a - b" is (1, a), (-1, b): one better than the other. "a - b - c + d" is an interaction: whether a over b wins more
    than c over d.

    Raises:
        BadData: if two results are not of the same photos and references.
        UnknownName: for a score that the metrics do not give.
    """
    _, metric, first = terms[0]
    if name not in metric.scores:
        raise UnknownName(f"score of {metric.name}", name, metric.scores)
    for _, _, other in terms[1:]:
        require_alike(first, other)
    place, photos = metric.scores.index(name), len(first.photos)
    draws = np.vstack([np.ones(photos), photo_draws(photos)])  # all as they are, and then the resamples
    values = np.sum([weight * resampled(own, result, draws)[:, place] for weight, own, result in terms], axis=0)
    low, high = np.quantile(values[1:], ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0))
    return Contrast(float(values[0]), float(low), float(high), photos)
