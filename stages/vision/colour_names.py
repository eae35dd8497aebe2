"""The names people give to colours: the eleven basic terms of English (Berlin & Kay 1969), by the nearest focus.

Van de Weijer et al. (2009) learn a table from names to colours; here every name has a few focal points in CIELAB,
chosen as what it means in photographs: a brown coat is duller than a brown paint, and the sky is a paler blue than ink.
"""

from functools import cache

import numpy as np

from pipeline.records import Array

FOCI: dict[str, tuple[tuple[int, int, int], ...]] = {
    "black": ((4, 0, 0), (16, 0, -1)),
    "blue": ((20, 10, -30), (14, 42, -62), (32, 76, -106), (40, 18, -54), (48, -2, -30), (65, -8, -26), (80, -8, -16)),
    "brown": ((20, 7, 9), (32, 10, 16), (40, 25, 36), (45, 11, 22), (58, 12, 30), (68, 8, 24)),
    "gray": ((32, 0, 0), (46, 0, 0), (60, 0, 0), (73, 0, 0)),
    "green": ((22, -9, 10), (38, -20, 20), (48, -40, 36), (58, -14, 30), (72, -30, 40)),
    "orange": ((55, 40, 50), (64, 40, 62), (74, 24, 66)),
    "pink": ((62, 48, 2), (74, 28, 4), (84, 16, 2)),
    "purple": ((24, 24, -22), (22, 50, -50), (38, 40, -38), (55, 26, -26)),
    "red": ((26, 34, 20), (38, 50, 30), (48, 64, 42)),
    "white": ((86, 0, 0), (93, 0, -2), (99, 0, 0)),
    "yellow": ((72, 2, 52), (80, 0, 72), (88, -6, 45), (92, -12, 76)),
}
"""Focal colours of each basic term: CIELAB lightness, green to red, blue to yellow."""
COLOUR_NAMES = tuple(FOCI)
SOFTNESS = 5.0
"""Distance in CIELAB at which a colour still counts as its neighbour's, too (about twice a just noticeable one)."""


@cache
def _foci() -> tuple[Array, tuple[slice, ...]]:
    """(foci, 3) focal colours and, of each name, where its own are."""
    ends = np.cumsum([len(points) for points in FOCI.values()]).tolist()
    parts = tuple(slice(end - len(points), end) for end, points in zip(ends, FOCI.values(), strict=True))
    return np.array([point for points in FOCI.values() for point in points], dtype=np.float32), parts


def named(lab: Array) -> Array:
    """How far each colour deserves each name: (n, 3) CIELAB -> (n, COLOUR_NAMES), rows summing to 1.

    A name scores exp(-d / SOFTNESS) by the distance d to its nearest focal colour; lightness counts half, because a
    shadow changes it without changing the name.
    """
    foci, parts = _foci()
    scale = np.array([0.5, 1.0, 1.0], dtype=np.float32)
    here, there = lab.astype(np.float32) * scale, foci * scale
    squares = (there**2).sum(axis=1)[:, None] + (here**2).sum(axis=1) - 2 * there @ here.T  # (foci, n)
    nearest = np.sqrt(np.maximum([squares[part].min(axis=0) for part in parts], 0))  # (names, n)
    scores = np.exp((nearest.min(axis=0) - nearest) / SOFTNESS)
    return np.asarray((scores / scores.sum(axis=0)).T)
