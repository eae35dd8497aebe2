"""ROUGE-L (Lin, 2004) by pycocoevalcap: longest common subsequence, beta = 1.2, the mean over captions.

The best precision and the best recall may come from different references, as in the COCO caption scores.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Array
from pipeline.stage import Metric
from stages.language import ptb
from stages.metrics._fingerprint import fingerprint


class Rouge(Metric[NoOptions]):
    """F measure of the longest common subsequence of caption and references. A row is the caption's score."""

    name: ClassVar[str] = "rouge"
    scores: ClassVar[tuple[str, ...]] = ("ROUGE-L",)

    def fingerprint(self) -> str:
        return fingerprint("ROUGE-L, beta 1.2, best precision and best recall over references, mean of captions")

    def unavailable(self) -> str:
        return ptb.unavailable()

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        """(photos, 1) scores in [0, 1]; a caption without words scores 0 even where a reference has none either."""
        from pycocoevalcap.rouge.rouge import Rouge as Scorer

        score = Scorer().calc_score
        pairs = zip(captions, references, strict=True)
        return np.array([score([caption], list(group)) if caption else 0.0 for caption, group in pairs]).reshape(-1, 1)

    def aggregate(self, rows: Array) -> dict[str, float]:
        """The mean of the captions' scores."""
        return {self.scores[0]: float(rows.mean())}

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., 1) means of the captions' scores."""
        return sums / photos
