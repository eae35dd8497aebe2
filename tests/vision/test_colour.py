import numpy as np
import pytest

from stages.vision.colour import CHROMA, COLOURS, LIGHTNESS, SPAN, as_lab, colour_histograms


def test_lab_has_its_usual_ranges():
    lab = as_lab(np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0]]], dtype=np.uint8))
    assert lab[0] == pytest.approx(np.array([[0, 0, 0], [100, 0, 0], [53.24, 80.09, 67.20]]), abs=0.1)  # sRGB, D65


def test_a_colour_on_a_level_falls_into_one_bin():
    step = 2 * SPAN / (CHROMA - 1)
    (histogram,) = colour_histograms(np.array([[100 / (LIGHTNESS - 1), -SPAN + step, SPAN]]), np.ones((1, 1)))
    expected = np.zeros((LIGHTNESS, CHROMA, CHROMA))
    expected[1, 1, CHROMA - 1] = 1
    np.testing.assert_allclose(histogram, expected.ravel(), atol=1e-9)


def test_a_colour_between_two_levels_is_divided():
    (histogram,) = colour_histograms(np.array([[100 / (LIGHTNESS - 1) * 0.25, -SPAN, -SPAN]]), np.ones((1, 1)))
    cube = histogram.reshape(LIGHTNESS, CHROMA, CHROMA)
    assert cube[:2, 0, 0] == pytest.approx([0.75, 0.25])


def test_selections_are_counted_apart_and_sum_to_one():
    lab = np.random.default_rng(0).uniform((0, -120, -120), (100, 120, 120), (50, 3))
    chosen = np.zeros((3, 50))
    chosen[0], chosen[1, :20] = 1, 1
    histograms = colour_histograms(lab, chosen)
    assert histograms.shape == (3, COLOURS)
    assert histograms.sum(axis=1) == pytest.approx([1, 1, 0])
    np.testing.assert_allclose(histograms[1], colour_histograms(lab[:20], np.ones((1, 20)))[0])
