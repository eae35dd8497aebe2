"""Colours of parts of a photo, as histograms over CIELAB."""

import numpy as np

from pipeline.records import Array

LIGHTNESS, CHROMA = 4, 8
"""Levels of lightness between 0 and 100, and of each of the two colour axes between -SPAN and SPAN."""
SPAN = 80.0
COLOURS = LIGHTNESS * CHROMA * CHROMA


def as_lab(pixels: Array) -> Array:
    """(height, width, 3) uint8 RGB as float32 CIELAB: lightness 0 to 100, colour axes about -100 to 100."""
    import cv2

    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB))


def colour_histograms(lab: Array, weights: Array) -> Array:
    """The shares of COLOURS bins in several selections of pixels: lab (n, 3), weights (selections, n) -> (selections,
    COLOURS), each summing to 1, or to 0 where nothing is selected.

    A pixel is divided linearly between the two nearest levels of each axis, so that no colour falls off an edge.
    """
    scaled = np.stack([lab[:, 0] / 100, *((lab[:, axis] + SPAN) / (2 * SPAN) for axis in (1, 2))], axis=1)  # (n, 3)
    levels = np.array([LIGHTNESS, CHROMA, CHROMA])
    places = np.clip(scaled, 0, 1) * (levels - 1)
    lower = np.minimum(places.astype(np.int64), levels - 2)
    upper = places - lower  # the share of the higher level on each axis, (n, 3)
    totals = np.zeros((len(weights), COLOURS))
    for corner in np.ndindex(2, 2, 2):
        shares = np.where(corner, upper, 1 - upper).prod(axis=1)
        bins = (lower + corner) @ np.array([CHROMA * CHROMA, CHROMA, 1])
        totals += [np.bincount(bins, selection * shares, COLOURS) for selection in weights]
    return np.asarray(totals / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12))
