"""Grids of convolutional features from photos of every kind."""

import hashlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from pipeline.records import Array, Scene
from pipeline.records import Image as Photo
from pipeline.stage import Resources, Runtime
from stages.grid.cnn_grid import CnnGrid, Config

torch.set_num_threads(1)


def photo(directory: Path, name: str, pixels: Array) -> Scene:
    path = directory / f"{name}.png"
    PIL.Image.fromarray(pixels).save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Scene(Photo(name, str(path), pixels.shape[1], pixels.shape[0], digest))


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[Scene]:
    directory, chance = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    shapes = {"wide": (40, 120, 3), "tall": (300, 20, 3), "dot": (1, 1, 3), "grey": (50, 60), "huge": (1500, 2000, 3)}
    return [photo(directory, n, chance.integers(0, 256, size=s, dtype=np.uint8)) for n, s in shapes.items()]


def grids(scenes: list[Scene], batch: int = 32, size: int = 64, half: bool = False) -> list[Array]:
    return CnnGrid(Config(size=size, half=half), Runtime(device="cpu", batch=batch)).predict(scenes, Resources())


def test_every_photo_becomes_a_grid_row_by_row(scenes: list[Scene]) -> None:
    for grid in grids(scenes, size=224):
        assert grid.shape == (49, 1280)
        assert grid.dtype == np.float32
        assert np.isfinite(grid).all()


def test_the_batch_a_photo_comes_in_does_not_matter(scenes: list[Scene]) -> None:
    together, alone, turned = grids(scenes), grids(scenes, batch=1), grids(scenes[::-1], batch=3)[::-1]
    for one, two, three in zip(together, alone, turned, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-4)
        np.testing.assert_allclose(one, three, atol=1e-4)


def test_different_photos_have_different_features(scenes: list[Scene]) -> None:
    wide, tall, *_ = grids(scenes)
    assert np.abs(wide - tall).max() > 0.1


def test_locations_lie_where_the_network_looked(tmp_path: Path) -> None:
    flat = np.full((224, 224, 3), 127, dtype=np.uint8)
    marked = flat.copy()
    marked[:32, 192:] = np.random.default_rng(1).integers(0, 256, size=(32, 32, 3))  # the top right corner
    before, after = grids([photo(tmp_path, "flat", flat), photo(tmp_path, "marked", marked)], size=224)
    change = np.abs(after - before).sum(axis=1).reshape(7, 7)
    row, column = np.unravel_index(change.argmax(), change.shape)
    assert row < 3
    assert column > 3


def test_half_precision_is_kept_when_asked_for(scenes: list[Scene]) -> None:
    (full,), (half,) = grids(scenes[:1]), grids(scenes[:1], half=True)
    assert half.dtype == np.float16
    np.testing.assert_allclose(half, full, atol=5e-3)


def test_no_photos_give_no_grids() -> None:
    assert grids([]) == []
