"""Arithmetic of boxes: areas, overlaps and distances, in pixels of the upright photo."""

from collections.abc import Sequence
from math import hypot

import numpy as np

from pipeline.records import Array, Box


def width(box: Box) -> float:
    """Width in pixels, 0 where the box is turned inside out."""
    return max(0.0, box.right - box.left)


def height(box: Box) -> float:
    """Height in pixels, 0 where the box is turned inside out."""
    return max(0.0, box.bottom - box.top)


def area(box: Box) -> float:
    """Area in square pixels."""
    return width(box) * height(box)


def diagonal(box: Box) -> float:
    """Length of the diagonal in pixels."""
    return hypot(width(box), height(box))


def intersection(a: Box, b: Box) -> Box:
    """The common part; turned inside out (and so of area 0) where there is none."""
    return Box(max(a.left, b.left), max(a.top, b.top), min(a.right, b.right), min(a.bottom, b.bottom))


def union(a: Box, b: Box) -> Box:
    """The smallest box around both."""
    return Box(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom))


def share(a: Box, b: Box) -> float:
    """The share of a's area that lies inside b, in [0, 1]; 0 for an empty a."""
    whole = area(a)
    return min(1.0, area(intersection(a, b)) / whole) if whole > 0 else 0.0


def iou(a: Box, b: Box) -> float:
    """Intersection over union of the areas, in [0, 1]; 0 where both are empty."""
    common = area(intersection(a, b))
    whole = area(a) + area(b) - common
    return common / whole if whole > 0 else 0.0


def distance(a: Box, b: Box) -> float:
    """The smallest Euclidean distance between a point of a and a point of b; 0 where they touch or overlap."""
    return hypot(max(0.0, a.left - b.right, b.left - a.right), max(0.0, a.top - b.bottom, b.top - a.bottom))


def as_array(boxes: Sequence[Box]) -> Array:
    """Boxes as rows of left, top, right, bottom: (boxes, 4)."""
    return np.array([(b.left, b.top, b.right, b.bottom) for b in boxes], dtype=np.float64).reshape(-1, 4)


def iou_matrix(a: Array, b: Array) -> Array:
    """`iou` of every row of a with every row of b: (n, 4), (m, 4) -> (n, m)."""
    corner = np.maximum(a[:, None, :2], b[None, :, :2])  # (n, m, 2)
    opposite = np.minimum(a[:, None, 2:], b[None, :, 2:])  # (n, m, 2)
    common = np.clip(opposite - corner, 0, None).prod(axis=2)  # (n, m)
    whole = _areas(a)[:, None] + _areas(b)[None, :] - common  # (n, m)
    return np.where(whole > 0, common / np.where(whole > 0, whole, 1.0), 0.0)


def _areas(rows: Array) -> Array:
    areas: Array = np.clip(rows[:, 2:] - rows[:, :2], 0, None).prod(axis=1)  # (n,)
    return areas
