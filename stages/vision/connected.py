"""Connected parts of a map of labels."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.records import Array


@dataclass(frozen=True, slots=True)
class Part:
    """Places of one label that touch side by side, and the smallest rectangle of places around them."""

    label: int
    places: Array  # (rows, columns) bool, over the whole map
    left: int
    top: int
    right: int
    bottom: int


def smoothed(probabilities: Array) -> Array:
    """Each place becomes the mean of the 3 x 3 around it; edges are repeated. (rows, columns, labels), as given."""
    rows, columns = probabilities.shape[:2]
    wide = np.pad(probabilities, ((1, 1), (1, 1), (0, 0)), mode="edge")
    shifted = [wide[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    return np.asarray(np.mean(shifted, axis=0))


def parts(labels: Array, least: float) -> Iterator[Part]:
    """The connected parts of (rows, columns) labels that cover the share `least` of the map or more."""
    import cv2

    for label in np.unique(labels).tolist():
        count, numbered = cv2.connectedComponents((labels == label).astype(np.uint8), connectivity=4)
        for number in range(1, count):
            places = numbered == number
            if places.mean() >= least:
                down, across = np.flatnonzero(places.any(axis=1)), np.flatnonzero(places.any(axis=0))
                yield Part(label, places, int(across[0]), int(down[0]), int(across[-1]) + 1, int(down[-1]) + 1)
