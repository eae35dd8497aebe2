"""How likely people are to say a fact: a logistic model of the share of captions that say it."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.records import Array

PRIOR = 3.0
"""Facts of a kind at which its own rate weighs as much as that of all."""
RIDGE = 1.0
_STEPS = 30
_LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Chance:
    """p(said) = sigma(w . [1, logit of the kind's rate, features]).

    Attributes:
        said, seen: kind -> sum of the shares, and number, of the facts of this kind.
        average: the mean share of all.
        weights: (2 + features,).
    """

    said: dict[str, float]
    seen: dict[str, float]
    average: float
    weights: tuple[float, ...]

    def __call__(self, kind: str, features: Sequence[float]) -> float:
        """The chance that a caption says a fact, in (0, 1)."""
        rate = _rate(self.said.get(kind, 0.0), self.seen.get(kind, 0.0), self.average)
        return 1 / (1 + math.exp(-float(np.dot(self.weights, (1.0, _logit(rate), *features)))))


def learnt(kinds: Sequence[str], features: Sequence[Sequence[float]], shares: Sequence[float], width: int) -> Chance:
    """From facts: what kind each is of, its `width` features, and the share of the photo's captions that say it.

    The rate of a fact's kind is taken without the fact itself, or a rare kind would give away its own answer. Without
    any fact, every chance is a half.
    """
    said, seen = defaultdict[str, float](float), defaultdict[str, float](float)
    for kind, share in zip(kinds, shares, strict=True):
        said[kind] += share
        seen[kind] += 1
    average = sum(shares) / len(shares) if shares else 0.5
    rows = [
        (1.0, _logit(_rate(said[kind] - share, seen[kind] - 1, average)), *values)
        for kind, values, share in zip(kinds, features, shares, strict=True)
    ]
    weights = _fitted(np.array(rows, dtype=float).reshape(len(rows), 2 + width), np.array(shares, dtype=float))
    return Chance(dict(said), dict(seen), average, tuple(weights.tolist()))


def _fitted(rows: Array, shares: Array) -> Array:
    """(features,) of the logistic regression with a ridge on all but the constant, by Newton's steps."""
    weights = np.zeros(rows.shape[1])
    ridge = np.diag([1e-3, *[RIDGE] * (rows.shape[1] - 1)])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-(rows @ weights).clip(-30, 30)))  # (facts,)
        slope = rows.T @ (chance - shares) + ridge @ weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curve, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _rate(said: float, seen: float, average: float) -> float:
    return (said + PRIOR * average) / (seen + PRIOR)


def _logit(share: float) -> float:
    kept = min(max(share, _LEAST), 1 - _LEAST)
    return math.log(kept / (1 - kept))
