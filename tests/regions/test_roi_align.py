"""Means of the grid inside boxes, against bilinear interpolation written out."""

import numpy as np
import pytest

from pipeline.records import Array, Box, Detection, Image, Scene
from pipeline.stage import Resources
from stages.regions.roi_align import Config, RoiAlign

SIDE, WIDTH, HEIGHT = 4, 80, 40
GRID = np.random.default_rng(0).normal(size=(SIDE * SIDE, 3)).astype(np.float32)


def photo(*boxes: tuple[Box, float]) -> Scene:
    found = tuple(Detection(box, (("dog", score),)) for box, score in boxes)
    return Scene(Image("p", "", WIDTH, HEIGHT, ""), {"grid": GRID, "detections": found})


def regions(scene: Scene, config: Config | None = None) -> Array:
    (value,) = RoiAlign(config or Config()).predict([scene], Resources())
    return value


def bilinear(x: float, y: float) -> Array:
    """The grid at a point given in locations, whose centres are whole numbers."""
    x, y = min(max(x, 0), SIDE - 1), min(max(y, 0), SIDE - 1)
    left, top = min(int(x), SIDE - 2), min(int(y), SIDE - 2)
    maps = GRID.astype(np.float64).reshape(SIDE, SIDE, 3)
    upper = (1 - x + left) * maps[top, left] + (x - left) * maps[top, left + 1]
    lower = (1 - x + left) * maps[top + 1, left] + (x - left) * maps[top + 1, left + 1]
    return np.asarray((1 - y + top) * upper + (y - top) * lower)


def mean(box: Box, samples: int = 2 * SIDE) -> Array:
    """Of samples in the middle of equal parts of the box."""
    parts = (np.arange(samples) + 0.5) / samples
    across = (box.left + parts * (box.right - box.left)) / WIDTH * SIDE - 0.5
    down = (box.top + parts * (box.bottom - box.top)) / HEIGHT * SIDE - 0.5
    return np.mean([bilinear(x, y) for y in down for x in across], axis=0)


def test_the_whole_photo_comes_first_and_is_the_mean_of_the_grid() -> None:
    np.testing.assert_allclose(regions(photo()), GRID.mean(axis=0, keepdims=True), atol=1e-6)


@pytest.mark.parametrize("box", [Box(0, 0, 20, 10), Box(13, 5, 61, 38), Box(70, 30, 71, 31), Box(5, 20, 5, 20)])
def test_a_box_is_the_mean_of_bilinear_samples(box: Box) -> None:
    np.testing.assert_allclose(regions(photo((box, 0.9)))[1], mean(box), atol=1e-5)


def test_the_most_confident_boxes_are_kept_and_lead() -> None:
    low, high, middle, lost = Box(0, 0, 20, 10), Box(20, 0, 40, 10), Box(40, 20, 60, 30), Box(60, 30, 80, 40)
    scene = photo((low, 0.3), (high, 0.9), (middle, 0.5), (lost, 0.1))
    expected = [mean(Box(0, 0, WIDTH, HEIGHT)), mean(high), mean(middle), mean(low)]
    np.testing.assert_allclose(regions(scene), expected, atol=1e-5)
    np.testing.assert_allclose(regions(scene, Config(most=1)), expected[:2], atol=1e-5)
    np.testing.assert_allclose(regions(scene, Config(least=0.4)), expected[:3], atol=1e-5)
