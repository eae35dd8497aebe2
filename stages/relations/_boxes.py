"""`pipeline.geometry` for many pairs of boxes at once: a photo has hundreds of ordered pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pipeline.geometry import as_array
from pipeline.records import Array, Box

Numbers: TypeAlias = Array | float


@dataclass(frozen=True, slots=True)
class Boxes:
    """The edges of boxes, each an array or one number for all; one `pipeline.records.Box` will do in its place."""

    left: Numbers
    top: Numbers
    right: Numbers
    bottom: Numbers


def pairs_of(boxes: Sequence[Box], pairs: Array) -> tuple[Boxes, Boxes]:
    """The first and the second boxes of pairs of indices, (pairs, 2)."""
    edges = as_array(boxes)
    return Boxes(*edges[pairs[:, 0]].T), Boxes(*edges[pairs[:, 1]].T)


def width(a: Boxes) -> Array:
    return np.maximum(0.0, a.right - a.left)


def height(a: Boxes) -> Array:
    return np.maximum(0.0, a.bottom - a.top)


def area(a: Boxes) -> Array:
    return width(a) * height(a)


def diagonal(a: Boxes) -> Array:
    return np.hypot(width(a), height(a))


def intersection(a: Boxes, b: Boxes) -> Boxes:
    return Boxes(
        np.maximum(a.left, b.left),
        np.maximum(a.top, b.top),
        np.minimum(a.right, b.right),
        np.minimum(a.bottom, b.bottom),
    )


def union(a: Boxes, b: Boxes) -> Boxes:
    return Boxes(
        np.minimum(a.left, b.left),
        np.minimum(a.top, b.top),
        np.maximum(a.right, b.right),
        np.maximum(a.bottom, b.bottom),
    )


def share(a: Boxes, b: Boxes) -> Array:
    return np.minimum(1.0, ratio(area(intersection(a, b)), area(a)))


def iou(a: Boxes, b: Boxes) -> Array:
    common = area(intersection(a, b))
    return ratio(common, area(a) + area(b) - common)


def distance(a: Boxes, b: Boxes) -> Array:
    across = np.maximum(a.left - b.right, b.left - a.right)
    down = np.maximum(a.top - b.bottom, b.top - a.bottom)
    return np.hypot(np.maximum(0.0, across), np.maximum(0.0, down))


def ratio(part: Array, whole: Array) -> Array:
    """part / whole, 0 where whole is not above 0."""
    some = whole > 0
    return np.where(some, part / np.where(some, whole, 1.0), 0.0)
