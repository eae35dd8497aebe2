"""What the inside of a box looks like, told from what lies around it."""

from dataclasses import dataclass

import numpy as np

from pipeline.geometry import height, width
from pipeline.records import Array, Box
from stages.vision.colour import COLOURS, as_lab, colour_histograms
from stages.vision.colour_names import COLOUR_NAMES, named
from stages.vision.hog import resized
from stages.vision.texture import TEXTURES
from stages.vision.texture import texture as texture_of

LONGEST = 64
"""Long side in pixels of the copy of a box, with its ring, whose colours are counted."""
RING = 0.25
"""Width of the ring around a box, as a share of its sides."""
MIDDLE = 0.6
"""Share of a box's sides that is its middle."""
SIZES, NOISES = (32, 64, 128), (3.0, 8.0)
"""Long sides of the copies whose texture is measured, and the steps in lightness that are taken for noise."""
COLOUR, TEXTURE, NAMES = 3 * COLOURS, len(SIZES) * len(NOISES) * TEXTURES, 3 * len(COLOUR_NAMES)
"""Lengths of the three looks at a box."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """The pixels of a box and its ring: CIELAB (n, 3), and which belong to the box, its middle and the ring (3, n)."""

    lab: Array
    parts: Array


def pixels_of(photo: Array, box: Box) -> Pixels:
    """A small copy of a box with its ring: (height, width, 3) uint8 RGB."""
    crop, xs, ys = _crop(photo, box, 1 + 2 * RING, LONGEST)
    off_x = np.abs(xs - (box.left + box.right) / 2) / max(width(box), 1.0)
    off_y = np.abs(ys - (box.top + box.bottom) / 2) / max(height(box), 1.0)
    off = np.maximum(off_y[:, None], off_x[None, :]).ravel()  # 0 in the centre, 1/2 on the box's edge
    parts = np.stack([off <= 0.5, off <= MIDDLE / 2, off > 0.5]).astype(np.float64)  # (box, middle, ring; pixels)
    return Pixels(crop.reshape(-1, 3), parts)


def colour(pixels: Pixels) -> Array:
    """Square roots of three colour histograms, (COLOUR,): of the box; of its middle; of what the box has more of than
    the ring around it, a rough estimate of the object alone."""
    return np.sqrt(_with_own(colour_histograms(pixels.lab, pixels.parts))).ravel().astype(np.float32)


def names(pixels: Pixels) -> Array:
    """Shares of the named colours, (NAMES,): in the box, in its middle, and in what the box has more of."""
    weights = pixels.parts / np.maximum(pixels.parts.sum(axis=1, keepdims=True), 1e-12)
    return _with_own(weights @ named(pixels.lab)).ravel().astype(np.float32)


def texture(photo: Array, box: Box) -> Array:
    """Textures of the box less its outermost tenth, at several sizes, (TEXTURE,)."""
    lights = [_crop(photo, box, 0.8, size)[0][..., 0] for size in SIZES]
    return np.concatenate([texture_of(light, noise) for light in lights for noise in NOISES]).astype(np.float32)


def square(photo: Array, box: Box, side: int) -> Array:
    """The box squashed to (side, side, 3) uint8 RGB."""
    (left, right), (top, bottom) = _spans(photo, box, 1.0)
    return resized(photo[top:bottom, left:right], side, side)


def _with_own(shares: Array) -> Array:
    """(3, n) shares in box, middle and ring -> in box, middle and what the box has more of than the ring."""
    whole, middle, ring = shares
    own = np.maximum(whole - ring, 0)
    return np.stack([whole, middle, own / max(float(own.sum()), 1e-12)])


def _spans(photo: Array, box: Box, factor: float) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last column, then row, of a box made larger by a factor, within the photo; never empty."""
    spans = []
    for low, high, end in ((box.left, box.right, photo.shape[1]), (box.top, box.bottom, photo.shape[0])):
        middle, reach = (low + high) / 2, (high - low) / 2 * factor
        start = int(np.clip(np.floor(middle - reach), 0, end - 1))
        spans.append((start, int(np.clip(np.ceil(middle + reach), start + 1, end))))
    return spans[0], spans[1]


def _crop(photo: Array, box: Box, factor: float, longest: int) -> tuple[Array, Array, Array]:
    """The photo inside a box made larger by a factor, shrunk to a long side, in CIELAB; the x and y of its pixels."""
    (left, right), (top, bottom) = _spans(photo, box, factor)
    part = photo[top:bottom, left:right]
    scale = min(1.0, longest / max(part.shape[:2]))
    rows, columns = (max(1, round(size * scale)) for size in part.shape[:2])
    xs = left + (np.arange(columns) + 0.5) * part.shape[1] / columns
    ys = top + (np.arange(rows) + 0.5) * part.shape[0] / rows
    return as_lab(resized(part, columns, rows)), xs, ys
