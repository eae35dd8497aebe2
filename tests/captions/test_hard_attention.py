"""The stage with hard attention: from grids to captions with their reasons."""

import dataclasses
from pathlib import Path

import pytest

from stages.captions.hard_attention import Config, HardAttention
from tests.captions.animals import learns_to_name_animals

SMALL = Config(word=16, lstm=24, attention=16, dropout=0.0, batch=8, learning_rate=0.02, epochs=14, patience=14)


def test_it_names_what_it_sees_and_every_word_has_a_map(tmp_path: Path) -> None:
    for caption in learns_to_name_animals(HardAttention, SMALL, tmp_path):
        for why in caption.evidence:
            assert why is not None
            assert (why.kind, why.shape) == ("attention", (2, 2))
            assert sum(why.weights) == pytest.approx(1.0, abs=1e-3)
            assert [name for name, _ in why.terms] == ["gate"]


def test_what_is_looked_at_when_speaking_trains_nothing_anew() -> None:
    from pipeline.registry import choose

    hard, soft = choose("captions", "hard_attention"), choose("captions", "hard_attention:speaking=expectation")
    assert hard.recipe("fit") == soft.recipe("fit")
    assert hard.recipe("predict") != soft.recipe("predict")
    assert HardAttention(dataclasses.replace(SMALL, speaking="expectation")).network(9, (8,)).speaking == "expectation"
