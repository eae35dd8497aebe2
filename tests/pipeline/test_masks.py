"""Coarse masks."""

import json

import numpy as np
import pytest

from pipeline.codec import decode, encode
from pipeline.errors import ContractViolation
from pipeline.masks import packed, unpacked
from pipeline.records import Box, Detection, Mask


@pytest.mark.parametrize("seed", range(20))
def test_a_mask_comes_back_as_it_was(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = rng.random(rng.integers(1, 9, 2)) < rng.random()
    mask = packed(places)
    assert np.array_equal(unpacked(mask), places)
    assert all(mask.runs[1:])


def test_runs_begin_with_places_left_out() -> None:
    assert packed(np.array([[0, 0, 1], [1, 1, 0]])) == Mask(2, 3, (2, 3, 1))
    assert packed(np.array([[1, 0]])) == Mask(1, 2, (0, 1, 1))
    assert packed(np.zeros((2, 2))) == Mask(2, 2, (4,))


@pytest.mark.parametrize("runs", [(3,), (2, 3), (5, -1)])
def test_runs_that_do_not_fill_the_grid_are_refused(runs: tuple[int, ...]) -> None:
    with pytest.raises(ContractViolation, match="2 x 2"):
        unpacked(Mask(2, 2, runs))


def test_a_detection_keeps_its_mask_in_json_and_one_without_is_written_as_before() -> None:
    bare = Detection(Box(0, 0, 4, 4), (("sky", 0.9),), "stuff")
    masked = Detection(bare.box, bare.labels, "stuff", Mask(2, 2, (1, 3)))
    assert "mask" not in encode(bare)
    assert decode(Detection, json.loads(json.dumps(encode(masked)))) == masked
