"""The stages with and without a sentinel: from grids to captions with their reasons."""

from pathlib import Path
from typing import Any

import pytest

from stages.captions import adaptive, spatial
from tests.captions.animals import learns_to_name_animals

SMALL: dict[str, Any] = {
    "word": 16,
    "lstm": 24,
    "attention": 16,
    "dropout": 0.0,
    "batch": 8,
    "learning_rate": 0.02,
    "epochs": 8,
}


def test_adaptive_attention_names_what_it_sees_and_says_how_much_it_relied_on_the_sentinel(tmp_path: Path) -> None:
    for caption in learns_to_name_animals(adaptive.Adaptive, adaptive.Config(**SMALL), tmp_path):
        for why in caption.evidence:
            assert why is not None
            assert (why.kind, why.shape) == ("attention", (2, 2))
            assert sum(why.weights) == pytest.approx(1.0, abs=1e-3)
            assert [name for name, _ in why.terms] == ["sentinel"]
            assert 0 <= why.terms[0][1] <= 1


def test_spatial_attention_names_what_it_sees_and_has_no_sentinel(tmp_path: Path) -> None:
    for caption in learns_to_name_animals(spatial.Spatial, adaptive.Config(**SMALL), tmp_path):
        assert all(why is not None and why.shape == (2, 2) and not why.terms for why in caption.evidence)
