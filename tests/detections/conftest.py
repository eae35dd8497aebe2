"""Small photos of three drawn shapes on two kinds of stuff."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pipeline.records import Box, Detection, Image, Scene, Truth
from pipeline.stage import Examples

SIDE = 96


def draw_photo(path: Path, seed: int) -> tuple[Image, Truth]:
    """One disc or cross, in a random colour, on water above sand; the two shapes have the same box."""
    rng = np.random.default_rng(seed)
    horizon = int(rng.integers(32, 64))
    pixels = np.where(np.arange(SIDE)[:, None, None] < horizon, (40, 90, 200), (230, 200, 120))
    pixels = np.broadcast_to(pixels, (SIDE, SIDE, 3)) + rng.integers(-8, 9, (SIDE, SIDE, 1))
    size, label = int(rng.integers(26, 44)), ("cross", "disc")[seed % 2]
    left, top = (int(value) for value in rng.integers(4, SIDE - size - 4, 2))
    y, x = (np.mgrid[:size, :size] + 0.5) / size * 2 - 1
    inside = x**2 + y**2 <= 1 if label == "disc" else np.minimum(abs(x), abs(y)) <= 0.3
    colour = rng.integers(0, 256, 3) // 3 * (1, 0, 1)
    pixels[top : top + size, left : left + size][inside] = colour
    PIL.Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)
    thing = Detection(Box(left, top, left + size, top + size), ((label, 1.0),))
    water = Detection(Box(0, 0, SIDE, horizon), (("water", 1.0),), "stuff")
    sand = Detection(Box(0, horizon, SIDE, SIDE), (("sand", 1.0),), "stuff")
    return Image(path.stem, str(path), SIDE, SIDE, ""), Truth(path.stem, (), (thing, water, sand))


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    directory = tmp_path_factory.mktemp("shapes")
    drawn = [draw_photo(directory / f"{seed}.png", seed) for seed in range(60)]
    return Examples([Scene(image) for image, _ in drawn], [truth for _, truth in drawn])
