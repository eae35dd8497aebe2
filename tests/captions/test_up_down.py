"""The stage over a grid and over regions."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.records import Image, Scene
from stages.captions.up_down import Config, UpDown
from tests.captions.animals import learns_to_name_animals

SMALL = Config(word=16, lstm=24, attention=16, batch=8, learning_rate=0.02, epochs=8)


def regions(kind: int, chance: np.random.Generator) -> Mapping[str, Any]:
    """One to three regions, one of which shows the animal."""
    vectors = 0.05 * chance.normal(size=(chance.integers(1, 4), 5))
    vectors[chance.integers(len(vectors)), kind] += 4.0
    return {"regions": vectors.astype(np.float32)}


def test_over_a_grid_it_names_what_it_sees_and_every_word_has_a_map(tmp_path: Path) -> None:
    for caption in learns_to_name_animals(UpDown, SMALL, tmp_path):
        assert all(why is not None and (why.kind, why.shape) == ("attention", (2, 2)) for why in caption.evidence)


def test_over_regions_it_names_what_it_sees_and_every_word_weighs_them(tmp_path: Path) -> None:
    config = dataclasses.replace(SMALL, over="regions")
    for caption in learns_to_name_animals(UpDown, config, tmp_path, regions):
        for why in caption.evidence:
            assert why is not None
            assert 1 <= len(why.weights) <= 3
            assert why.shape is None
            assert sum(why.weights) == pytest.approx(1.0, abs=1e-3)


def test_a_photo_without_regions_is_a_region_of_zeros() -> None:
    scenes = [Scene(Image(str(n), "", 1, 1, ""), {"regions": np.ones((n, 5), np.float16)}) for n in (0, 2)]
    vectors, there = UpDown(dataclasses.replace(SMALL, over="regions")).gather(scenes)
    assert vectors.tolist() == [[[0.0] * 5] * 2, [[1.0] * 5] * 2]
    assert there.flatten(1).tolist() == [[1.0, 0.0], [1.0, 1.0]]
