"""The stage with hard attention: from grids to captions with their reasons."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch

from pipeline.registry import choose
from pipeline.stage import Runtime
from stages.captions.hard_attention import Config, HardAttention
from stages.networks.hard_attention import HardAttention as Network
from tests.captions.animals import examples, knowledge, learns_to_name_animals

SMALL = Config(word=16, lstm=24, attention=16, dropout=0.0, batch=8, learning_rate=0.02, epochs=14, patience=14)


def test_it_names_what_it_sees_and_every_word_has_a_map(tmp_path: Path) -> None:
    for caption in learns_to_name_animals(HardAttention, SMALL, tmp_path):
        for why in caption.evidence:
            assert why is not None
            assert (why.kind, why.shape) == ("attention", (2, 2))
            assert sum(why.weights) == pytest.approx(1.0, abs=1e-3)
            assert [name for name, _ in why.terms] == ["gate"]


def test_what_is_looked_at_when_speaking_trains_nothing_anew() -> None:
    hard, soft = choose("captions", "hard_attention"), choose("captions", "hard_attention:speaking=expectation")
    assert hard.recipe("fit") == soft.recipe("fit")
    assert hard.recipe("predict") != soft.recipe("predict")
    train, tune = (examples(split, many) for split, many in enumerate((16, 8)))
    config = dataclasses.replace(SMALL, learning_rate=0.01, epochs=5, patience=2, members=2)
    fitted = [
        HardAttention(dataclasses.replace(config, speaking=how), Runtime(device="cpu")).fit(
            {"train": train, "tune": tune}, knowledge(train)
        )
        for how in ("most_probable", "expectation")
    ]
    logs = [[(epoch.loss, epoch.cider) for epoch in one.trained_.log] for one in fitted]
    assert logs[0] == logs[1]
    ours, theirs = (one.trained_.network.state_dict() for one in fitted)
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items())


@pytest.mark.parametrize("members", [1, 2])
def test_every_member_speaks_as_it_is_asked_to(members: int) -> None:
    train, config = examples(0, 8), dataclasses.replace(SMALL, epochs=1, members=members)
    resources = knowledge(train)
    stage = HardAttention(config, Runtime(device="cpu")).fit({"train": train, "tune": train}, resources)
    said: list[Any] = []
    for how in ("most_probable", "expectation", "most_probable"):
        other = HardAttention(dataclasses.replace(config, speaking=how), Runtime(device="cpu"))
        other.trained_ = stage.trained_
        said.append([caption.token_scores for (caption,) in other.predict(train.scenes, resources)])
        speakers = [one for one in stage.trained_.network.modules() if isinstance(one, Network)]
        assert [one.speaking for one in speakers] == [how] * members
    assert said[0] != said[1]
    assert said[0] == said[2]
