"""Photos of a disc of one colour on ground of another, with the truth and what a perfect detector finds."""

import numpy as np
import PIL.Image

from pipeline.records import AttributeScores, Box, Detection, Image, Scene, Truth

PAINTS = {"red": (200, 30, 30), "green": (40, 160, 60), "blue": (40, 70, 210)}
SIDE = 80


def disc(path, seed):
    """A disc of one colour, striped every third time, on ground of another colour."""
    rng = np.random.default_rng(seed)
    colour, ground = rng.permutation(list(PAINTS))[:2]
    size = int(rng.integers(30, 50))
    left, top = (int(value) for value in rng.integers(0, SIDE - size, 2))
    y, x = np.mgrid[:SIDE, :SIDE]
    inside = (x - left - size / 2) ** 2 + (y - top - size / 2) ** 2 <= size**2 / 4
    striped = seed % 3 == 0
    pixels = np.where(inside[..., None], PAINTS[colour], PAINTS[ground])
    if striped:
        pixels = np.where((inside & (x % 8 < 3))[..., None], (240, 240, 240), pixels)
    PIL.Image.fromarray((pixels + rng.integers(-6, 7, pixels.shape)).clip(0, 255).astype(np.uint8)).save(path)
    ball = Detection(Box(left, top, left + size, top + size), (("sports ball", 1.0),))
    field = Detection(Box(0, 0, SIDE, SIDE), (("field", 1.0),), "stuff")
    names = ((colour, "striped") if striped else (colour,), (ground,))
    scores = tuple(AttributeScores(tuple((str(name), 1.0) for name in part)) for part in names)
    image = Image(path.stem, str(path), SIDE, SIDE, "")
    return Scene(image, {"detections": (ball, field)}), Truth(path.stem, (), (ball, field), scores)
