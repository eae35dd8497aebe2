"""Probabilities from raw scores (Platt 1999)."""

from collections.abc import Sequence

import numpy as np

from pipeline.records import Array

WEAKEST = 1e-3
"""Smallest slope over a standard deviation of the scores: a higher score is never made less probable."""


Judged = Sequence[tuple[float, bool]]
"""Raw scores, and whether what they were given to is right."""


def platt(judged: Judged, weights: Sequence[float] | None = None) -> tuple[float, float] | None:
    """Slope and offset of the logistic curve that gives the probability of a score being right.

    `weights` say how much each score counts; by default all count alike. A curve that would fall is nearly flat, at the
    share that is right. None where the scores are all right, all wrong or all equal, and so teach nothing.
    """
    from sklearn.linear_model import LogisticRegression

    scores = np.array([score for score, _ in judged])
    right = [good for _, good in judged]
    spread = float(np.std(scores)) if judged else 0.0
    if len(set(right)) < 2 or spread == 0.0:
        return None
    curve = LogisticRegression(C=10.0).fit(scores[:, None] / spread, right, weights)
    slope, offset = float(curve.coef_[0, 0]), float(curve.intercept_[0])
    if slope < WEAKEST:
        share = float(np.average(right, weights=weights))
        slope = WEAKEST
        offset = float(np.log(share / (1 - share)) - slope * np.average(scores, weights=weights) / spread)
    return slope / spread, offset


def platt_by_label(judged: Sequence[Judged]) -> Array:
    """Slope and offset of each label, (labels, 2); of all labels together where one alone teaches nothing."""
    together = platt([pair for part in judged for pair in part]) or (1.0, 0.0)
    return np.array([platt(part) or together for part in judged], dtype=np.float64).reshape(-1, 2)


def probability(scores: Array, curve: Array) -> Array:
    """The probabilities of scores on a curve (slope, offset)."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(curve[0] * scores + curve[1], -50, 50))))
