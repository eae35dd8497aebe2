"""The stage: from the concepts of a photo to captions."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import BadData
from pipeline.records import Evidence, Image, Scene
from stages.captions.att_lstm import AttLstm, Config
from tests.captions.animals import KINDS, examples, knowledge, learns_to_name_animals

SMALL = Config(word=16, lstm=24, dropout=0.0, batch=8, learning_rate=0.02, epochs=10)


def concepts(kind: int, chance: np.random.Generator) -> Mapping[str, Any]:
    """All concepts with a probability, best first; the grid shows nothing."""
    probable = {name: float(chance.uniform(0.0, 0.2)) for name in (*KINDS, "grass")}
    probable[KINDS[kind]] = float(chance.uniform(0.7, 1.0))
    best = sorted(probable.items(), key=lambda item: -item[1])
    return {"concepts": tuple(best), "grid": np.zeros((4, 8), dtype=np.float32)}


def test_concepts_alone_are_enough_to_name_what_is_in_photos_it_never_saw(tmp_path: Path) -> None:
    assert AttLstm(SMALL).reads() == ("concepts",)
    for caption in learns_to_name_animals(AttLstm, SMALL, tmp_path, concepts):
        assert caption.evidence == (Evidence("state"),) * len(caption.words)


def test_the_photo_may_be_seen_too(tmp_path: Path) -> None:
    config = dataclasses.replace(SMALL, image=True)
    assert AttLstm(config).reads() == ("concepts", "grid")
    learns_to_name_animals(AttLstm, config, tmp_path, concepts)


def test_concepts_have_one_order_and_what_was_never_seen_in_training_is_passed_over() -> None:
    stage = AttLstm(SMALL)
    stage.concepts_ = ("cat", "dog")
    scenes = [
        Scene(Image(str(n), "", 1, 1, ""), {"concepts": said})
        for n, said in enumerate([(("dog", 0.75), ("unicorn", 1.0)), (), (("cat", 0.5), ("dog", 0.25))])
    ]
    assert stage.gather(scenes)[0].tolist() == [[0.0, 0.75], [0.0, 0.0], [0.5, 0.25]]


def test_without_any_concept_there_is_nothing_to_learn_from() -> None:
    train = examples(0, 8, lambda kind, chance: {"concepts": ()})
    with pytest.raises(BadData, match="no training photo has a concept"):
        AttLstm(SMALL).fit({"train": train, "tune": train}, knowledge(train))
