"""Canonical correlation analysis of two views of the same photos (Hotelling 1936), regularised and normalised.

    C_xx + r_x 1 = R_x^2,  C_yy + r_y 1 = R_y^2          R_x^-1 C_xy R_y^-1 = U diag(rho) V'
    x -> rho^p U' R_x^-1 (x - mean_x)                    y likewise with V, R_y

r is a share of the mean variance of a view (Vinod 1976). The powers of rho, and comparing by the cosine, are those of
Gong et al. (IJCV 2014, section 3.2), whose p is 4; see docs/decisions/0019 for ours.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.records import Array
from stages.analysis.directions import directions

_NOTHING = 1e-10  # of the largest variance; directions in which a view does not vary are left out


@dataclass(frozen=True, slots=True)
class View:
    """How one of the two views enters the common space."""

    mean: Array  # (dim,)
    axes: Array  # (dim, components)

    def project(self, vectors: Array) -> Array:
        """Vectors (n, dim) there, of length 1: (n, components)."""
        return directions((vectors - self.mean) @ self.axes)


def canonical(x: Array, y: Array, components: int, shrink: float) -> tuple[View, View, Array]:
    """The views (n, dim_x) and (n, dim_y), with axes not yet scaled by powers of rho, and rho (components,), falling.

    Args:
        x, y: the views, row by row of the same photos.
        components: at most so many; there are no more than either view has dimensions.
        shrink: r as a share of the mean variance.
    """
    mean_x, mean_y = x.mean(axis=0), y.mean(axis=0)
    x, y = x - mean_x, y - mean_y
    white_x, white_y = _whitening(x, shrink), _whitening(y, shrink)
    left, rho, right = np.linalg.svd(white_x @ (x.T @ y / len(x)) @ white_y, full_matrices=False)
    left, right = left[:, :components], right[:components].T
    largest = np.abs(left).argmax(axis=0)
    sign = np.sign(left[largest, np.arange(left.shape[1])])  # either is right: one is chosen for good
    return View(mean_x, white_x @ (left * sign)), View(mean_y, white_y @ (right * sign)), rho[:components]


def scaled(view: View, rho: Array, power: float) -> View:
    """The view whose components count by how much they say of the other one."""
    return View(view.mean, view.axes * rho**power)


def _whitening(centred: Array, shrink: float) -> Array:
    """R^-1 of centred vectors (n, dim): (dim, dim), symmetric."""
    covariance = centred.T @ centred / len(centred)
    values, vectors = np.linalg.eigh(covariance)
    values = values + shrink * max(values.mean(), 0.0)
    real = values > _NOTHING * max(values[-1], np.finfo(float).tiny)
    inverse = np.where(real, 1 / np.sqrt(np.where(real, values, 1)), 0)
    white: Array = (vectors * inverse) @ vectors.T
    return white
