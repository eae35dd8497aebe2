"""How far a system knows which of its captions are good: probabilities, whether they hold, and what they are worth.

Expected calibration error: Guo et al., ICML 2017. Risk-coverage curves and the area under them: Geifman and El-Yaniv,
NeurIPS 2017; Geifman et al., ICLR 2019.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.errors import BadData
from pipeline.records import Array
from stages.analysis.bootstrap import bounds, photo_draws

BINS = 10
STRENGTH = 0.1
"""C of the logistic regression: a few dozen photos should not decide ten weights."""


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A logistic regression on signs, each less its mean and by its spread; a sign that is missing says nothing."""

    signs: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    @classmethod
    def fit(cls, signs: Sequence[str], table: Array, good: Array) -> Self:
        """From a table (captions, signs), NaN where a caption has no such sign, and which captions are good.

        Raises:
            BadData: where all captions are good, or none is.
        """
        from sklearn.linear_model import LogisticRegression

        if good.all() or not good.any():
            raise BadData(f"{int(good.sum())} of {len(good)} captions are good: there is nothing to tell apart")
        known = np.isfinite(table)
        count = np.maximum(known.sum(axis=0), 1)
        means = np.where(known, table, 0.0).sum(axis=0) / count
        away = np.where(known, table - means, 0.0)
        spreads = np.sqrt((away**2).sum(axis=0) / count)
        spreads[spreads < 1e-9] = 1.0  # what never varies
        fitted = LogisticRegression(C=STRENGTH).fit(away / spreads, good)
        means_, spreads_, weights = (tuple(part.tolist()) for part in (means, spreads, fitted.coef_[0]))
        return cls(tuple(signs), means_, spreads_, weights, float(fitted.intercept_[0]))

    def confidence(self, table: Array) -> Array:
        """(captions,) probabilities that they are good, from a table (captions, signs) of the same signs."""
        away = np.where(np.isfinite(table), table - np.array(self.means), 0.0) / np.array(self.spreads)
        chance: Array = 1.0 / (1.0 + np.exp(-(away @ np.array(self.weights) + self.intercept)))
        return chance


@dataclass(frozen=True, slots=True)
class Bin:
    """Captions of about one confidence: between which bounds, how many, their mean confidence, and the share good."""

    low: float
    high: float
    captions: int
    confidence: float
    good: float


def reliability(confidence: Array, good: Array, bins: int = BINS) -> tuple[Bin, ...]:
    """The bins of equal width that have captions; the last one has its upper bound too."""
    places = _places(confidence, bins)
    found = []
    for place in np.unique(places).tolist():
        own = places == place
        mean, share = float(confidence[own].mean()), float(good[own].mean())
        found.append(Bin(place / bins, (place + 1) / bins, int(own.sum()), mean, share))
    return tuple(found)


def calibration_error(confidence: Array, good: Array, bins: int = BINS) -> float:
    """The mean over captions of |share good - mean confidence| of their bin, in [0, 1]."""
    found = reliability(confidence, good, bins)
    return sum(one.captions * abs(one.good - one.confidence) for one in found) / len(good)


def calibration_interval(confidence: Array, good: Array, bins: int = BINS) -> tuple[float, float]:
    """The bounds of the calibration error with 95 % confidence, from resamples of the photos.

    The error adds up the sizes of the bins' gaps, and chance makes sizes larger more often than smaller: the error of
    photos lies above the true one, those of resamples lie higher still, and percentiles of these above both. The upper
    bound is their reverse percentile, or the value where that is less. The lower one is the value less what chance can
    have added: a sum of sizes is at most that of the true gaps and that of what chance did to them.
    """
    each = np.eye(bins)[_places(confidence, bins)] * (good - confidence)[:, np.newaxis] / len(good)
    gaps, drawn = each.sum(axis=0), photo_draws(len(good)) @ each
    value = np.abs(gaps).sum()
    least, _ = bounds(np.abs(drawn).sum(axis=1))
    _, added = bounds(np.abs(drawn - gaps).sum(axis=1))
    return max(0.0, float(value - added)), float(max(value, 2.0 * value - least))


def _places(confidence: Array, bins: int) -> Array:
    """(captions,): the bin of each."""
    places: Array = np.minimum((confidence * bins).astype(int), bins - 1)
    return places


def risks(confidence: Array, good: Array) -> Array:
    """(captions,): the share not good of the k most confident captions, for k = 1 ... all of them.

    Equal confidences leave the order open; what stands here is the mean over all orders.
    """
    order = np.argsort(-confidence, kind="stable")
    _, group, sizes = np.unique(-confidence[order], return_inverse=True, return_counts=True)
    bad = 1.0 - good[order].astype(float)
    mean = (np.bincount(group, bad) / sizes)[group]
    found: Array = np.cumsum(mean) / np.arange(1, len(bad) + 1)
    return found


def area(confidence: Array, good: Array) -> float:
    """AURC: the mean of `risks`, in [0, 1]; less is better, and who knows nothing has the share not good."""
    return float(risks(confidence, good).mean())


def interval(measure: Callable[[Array, Array], float], confidence: Array, good: Array) -> tuple[float, float]:
    """The bounds that 95 % of the resamples of the photos lie between."""
    draws = photo_draws(len(good)).astype(int)
    chosen = (np.repeat(np.arange(len(good)), draw) for draw in draws)
    return bounds(np.array([measure(confidence[places], good[places]) for places in chosen]))
