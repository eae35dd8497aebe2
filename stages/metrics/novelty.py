"""Novelty: how many captions nobody wrote of a training photo, word for word (Vinyals et al., CVPR 2015, 4.3.4).

Who repeats training captions retrieves, whatever else it is called; who never does may still be wrong.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Array
from pipeline.stage import Better, Metric
from stages.resources.training_captions import TrainingCaptions, said

NOVEL = "novel captions"


class Novelty(Metric[NoOptions]):
    """The share of captions that are no training caption, compared by words without capitals and punctuation.

    A row is (1 where the caption is novel, else 0).
    """

    name: ClassVar[str] = "novelty"
    scores: ClassVar[tuple[str, ...]] = (NOVEL,)
    better: ClassVar[Mapping[str, Better]] = {NOVEL: "neither"}
    tokenised: ClassVar[bool] = False
    uses: ClassVar[tuple[str, ...]] = (TrainingCaptions.name,)

    def fingerprint(self) -> str:
        return "captionloom novelty against the captions that the plan learned from"

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        """(photos, 1)."""
        known = frozenset(self.resources.of(TrainingCaptions).known_)
        return np.array([said(caption) not in known for caption in captions], dtype=float).reshape(-1, 1)

    def aggregate(self, rows: Array) -> dict[str, float]:
        """In [0, 1]."""
        return {NOVEL: float(rows.mean())}

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., 1)."""
        return np.asarray(sums / photos)
