"""What the inside of a box looks like, told from what lies around it."""

import numpy as np

from pipeline.geometry import height, width
from pipeline.records import Array, Box
from stages.vision.colour import COLOURS, as_lab, colour_histograms
from stages.vision.hog import resized
from stages.vision.texture import TEXTURES, texture

LONGEST = 64
"""Long side in pixels of the copy of a box, with its ring, whose colours are counted."""
RING = 0.25
"""Width of the ring around a box, as a share of its sides."""
MIDDLE = 0.6
"""Share of a box's sides that is its middle."""
SIZES, NOISES = (32, 64, 128), (3.0, 8.0)
"""Long sides of the copies whose texture is measured, and the steps in lightness that are taken for noise."""
APPEARANCE = 3 * COLOURS + len(SIZES) * len(NOISES) * TEXTURES


def appearance(pixels: Array, box: Box) -> Array:
    """Colour and texture of one box of a photo: (height, width, 3) uint8 RGB -> (APPEARANCE,).

    Square roots of three colour histograms (of the box; of its middle; of what the box has more of than the ring
    around it, a rough estimate of the object alone), then textures of the box less its outermost tenth.
    """
    crop, xs, ys = _crop(pixels, box, 1 + 2 * RING, LONGEST)
    off_x = np.abs(xs - (box.left + box.right) / 2) / max(width(box), 1.0)
    off_y = np.abs(ys - (box.top + box.bottom) / 2) / max(height(box), 1.0)
    off = np.maximum(off_y[:, None], off_x[None, :]).ravel()  # 0 in the centre, 1/2 on the box's edge
    parts = np.stack([off <= 0.5, off <= MIDDLE / 2, off > 0.5]).astype(np.float64)  # (box, middle, ring; pixels)
    whole, middle, ring = colour_histograms(crop.reshape(-1, 3), parts)
    own = np.maximum(whole - ring, 0)
    own /= max(float(own.sum()), 1e-12)
    lights = [_crop(pixels, box, 0.8, size)[0][..., 0] for size in SIZES]
    textures = [texture(light, noise) for light in lights for noise in NOISES]
    return np.concatenate([np.sqrt(whole), np.sqrt(middle), np.sqrt(own), *textures]).astype(np.float32)


def _crop(pixels: Array, box: Box, factor: float, longest: int) -> tuple[Array, Array, Array]:
    """The photo inside a box made larger by a factor, shrunk to a long side, in CIELAB; the x and y of its pixels."""
    starts, stops = [], []
    for low, high, end in ((box.left, box.right, pixels.shape[1]), (box.top, box.bottom, pixels.shape[0])):
        middle, reach = (low + high) / 2, (high - low) / 2 * factor
        start = int(np.clip(np.floor(middle - reach), 0, end - 1))
        starts.append(start)
        stops.append(int(np.clip(np.ceil(middle + reach), start + 1, end)))
    part = pixels[starts[1] : stops[1], starts[0] : stops[0]]
    scale = min(1.0, longest / max(part.shape[:2]))
    rows, columns = (max(1, round(size * scale)) for size in part.shape[:2])
    xs = starts[0] + (np.arange(columns) + 0.5) * part.shape[1] / columns
    ys = starts[1] + (np.arange(rows) + 0.5) * part.shape[0] / rows
    return as_lab(resized(part, columns, rows)), xs, ys
