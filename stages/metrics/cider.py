"""CIDEr-D (Vedantam et al., CVPR 2015) by pycocoevalcap: n = 1..4, sigma = 6, in [0, 10].

The idf comes from the references of the photos that are evaluated, so scores compare only on equal photos and
references; of a single photo every score is 0, because each of its n-grams is in every "document".
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Array
from pipeline.stage import Metric
from stages.language import ptb
from stages.metrics._fingerprint import fingerprint


class Cider(Metric[NoOptions]):
    """Mean tf-idf similarity to the references, clipped and with a length penalty. A row is the caption's score."""

    name: ClassVar[str] = "cider"
    scores: ClassVar[tuple[str, ...]] = ("CIDEr-D",)
    rows_stand_alone: ClassVar[bool] = False

    def fingerprint(self) -> str:
        return fingerprint("CIDEr-D, n 1..4, sigma 6, mean of captions", idf="the references evaluated")

    def unavailable(self) -> str:
        return ptb.unavailable()

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        """(photos, 1) scores; the idf counts the photos given here."""
        from pycocoevalcap.cider.cider_scorer import CiderScorer

        if not any(reference for group in references for reference in group):
            return np.zeros((len(captions), 1))  # no n-gram anywhere, which the scorer cannot count
        scorer = CiderScorer(n=4, sigma=6.0)
        for caption, group in zip(captions, references, strict=True):
            scorer += (caption, list(group))
        return np.asarray(scorer.compute_score()[1]).reshape(-1, 1)

    def aggregate(self, rows: Array) -> dict[str, float]:
        """The mean of the captions' scores."""
        return {self.scores[0]: float(rows.mean())}

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., 1) means of the captions' scores."""
        return sums / photos
