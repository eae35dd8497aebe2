"""How well metrics agree with people: Kendall's tau between scores of captions and what people said of the same."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.records import Array, Score
from pipeline.stage import Better
from stages.analysis.bootstrap import DRAWS, bounds, photo_draws
from stages.analysis.kendall import Variant, taus


@dataclass(frozen=True, slots=True)
class Judged:
    """A caption under a photo and what people said of it, a number each, more being better."""

    caption: str
    photo: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Correlation:
    """tau of one score, positive where people and the score agree on what is better, and its bounds over photos."""

    score: str
    tau: float | None
    interval: tuple[float, float] | None
    missing: str = ""


def correlations(
    scores: Iterable[Score],
    judged: Sequence[Judged],
    variant: Variant,
    better: Mapping[str, Better],
    draws: int = DRAWS,
    seed: int = 0,
) -> list[Correlation]:
    """Every score of which more or less is better, against all values of all captions.

    A photo is drawn with all its captions and their values. A tau is over the captions that the score has a value for.

    Args:
        scores: their `per_photo` is by the `caption` of `judged`.
        better: of the scores of which more is not.
    """
    values = np.array([value for one in judged for value in one.values])
    at = np.repeat(np.arange(len(judged)), [len(one.values) for one in judged])
    photos, at_photo = np.unique([one.photo for one in judged], return_inverse=True)
    resamples = photo_draws(len(photos), draws, seed)
    found = []
    for score in scores:
        kind = better.get(score.metric, "more")
        if kind == "neither":
            continue
        if score.value is None:
            found.append(Correlation(score.metric, None, None, score.missing or "it has no value"))
            continue
        each = np.array([score.per_photo.get(one.caption, math.nan) for one in judged])[at]
        known = np.isfinite(each)
        sign = -1.0 if kind == "less" else 1.0
        times = (count * known for count in _times(resamples, at_photo[at]))
        (tau, *drawn) = taus(sign * np.where(known, each, 0.0), values, times, variant)
        found.append(_correlation(score.metric, float(tau), np.array(drawn)))
    return found


def _times(resamples: Array, photos: Array) -> Iterator[Array]:
    """How often each row is there: once, then as often as its photo was drawn."""
    yield np.ones(len(photos))
    for times in resamples:
        yield times[photos]


def _correlation(score: str, tau: float, drawn: Array) -> Correlation:
    if math.isnan(tau):
        return Correlation(score, None, None, f"{score} or the judgements are the same for all captions")
    return Correlation(score, tau, bounds(drawn[~np.isnan(drawn)]))
