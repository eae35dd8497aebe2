"""BLEU-1 to BLEU-4 (Papineni et al., ACL 2002) with pycocoevalcap's counts, and the same without brevity penalty.

A statistic of a corpus is the sum of its captions' rows, so BLEU of any choice of photos is exact. Among the lengths
of the references the one closest to the caption's counts, the shorter of two equally close.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Array
from pipeline.stage import Metric
from stages.language import ptb
from stages.metrics._fingerprint import fingerprint

ORDERS = 4
_TINY, _SMALL = 1e-15, 1e-9  # pycocoevalcap's guards: no match gives nearly 0, no n-gram does not divide by 0


class Bleu(Metric[NoOptions]):
    """Clipped n-gram precisions, their geometric mean, and a penalty for captions shorter than the references.

    A row is (matches of order 1..4, n-grams of order 1..4, length of the caption, length of the closest reference).
    """

    name: ClassVar[str] = "bleu"
    scores: ClassVar[tuple[str, ...]] = (
        *(f"BLEU-{n}" for n in range(1, ORDERS + 1)),
        *(f"BLEU-{n} (no brevity penalty)" for n in range(1, ORDERS + 1)),
    )

    def fingerprint(self) -> str:
        return fingerprint("BLEU, corpus level, closest reference length")

    def unavailable(self) -> str:
        return ptb.unavailable()

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        """(photos, 10) counts."""
        from pycocoevalcap.bleu.bleu_scorer import cook_refs, cook_test

        rows = np.zeros((len(captions), 2 * ORDERS + 2))
        for row, caption, group in zip(rows, captions, references, strict=True):
            counts = cook_test(caption, cook_refs(list(group), n=ORDERS), eff="closest", n=ORDERS)
            row[:] = (*counts["correct"], *counts["guess"], counts["testlen"], counts["reflen"])
        return rows

    def aggregate(self, rows: Array) -> dict[str, float]:
        """Corpus BLEU of the captions whose rows these are, in [0, 1]."""
        return dict(zip(self.scores, self.from_sums(rows.sum(axis=0), len(rows)).tolist(), strict=True))

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., 8) corpus BLEU of captions whose summed counts are `sums` (..., 10)."""
        precisions = (sums[..., :ORDERS] + _TINY) / (sums[..., ORDERS:-2] + _SMALL)
        means = np.cumprod(precisions, axis=-1) ** (1.0 / np.arange(1, ORDERS + 1))
        ratios = (sums[..., -2:-1] + _TINY) / (sums[..., -1:] + _SMALL)
        penalties = np.exp(np.minimum(0.0, 1.0 - 1.0 / ratios))
        return np.concatenate([penalties * means, means], axis=-1)
