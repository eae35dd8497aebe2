"""Bags of visual words: counted by hand, and the same for the same texture."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pipeline.errors import BadData
from pipeline.records import Array, Image, Scene, Truth
from pipeline.stage import Examples, Resources
from stages.descriptors import sift_bow
from stages.descriptors.sift_bow import Config, SiftBow


def scene(directory: Path, name: str, pixels: Array) -> Scene:
    path = directory / f"{name}.png"
    PIL.Image.fromarray(pixels.astype(np.uint8)).save(path)
    return Scene(Image(name, str(path), pixels.shape[1], pixels.shape[0], name))


def discs(seed: int) -> Array:
    draw = np.random.default_rng(seed)
    rows, columns = np.mgrid[:160, :160]
    photo = np.full((160, 160), 30.0)
    for _ in range(25):
        y, x, radius = draw.uniform(10, 150), draw.uniform(10, 150), draw.uniform(4, 9)
        photo[(rows - y) ** 2 + (columns - x) ** 2 < radius**2] = 220
    return np.repeat(photo[..., None], 3, axis=2)


def checks(seed: int) -> Array:
    draw = np.random.default_rng(seed)
    return np.repeat(np.kron(draw.integers(0, 2, (12, 12)) * 220, np.ones((14, 14)))[..., None], 3, axis=2)


def fitted(directory: Path, **options: int) -> tuple[SiftBow, list[Scene]]:
    photos = [discs(0), checks(0), discs(1), checks(1)]
    scenes = [scene(directory, f"t{at}", pixels) for at, pixels in enumerate(photos)]
    examples = Examples(scenes, [Truth(s.image.id) for s in scenes])
    return SiftBow(Config(**options)).fit({"train": examples}, Resources()), scenes


def test_a_bag_counts_the_nearest_word_of_each_point(tmp_path: Path) -> None:
    stage, scenes = fitted(tmp_path, words=6)
    points = sift_bow._points(scenes[0].image)
    counts = [0] * 6
    for point in points:
        counts[int(np.argmin([((point - word) ** 2).sum() for word in stage.words_]))] += 1
    (bag,) = stage.predict(scenes[:1], Resources())
    np.testing.assert_allclose(bag, np.sqrt(np.array(counts) / len(points)), atol=1e-6)
    assert np.linalg.norm(bag) == pytest.approx(1.0, abs=1e-5)


def test_photos_of_one_texture_are_more_alike_than_of_two(tmp_path: Path) -> None:
    stage, _ = fitted(tmp_path, words=12)
    new = [scene(tmp_path, "a", discs(7)), scene(tmp_path, "b", discs(8)), scene(tmp_path, "c", checks(7))]
    round_one, round_two, square = stage.predict(new, Resources())
    assert round_one @ round_two > round_one @ square + 0.1


def test_points_have_unit_length_and_none_is_an_empty_bag(tmp_path: Path) -> None:
    stage, scenes = fitted(tmp_path, words=6)
    np.testing.assert_allclose(np.linalg.norm(sift_bow._points(scenes[0].image), axis=1), 1.0, atol=1e-4)
    (empty,) = stage.predict([scene(tmp_path, "grey", np.full((50, 50, 3), 90))], Resources())
    assert empty.shape == (6,)
    assert not empty.any()


def test_fewer_points_than_words_make_fewer_words(tmp_path: Path) -> None:
    stage, _ = fitted(tmp_path, words=500, sampled=40)
    assert len(stage.words_) == 40


def test_photos_without_a_salient_point_are_refused(tmp_path: Path) -> None:
    grey = scene(tmp_path, "grey", np.full((50, 50, 3), 90))
    with pytest.raises(BadData, match="no training photo has a salient point"):
        SiftBow(Config()).fit({"train": Examples([grey], [Truth("grey")])}, Resources())
