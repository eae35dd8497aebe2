"""The head for stuff: its arithmetic, its size, and a photograph."""

from importlib.resources import files
from math import log

import numpy as np
import pytest

from stages.vision.stuff import OTHER, Head, described, shipped


def made() -> Head:
    rng = np.random.default_rng(0)
    return Head(
        (OTHER, "sky", "sea"), rng.normal(size=(4, 3)), rng.normal(size=3), np.array([2.0, 0.5]), np.arange(3.0)
    )


def test_probabilities_are_the_softmax_of_a_linear_function() -> None:
    head, places = made(), np.random.default_rng(1).normal(size=(2, 3, 4))
    for row, column in np.ndindex(2, 3):
        powers = [np.exp(places[row, column] @ head.weights[:, label] + head.biases[label]) for label in range(3)]
        assert head.probabilities(places)[row, column] == pytest.approx(np.array(powers) / sum(powers))


def test_confidence_is_logistic_in_log_odds_and_log_share() -> None:
    odds = 2 * log(0.8 / 0.2) + 0.5 * log(0.1) + 1
    assert made().confidence(1, 0.8, 0.1) == pytest.approx(1 / (1 + np.exp(-odds)))
    assert made().confidence(1, 0.9, 0.1) > made().confidence(1, 0.8, 0.1)
    assert 0 < made().confidence(1, 0.0, 1e-9) < made().confidence(1, 1.0, 1.0) < 1


@pytest.mark.parametrize(("shape", "places"), [((1, 1), (20, 20)), ((30, 3000), (2, 20)), ((480, 640), (16, 20))])
def test_a_photo_is_described_every_16_pixels_of_its_320(shape: tuple[int, int], places: tuple[int, int]) -> None:
    seen = described(np.full((*shape, 3), 90, dtype=np.uint8), "cpu")
    assert seen.shape == (*places, len(shipped().weights))
    assert seen[:, 0, -2] == pytest.approx((np.arange(places[0]) + 0.5) / places[0])


def test_the_shipped_head_is_small_and_whole() -> None:
    head, folder = shipped(), files("stages.vision").joinpath("weights", "stuff_head")
    assert head.labels[0] == OTHER
    assert head.weights.shape == (40 + 112 + 320 + 2, len(head.labels))
    assert head.offsets.shape == head.biases.shape == (len(head.labels),)
    assert (head.curve > 0).all()
    assert len(folder.joinpath("head.safetensors").read_bytes()) < 200_000
