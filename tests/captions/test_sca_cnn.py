"""The stage on maps at a cut of the backbone: from maps to captions with their reasons."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import BadData
from pipeline.stage import Runtime
from stages.captions.sca_cnn import Config, ScaCnn
from stages.networks.inputs import map_inputs
from stages.vision.cuts import tail
from tests.captions.animals import examples, knowledge, learns_to_name_animals

SMALL = Config(word=16, lstm=24, attention=8, dropout=0.0, batch=8, learning_rate=0.006, epochs=8)


def animal_maps(kind: int, chance: np.random.Generator) -> Mapping[str, Any]:
    """2 x 2 maps of 320 channels, a quarter of which speak of the animal, at one place."""
    maps = 0.05 * chance.normal(size=(320, 2, 2))
    maps[80 * kind : 80 * kind + 80, chance.integers(2), chance.integers(2)] += 3.0
    return {"maps": maps.astype(np.float32)}


def test_it_names_what_it_sees_and_says_where_and_through_which_channels(tmp_path: Path) -> None:
    for caption in learns_to_name_animals(ScaCnn, SMALL, tmp_path, animal_maps):
        for why in caption.evidence:
            assert why is not None
            assert (why.kind, why.shape) == ("attention", (2, 2))
            assert sum(why.weights) == pytest.approx(1.0, abs=1e-3)
            shares = [share for _, share in why.terms]
            assert len(shares) == 5
            assert shares == sorted(shares, reverse=True)
            assert all(name.startswith("channel ") for name, _ in why.terms)


def test_what_a_place_shows_becomes_its_row_of_channels() -> None:
    scenes = examples(0, 2, animal_maps).scenes
    (found,) = map_inputs(scenes)
    assert found.shape == (2, 2, 2, 320)
    np.testing.assert_array_equal(found[1, 0, 1].numpy(), scenes[1].read("maps")[:, 0, 1])


def test_there_is_a_layer_of_attention_for_every_block_from_the_cut_on() -> None:
    assert [len(ScaCnn(SMALL).network(9, [width]).attend) for width in (320, 192)] == [1, 2]


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("fine_tune", [False, True])
def test_the_network_that_looks_counts_as_learned_where_it_learns_too(
    tmp_path: Path, fine_tune: bool, members: int
) -> None:
    train = examples(0, 8, animal_maps)
    config = dataclasses.replace(SMALL, epochs=1, fine_tune=fine_tune, members=members)
    stage = ScaCnn(config, Runtime(device="cpu")).fit({"train": train, "tune": train}, knowledge(train))
    stage.save_state(tmp_path)
    network = stage.trained_.network
    all_of_it, looks = (sum(one.numel() for one in part.parameters()) for part in (network, tail(6)))
    for one in (stage, ScaCnn(config).load_state(tmp_path)):
        assert one.parameters == all_of_it - (0 if fine_tune else members * looks)


def test_maps_of_no_cut_are_refused() -> None:
    with pytest.raises(BadData, match=r"1280 channels.*cnn_maps"):
        ScaCnn(SMALL).network(9, [1280])
