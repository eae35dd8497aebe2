"""A question put to several systems: a sum of their scores, some taken away, with its interval over photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.errors import UnknownName
from pipeline.stage import Metric
from stages.analysis.alike import require_alike
from stages.analysis.bootstrap import Estimate, estimate, resampled, whole_and_draws
from stages.analysis.scoring import MetricResult


@dataclass(frozen=True, slots=True)
class Contrast(Estimate):
    """What a sum comes to on so many photos."""

    photos: int

    @property
    def sign(self) -> int:
        """1 above 0, -1 below it, 0 where the interval holds it: then the photos cannot say."""
        return int(self.low > 0) - int(self.high < 0)


def contrasts(terms: Sequence[tuple[float, Metric[Any], MetricResult]]) -> dict[str, Contrast]:
    """Score -> the sum of weight x score of every term (weight, metric, what it measured), all on the same draws.

    "a - b" is (1, a), (-1, b): one better than the other. "a - b - c + d" is an interaction: whether a over b wins more
    than c over d.

    Raises:
        BadData: if two results are not of the same metric, photos and references.
    """
    _, metric, first = terms[0]
    for _, _, other in terms[1:]:
        require_alike(first, other)
    photos = len(first.photos)
    draws = whole_and_draws(photos)
    sums = np.sum([weight * resampled(own, result, draws) for weight, own, result in terms], axis=0)
    found = zip(metric.scores, map(estimate, sums.T), strict=True)
    return {name: Contrast(one.value, one.low, one.high, photos) for name, one in found}


def contrast(name: str, terms: Sequence[tuple[float, Metric[Any], MetricResult]]) -> Contrast:
    """That of one score; see `contrasts`.

    Raises:
        BadData: if two results are not of the same metric, photos and references.
        UnknownName: for a score that the metric does not give.
    """
    metric = terms[0][1]
    if name not in metric.scores:
        raise UnknownName(f"score of {metric.name}", name, metric.scores)
    return contrasts(terms)[name]
