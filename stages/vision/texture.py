"""Texture of a part of a photo: local binary patterns (Ojala et al. 2002) and directions of edges."""

import numpy as np

from pipeline.records import Array

PATTERNS, DIRECTIONS = 10, 9
TEXTURES = PATTERNS + DIRECTIONS + 1
_CIRCLE = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))


def binary_patterns(light: Array, noise: float) -> Array:
    """The rotation-invariant uniform pattern of each inner pixel: (height, width) -> (height - 2, width - 2), 0 to 9.

    The number of the eight neighbours that are lighter by more than `noise`, where these are next to one another;
    else 9.
    """
    rows, columns = light.shape
    middle = light[1:-1, 1:-1] + noise
    lighter = np.stack([light[1 + y : rows - 1 + y, 1 + x : columns - 1 + x] > middle for y, x in _CIRCLE])
    changes = (lighter != np.roll(lighter, 1, axis=0)).sum(axis=0)
    return np.where(changes <= 2, lighter.sum(axis=0), PATTERNS - 1)


def texture(light: Array, noise: float) -> Array:
    """Shares of the ten patterns, shares of the gradients in DIRECTIONS, and mean gradient / 100: (TEXTURES,).

    light: (height, width), 0 to 100. All zero where there is no inner pixel.
    """
    if min(light.shape) < 3:
        return np.zeros(TEXTURES)
    patterns = np.bincount(binary_patterns(light, noise).ravel(), minlength=PATTERNS)
    down, across = np.gradient(light.astype(np.float64))
    strength = np.hypot(across, down)
    turns = np.arctan2(down, across) % np.pi / np.pi * DIRECTIONS
    directions = np.bincount(turns.astype(np.int64).ravel() % DIRECTIONS, strength.ravel(), DIRECTIONS)
    edges = directions / max(float(directions.sum()), 1e-12)
    return np.concatenate([patterns / patterns.sum(), edges, [strength.mean() / 100]])
