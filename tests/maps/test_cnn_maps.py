"""Maps at a cut of the backbone, photo by photo."""

import numpy as np
import PIL.Image
import pytest
import torch

from pipeline.records import Array, Scene
from pipeline.records import Image as Photo
from pipeline.stage import Resources, Runtime
from stages.grid.cnn_grid import CnnGrid
from stages.grid.cnn_grid import Config as GridConfig
from stages.maps.cnn_maps import CnnMaps, Config
from stages.vision.cuts import tail

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[Scene]:
    directory, chance = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    made = []
    for name, shape in {"wide": (40, 120, 3), "dot": (1, 1, 3), "tall": (300, 20, 3)}.items():
        path = directory / f"{name}.png"
        PIL.Image.fromarray(chance.integers(0, 256, size=shape, dtype=np.uint8)).save(path)
        made.append(Scene(Photo(name, str(path), shape[1], shape[0], name)))
    return made


def maps(scenes: list[Scene], batch: int = 32, cut: int = 6) -> list[Array]:
    return CnnMaps(Config(cut=cut, size=96), Runtime(device="cpu", batch=batch)).predict(scenes, Resources())


@pytest.mark.parametrize(("cut", "channels"), [(5, 192), (6, 320)])
def test_the_rest_of_the_network_makes_the_grid_of_them(scenes: list[Scene], cut: int, channels: int) -> None:
    grids = CnnGrid(GridConfig(size=96), Runtime(device="cpu")).predict(scenes, Resources())
    for found, grid in zip(maps(scenes, cut=cut), grids, strict=True):
        assert found.shape == (channels, 3, 3)
        with torch.inference_mode():
            features = tail(cut)(torch.from_numpy(found)[None])[0].flatten(1).T
        np.testing.assert_allclose(features.numpy(), grid, atol=1e-4)


def test_the_batch_a_photo_comes_in_does_not_matter(scenes: list[Scene]) -> None:
    for one, other in zip(maps(scenes), maps(scenes, batch=1), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_no_photos_give_no_maps() -> None:
    assert maps([]) == []
