"""Regions of a photo as windows over its grid, and what their answers say of the whole photo."""

from collections.abc import Sequence
from functools import cache
from math import isqrt

import numpy as np

from pipeline.records import Array


@cache
def windows(locations: int, sides: tuple[int, ...], step: int) -> Array:
    """(regions, locations): the weights whose product with a square grid gives the mean of each window; the whole
    photo first.

    Windows of every side, in places of the grid, start at each `step`-th place and at the last one that fits; one that
    is not smaller than the grid is the whole photo.
    """
    grid = isqrt(locations)
    rows = [np.ones((grid, grid))]
    for side in (side for side in dict.fromkeys(sides) if side < grid):
        starts = sorted({*range(0, grid - side + 1, step), grid - side})
        for top in starts:
            for left in starts:
                window = np.zeros((grid, grid))
                window[top : top + side, left : left + side] = 1
                rows.append(window)
    flat = np.stack(rows).reshape(len(rows), locations)
    return np.asarray(flat / flat.sum(axis=1, keepdims=True))


def regions(grid: Array, sides: Sequence[int], step: int) -> Array:
    """(locations, channels) -> (regions, channels) float64."""
    cells = np.asarray(grid, dtype=np.float64)
    return np.asarray(windows(len(cells), tuple(sides), step) @ cells)


def pooled(answers: Array, pool: str) -> Array:
    """(regions, concepts) answers -> (concepts,) probabilities of the photo: `max`, or `noisy_or`."""
    each = 1.0 / (1.0 + np.exp(-np.clip(answers, -50, 50)))
    return np.asarray(each.max(axis=0) if pool == "max" else 1.0 - np.prod(1.0 - each, axis=0))


def scaling(vectors: Array) -> tuple[Array, float]:
    """The mean (channels,) of some vectors (n, channels), and the factor that gives what differs from it a root mean
    square of 1 a channel; 1 for equal ones."""
    mean = vectors.mean(axis=0)
    spread = float(np.sqrt(np.square(vectors - mean).mean()))
    return mean, 1.0 / spread if spread > 1e-9 else 1.0
