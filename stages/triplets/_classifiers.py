"""Linear classifiers of all values at once, and what each would say of a photo that it had not learned from.

Least squares support vector machines (Suykens and Vandewalle 1999) on the share of a photo's captions that name a
value. Their leave-one-out answers have a closed form (Cawley and Talbot 2004), so that no photo is ever judged by a
classifier that saw it, at the price of one fit:

    f without i, at i:        y_i - r_i / (1 - h_ii)
    f without i, at j:        f_j - h_ji r_i / (1 - h_ii)
    f without i and j, at j:  y_j - ((1 - h_ii) r_j + h_ij r_i) / ((1 - h_ii)(1 - h_jj) - h_ij^2)

with h the matrix that makes answers f = h y of what is taught, and r = y - f.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.records import Array

STRENGTHS = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
"""Penalties that are tried, as shares of the photos' number times the mean squared length of their features."""
_NEVER_ITS_OWN = 1e-6  # least of 1 - h: what is exactly determined by itself alone is not divided by 0


@dataclass(frozen=True, slots=True)
class Classifiers:
    """Answers f(x) = x w + b of all values at once.

    Attributes:
        weights: (features, values), and offsets (values,).
        smoother: (photos, photos), the matrix h.
        answers: (photos, values), f of the training photos.
        residuals: (photos, values).
    """

    weights: Array
    offsets: Array
    smoother: Array
    answers: Array
    residuals: Array

    def held_out(self) -> Array:
        """What is said of each photo without it: (photos, values)."""
        leverage = self._left(np.arange(len(self.answers)))
        said: Array = self.answers - (1 - leverage)[:, None] / leverage[:, None] * self.residuals
        return said

    def at_neighbours(self, near: Array) -> Array:
        """The mean of what is said of each photo's neighbours without it: near (photos, k) -> (photos, values)."""
        if not near.shape[1]:
            return np.zeros_like(self.answers)
        rows = np.arange(len(near))
        shares = self.smoother[near, rows[:, None]].mean(axis=1) / self._left(rows)  # (photos,)
        said: Array = self.answers[near].mean(axis=1) - shares[:, None] * self.residuals
        return said

    def of_neighbours(self, near: Array) -> Array:
        """The mean of what is said of each photo's neighbours without the photo and without the neighbour."""
        if not near.shape[1]:
            return np.zeros_like(self.answers)
        rows = np.arange(len(near))
        mine = self._left(rows)
        said = np.zeros_like(self.answers)
        for other in near.T:  # (photos,)
            between = self.smoother[rows, other]
            both = np.maximum(mine * self._left(other) - between**2, _NEVER_ITS_OWN**2)
            error = mine[:, None] * self.residuals[other] + between[:, None] * self.residuals
            said += self.answers[other] + self.residuals[other] - error / both[:, None]
        return np.asarray(said / near.shape[1])

    def _left(self, photos: Array) -> Array:
        """1 - h_ii."""
        return np.asarray(np.maximum(1 - self.smoother[photos, photos], _NEVER_ITS_OWN))


def fitted(seen: Array, taught: Array) -> Classifiers:
    """Classifiers of what was seen (photos, features), centred, as taught (photos, values), with the one of STRENGTHS
    whose leave-one-out errors are least, in shares of each value's variance."""
    photos = len(seen)
    directions, squares = _spectrum(seen)
    offsets = taught.mean(axis=0)
    projected = directions.T @ (taught - offsets)  # (rank, values)
    variance = np.maximum(taught.var(axis=0), 1e-9)
    unit = max(float((seen**2).sum()), 1e-12)
    least, best = np.inf, STRENGTHS[-1] * unit
    for strength in STRENGTHS:
        kept = squares / (squares + strength * unit)
        residuals = taught - offsets - directions @ (kept[:, None] * projected)
        left = np.maximum(1 - 1 / photos - (directions**2) @ kept, _NEVER_ITS_OWN)
        error = float((((residuals / left[:, None]) ** 2).mean(axis=0) / variance).mean())
        if error < least:
            least, best = error, strength * unit
    kept = squares / (squares + best)
    answers = offsets + directions @ (kept[:, None] * projected)
    smoother = 1 / photos + (directions * kept) @ directions.T
    weights = seen.T @ (directions @ (projected / (squares + best)[:, None]))
    return Classifiers(weights, offsets, smoother, answers, taught - answers)


def _spectrum(seen: Array) -> tuple[Array, Array]:
    """Left singular vectors (photos, rank) and squared singular values, by the smaller of the two Gram matrices."""
    if seen.shape[1] < len(seen):
        squares, right = np.linalg.eigh(seen.T @ seen)
        kept = squares > 1e-10 * max(float(squares[-1]), 1e-12)
        return seen @ right[:, kept] / np.sqrt(squares[kept]), squares[kept]
    squares, left = np.linalg.eigh(seen @ seen.T)
    kept = squares > 1e-10 * max(float(squares[-1]), 1e-12)
    return left[:, kept], squares[kept]
