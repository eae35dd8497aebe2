"""What a classifier of prepositions looks at: numbers of an ordered pair of boxes."""

from collections.abc import Sequence
from math import hypot

import numpy as np

from pipeline.records import Array, Detection, Image
from stages.language.synonyms import canonical
from stages.relations._boxes import Numbers, area, diagonal, distance, height, iou, pairs_of, share, union, width
from stages.relations._functions import FUNCTIONS

_DISTINCT = tuple(dict.fromkeys(FUNCTIONS.values()))
LENGTH = 23 + len(_DISTINCT)
"""Numbers of a pair."""


def described(image: Image, detections: Sequence[Detection], pairs: Sequence[tuple[int, int]]) -> Array:
    """Geometry of ordered pairs (subject, object) of detections: (pairs, LENGTH) float64.

    Relative position and distance in diagonals, sizes and their ratios as logarithms, overlaps as shares, which of the
    two are stuff and whether they are of one label, and the distinct functions of the sixteen prepositions. Nothing
    else of the labels, and nothing that depends on the photo's resolution.
    """
    indices = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    a, b = pairs_of([detection.box for detection in detections], indices)
    stuff = np.array([detection.kind == "stuff" for detection in detections], dtype=np.float64)
    labels = np.array([canonical(detection.label) for detection in detections])
    whole, photo = np.maximum(diagonal(union(a, b)), 1e-6), max(hypot(image.width, image.height), 1e-6)
    across, down = (b.left + b.right - a.left - a.right) / 2, (b.top + b.bottom - a.top - a.bottom) / 2
    sizes = [np.log(np.maximum(area(box), 1e-6) / (image.width * image.height)) for box in (a, b)]
    aspects = [np.log(np.maximum(width(box), 1e-3) / np.maximum(height(box), 1e-3)) for box in (a, b)]
    columns = [
        np.abs(across) / whole,
        down / whole,
        (b.bottom - a.bottom) / whole,
        (b.top - a.top) / whole,
        (b.top - a.bottom) / whole,
        (a.top - b.bottom) / whole,
        np.abs(across) / photo,
        down / photo,
        distance(a, b) / photo,
        distance(a, b) / np.maximum(diagonal(a), 1.0),
        share(a, b),
        share(b, a),
        iou(a, b),
        _common(a.left, a.right, b.left, b.right),
        _common(a.top, a.bottom, b.top, b.bottom),
        *sizes,
        sizes[0] - sizes[1],
        *aspects,
        *stuff[indices].T,
        np.equal(*labels[indices].T),
        *(function(a, b) for function in _DISTINCT),
    ]
    return np.stack(columns, axis=1).astype(np.float64)  # (pairs, LENGTH)


def called(labels: Sequence[tuple[str, str]], names: Sequence[str]) -> Array:
    """Which of some names each subject has, then each object: 0 or 1, (pairs, 2 names)."""
    rows = [[float(canonical(label) == name) for label in pair for name in names] for pair in labels]
    return np.array(rows, dtype=np.float64).reshape(len(labels), 2 * len(names))


def _common(low: Numbers, high: Numbers, start: Numbers, end: Numbers) -> Array:
    """The share of the shorter of two intervals that lies in the other."""
    shorter = np.maximum(np.minimum(high - low, end - start), 1e-6)
    common: Array = np.maximum(0.0, np.minimum(high, end) - np.maximum(low, start)) / shorter
    return common
