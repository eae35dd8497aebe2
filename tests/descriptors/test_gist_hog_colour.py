"""Gist, gradients and colours of photos drawn for the purpose."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pipeline.records import Array, Image, Scene
from pipeline.stage import Resources
from stages.descriptors.gist_hog_colour import Config, GistHogColour
from stages.vision.colour import COLOURS
from stages.vision.gist import DIRECTIONS, GIST, PLACES, SCALES, SIDE, filters, gist

HOG = 7 * 7 * 36


def scene(directory: Path, name: str, pixels: Array) -> Scene:
    path = directory / f"{name}.png"
    PIL.Image.fromarray(pixels.astype(np.uint8)).save(path)
    return Scene(Image(name, str(path), pixels.shape[1], pixels.shape[0], name))


def grating(cycles: float, degrees: float) -> Array:
    """Stripes of brightness that change along a direction, `cycles` a pixel."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    turn = np.deg2rad(degrees)
    waves: Array = 0.5 + 0.4 * np.sin(2 * np.pi * cycles * (columns * np.cos(turn) + rows * np.sin(turn)))
    return waves


@pytest.mark.parametrize("scale", range(SCALES))
@pytest.mark.parametrize("direction", [0, 3, 4, 6])
def test_stripes_are_answered_most_by_the_filter_of_their_width_and_direction(scale: int, direction: int) -> None:
    energies = gist(grating(0.3 / 2**scale, 180 / DIRECTIONS * direction)).reshape(SCALES, DIRECTIONS, -1).mean(axis=2)
    assert np.unravel_index(int(energies.argmax()), energies.shape) == (scale, direction)


def test_energy_is_where_the_texture_is() -> None:
    photo = np.full((SIDE, SIDE), 0.5)
    photo[:32, 96:] = grating(0.15, 0)[:32, 96:]
    places = gist(photo).reshape(SCALES * DIRECTIONS, PLACES, PLACES).sum(axis=0)
    assert np.unravel_index(int(places.argmax()), places.shape) == (0, 3)


def test_one_tone_has_no_gist_and_brightness_alone_hardly_changes_it() -> None:
    assert not gist(np.full((SIDE, SIDE), 0.7)).round(6).any()
    stripes = grating(0.1, 90)
    bright, dim = gist(stripes), gist(stripes * 0.6)
    assert bright @ dim / np.linalg.norm(bright) / np.linalg.norm(dim) > 0.99


def test_filters_pass_no_constant_and_are_one_at_their_middle() -> None:
    whole = filters(160)
    assert not whole[:, 0, 0].any()
    assert whole.max() == pytest.approx(1.0, abs=0.05)
    assert whole.shape == (SCALES * DIRECTIONS, 160, 160)


@pytest.mark.parametrize("bands", [1, 3])
def test_parts_have_their_length_and_weigh_alike(tmp_path: Path, bands: int) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 140, 3))
    (found,) = GistHogColour(Config(bands)).predict([scene(tmp_path, "noise", noise)], Resources())
    assert found.shape == (GIST + HOG + bands * COLOURS,)
    assert found.dtype == np.float32
    for part in np.split(found, [GIST, GIST + HOG]):
        assert np.linalg.norm(part) == pytest.approx(1.0, abs=1e-4)


def test_colours_are_told_apart_band_by_band(tmp_path: Path) -> None:
    red, blue = np.zeros((60, 60, 3)), np.zeros((60, 60, 3))
    red[..., 0], blue[..., 2] = 220, 220
    upper = np.concatenate([red, blue])
    lower = np.concatenate([blue, red])
    stage = GistHogColour(Config(2))
    scenes = [scene(tmp_path, name, pixels) for name, pixels in (("u", upper), ("l", lower))]
    first, second = (found[GIST + HOG :].reshape(2, COLOURS) for found in stage.predict(scenes, Resources()))
    np.testing.assert_allclose(first[0], second[1], atol=1e-3)
    np.testing.assert_allclose(first[1], second[0], atol=1e-3)
    assert first[0] @ first[1] == pytest.approx(0.0, abs=1e-3)


def test_a_single_pixel_is_described(tmp_path: Path) -> None:
    one = scene(tmp_path, "one", np.full((1, 1, 3), 90))
    (found,) = GistHogColour(Config()).predict([one], Resources())
    assert np.isfinite(found).all()
    assert not found[: GIST + HOG].round(5).any()
