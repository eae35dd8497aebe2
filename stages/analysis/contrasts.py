"""A question put to several systems: a sum of their scores, some taken away, with its interval over photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.errors import UnknownName
from pipeline.stage import Metric
from stages.analysis.alike import require_alike
from stages.analysis.bootstrap import LEVEL, score_draws
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
    place = metric.scores.index(name)
    drawn = sum(weight * score_draws(own, result)[:, place] for weight, own, result in terms)
    once = np.ones((1, len(first.photos)))
    whole = sum(weight * score_draws(own, result, once)[0, place] for weight, own, result in terms)
    low, high = np.quantile(drawn, ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0))
    return Contrast(float(whole), float(low), float(high), len(first.photos))
