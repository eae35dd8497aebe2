"""The stage: from the mean of a grid and guidance to captions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.records import Evidence
from stages.captions.glstm import Config, GLstm
from tests.captions.animals import learns_to_name_animals

SMALL = Config(word=16, lstm=24, dropout=0.0, batch=8, learning_rate=0.02, epochs=12)


def by_kind(kind: int, chance: np.random.Generator) -> Mapping[str, Any]:
    return {"guidance": np.eye(4, dtype=np.float32)[kind]}


def says_nothing(kind: int, chance: np.random.Generator) -> Mapping[str, Any]:
    """Guidance that knows the animal, and a grid that does not."""
    return {**by_kind(kind, chance), "grid": np.zeros((4, 8), dtype=np.float32)}


def test_guidance_alone_is_enough_to_name_what_is_in_photos_it_never_saw(tmp_path: Path) -> None:
    for caption in learns_to_name_animals(GLstm, SMALL, tmp_path, says_nothing):
        assert caption.evidence == (Evidence("state"),) * len(caption.words)
