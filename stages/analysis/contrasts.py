"""A question put to several systems: a sum of their scores, some taken away, with its interval over photos and, where
they were fitted more than once, over what chance does when they learn (Bouthillier et al., MLSys 2021)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from pipeline.errors import UnknownName
from pipeline.records import Array
from pipeline.stage import Metric
from stages.analysis.alike import require_alike
from stages.analysis.bootstrap import LEAST_PHOTOS, Estimate, estimate, resampled, whole_and_draws
from stages.analysis.scoring import MetricResult

Term: TypeAlias = tuple[float, Metric[Any], MetricResult]
"""A weight, and what a metric measured."""


@dataclass(frozen=True, slots=True)
class Contrast(Estimate):
    """What a sum comes to on so many photos, and how far its terms lie apart from seed to seed (the standard deviation
    of a sample, pooled); 0 where each has one."""

    photos: int
    deviation: float = 0.0

    @property
    def sign(self) -> int:
        """1 above 0, -1 below it; 0 where the interval holds it or photos are few: then they cannot say."""
        return 0 if self.photos < LEAST_PHOTOS else int(self.low > 0) - int(self.high < 0)


def contrasts(terms: Sequence[Term]) -> dict[str, Contrast]:
    """Score -> the sum of weight x score of every term (weight, metric, what it measured), all on the same draws.

    "a - b" is (1, a), (-1, b): one better than the other. "a - b - c + d" is an interaction: whether a over b wins more
    than c over d.

    Raises:
        BadData: if two results are not of the same metric, photos and references.
    """
    metric, photos = terms[0][1], _photos(terms)
    sums = _sums(terms, whole_and_draws(photos))
    found = zip(metric.scores, map(estimate, sums.T), strict=True)
    return {name: Contrast(one.value, one.low, one.high, photos) for name, one in found}


def contrast(name: str, terms: Sequence[Term]) -> Contrast:
    """That of one score; see `contrasts`.

    Raises:
        BadData: if two results are not of the same metric, photos and references.
        UnknownName: for a score that the metric does not give.
    """
    return contrast_of_seeds(name, [[[term]] for term in terms])


def contrast_of_seeds(name: str, fitted: Sequence[Sequence[Sequence[Term]]]) -> Contrast:
    """The sum of the means of what was fitted with several seeds: for each thing fitted, and each seed, its terms.

    To every draw of photos is added what another choice of seeds might do: a draw of Student's t, with the deviation of
    the seeds pooled over all that have two or more, as two or three of each say little by themselves. What was fitted
    once, as it draws nothing, adds nothing.

    Raises:
        BadData: if two results are not of the same metric, photos and references.
        UnknownName: for a score that the metric does not give.
    """
    terms = [term for seeds in fitted for own in seeds for term in own]
    metric = terms[0][1]
    if name not in metric.scores:
        raise UnknownName(f"score of {metric.name}", name, metric.scores)
    photos = _photos(terms)
    draws, column = whole_and_draws(photos), metric.scores.index(name)
    each = [np.stack([_sums(own, draws)[:, column] for own in seeds]) for seeds in fitted]  # (seeds, 1 + draws)
    total = np.sum([seeds.mean(axis=0) for seeds in each], axis=0)
    several = [seeds[:, 0] for seeds in each if len(seeds) > 1]
    freedom = sum(len(values) - 1 for values in several)
    deviation = math.sqrt(sum(((values - values.mean()) ** 2).sum() for values in several) / max(freedom, 1))
    if freedom:
        error = deviation * math.sqrt(sum(1 / len(values) for values in several))
        total[1:] += error * np.random.default_rng(0).standard_t(freedom, len(total) - 1)
    found = estimate(total)
    return Contrast(found.value, found.low, found.high, photos, deviation)


def _photos(terms: Sequence[Term]) -> int:
    """How many photos the terms are of, which have to be the same."""
    _, _, first = terms[0]
    for _, _, other in terms[1:]:
        require_alike(first, other)
    return len(first.photos)


def _sums(terms: Sequence[Term], draws: Array) -> Array:
    """(draws, scores): the sum of weight x score on each draw of photos."""
    sums: Array = np.sum([weight * resampled(metric, result, draws) for weight, metric, result in terms], axis=0)
    return sums
