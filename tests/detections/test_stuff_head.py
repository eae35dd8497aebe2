"""Regions of stuff: a photograph that comes with scikit-learn, and a head that knows colours alone."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pipeline.masks import unpacked
from pipeline.records import Array, Detection, Image, Scene
from pipeline.stage import Resources
from stages.detections import stuff_head
from stages.detections.stuff_head import StuffHead, StuffHeadConfig
from stages.vision.stuff import OTHER, Head

COLOURS = Head((OTHER, "sky", "grass"), 20 * np.eye(3), np.zeros(3), np.array([1.0, 0.0]), np.zeros(3))


def scene(path: Path, pixels: Array) -> Scene:
    PIL.Image.fromarray(pixels).save(path)
    return Scene(Image(path.stem, str(path), pixels.shape[1], pixels.shape[0], ""))


def blocks(pixels: Array, device: str) -> Array:
    """A place every 10 pixels, described by its colour."""
    return pixels[5::10, 5::10] / 255.0


@pytest.fixture
def coloured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Sky (green) above grass (blue), 200 x 100, a red thing in the grass."""
    monkeypatch.setattr(stuff_head, "described", blocks)
    monkeypatch.setattr(stuff_head, "shipped", lambda: COLOURS)
    pixels = np.zeros((100, 200, 3), dtype=np.uint8)
    pixels[:40, :, 1] = 255
    pixels[40:, :, 2] = 255
    pixels[60:90, 50:110] = (255, 0, 0)
    return scene(tmp_path / "a.png", pixels)


def predict(one: Scene, **options: float) -> tuple[Detection, ...]:
    return StuffHead(StuffHeadConfig(**options)).predict([one], Resources())[0]  # type: ignore[arg-type]


def test_regions_have_the_box_and_the_mask_of_their_places(coloured: Scene) -> None:
    sky, grass = sorted(predict(coloured, least=0.0), key=lambda region: region.box.top)
    assert (sky.label, grass.label, sky.kind) == ("sky", "grass", "stuff")
    assert (sky.box.left, sky.box.top, sky.box.right, sky.box.bottom) == (0, 0, 200, 40)
    assert (grass.box.left, grass.box.top, grass.box.right, grass.box.bottom) == (0, 40, 200, 100)
    assert unpacked(sky.mask).all()
    covered = unpacked(grass.mask)
    assert covered.shape == (6, 20)
    assert not covered[3, 6:10].any()
    assert covered[:, :5].all()


def test_other_things_are_never_said(coloured: Scene) -> None:
    assert {name for region in predict(coloured, floor=0.001) for name, _ in region.labels} <= {"sky", "grass"}


def test_best_regions_come_first_and_small_or_doubtful_ones_not_at_all(coloured: Scene) -> None:
    found = predict(coloured, least=0.0)
    assert [region.score for region in found] == sorted((region.score for region in found), reverse=True)
    assert [region.label for region in predict(coloured, share=0.45)] == ["grass"]
    assert predict(coloured, least=1.0) == ()


def test_a_photograph_of_a_palace_shows_sky_behind_it_and_trees_on_both_sides(tmp_path: Path) -> None:
    from sklearn.datasets import load_sample_image

    palace = scene(tmp_path / "palace.png", load_sample_image("china.jpg"))  # 640 x 427, the palace around x = 210
    sky, *trees = predict(palace, least=0.6)
    assert [sky.label, *(region.label for region in trees)] == ["sky", "tree", "tree"]
    assert (sky.box.left, sky.box.top, sky.box.right) == (0, 0, 640)
    behind = unpacked(sky.mask)
    assert behind[0].all()
    assert not behind[150 * 14 // 427, 210 * 20 // 640]
    assert sorted((region.box.left == 0, region.box.right == 640) for region in trees) == [(False, True), (True, False)]
    assert all(region.box.bottom == 427 for region in trees)
