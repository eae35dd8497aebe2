"""Learning from boxes that have an attribute and boxes of which nobody says (Elkan & Noto, KDD 2008).

People name an attribute of a part c of the objects that have it. A classifier g of "named" against "not named"
estimates c times the probability of having it, so c is what g says of objects that have it beyond doubt; and an object
of which nothing is said has it with the probability w = (1 - c)/c * g/(1 - g) (their section 3): it is learned from as
both, with the weights w and 1 - w.

Their estimators of c are the mean of g over held-out objects named so, right where the classes do not overlap, and its
maximum, right where they do. Attributes do: c is a quantile of those values near the maximum.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.records import Array

PRESENT, ABSENT, UNSAID, UNKNOWN = 1, 0, -1, -2
"""What is known of an attribute of a box. Nobody looked for an UNKNOWN one, so that nothing follows from its not being
said."""
FOLDS = 3
GUIDE = 0.01
"""C of the regression g."""
BEYOND_DOUBT = 0.9
"""The quantile of g over objects named so that is taken for c."""
MOST_UNSAID = 1500
"""Boxes of which an attribute is not said that it is learned from."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one attribute is learned from: rows of the features (some twice), whether the attribute is there, and the
    weight of each; None where all weigh 1."""

    rows: Array
    present: Array
    weights: Array | None


def lesson(features: Array, codes: Array, seed: int) -> Lesson:
    """The lesson of one attribute: standardised features (boxes, n) and codes (boxes,)."""
    known = np.flatnonzero((codes == PRESENT) | (codes == ABSENT))
    unsaid = np.flatnonzero(codes == UNSAID)
    if not len(unsaid):
        return Lesson(known, codes[known] == PRESENT, None)
    rng = np.random.default_rng(seed)
    unsaid = np.sort(rng.permutation(unsaid)[:MOST_UNSAID])
    having = _share_having(features, np.flatnonzero(codes == PRESENT), unsaid, rng)
    return Lesson(
        np.concatenate([known, unsaid, unsaid]),
        np.concatenate([codes[known] == PRESENT, np.ones(len(unsaid), bool), np.zeros(len(unsaid), bool)]),
        np.concatenate([np.ones(len(known)), having, 1 - having]),
    )


def _share_having(features: Array, named: Array, unsaid: Array, rng: np.random.Generator) -> Array:
    """(unsaid,) the probability that a box of which nothing is said has the attribute, none being its own judge."""
    from sklearn.linear_model import LogisticRegression

    folds = min(FOLDS, len(named), len(unsaid))
    if folds < 2:
        return np.zeros(len(unsaid))
    rows = np.concatenate([named, unsaid])
    said = np.arange(len(rows)) < len(named)
    parts = np.concatenate([rng.permutation(len(part)) % folds for part in (named, unsaid)])
    g = np.zeros(len(rows))
    for fold in range(folds):
        held = parts == fold
        model = LogisticRegression(C=GUIDE, max_iter=300).fit(features[rows[~held]], said[~held])
        g[held] = model.predict_proba(features[rows[held]])[:, 1]
    c = float(np.quantile(g[said], BEYOND_DOUBT))
    odds = g[~said] / np.maximum(1 - g[~said], 1e-9)
    return np.clip((1 - c) / max(c, 1e-9) * odds, 0, 1)
