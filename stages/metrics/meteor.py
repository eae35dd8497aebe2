"""METEOR 1.5 (Denkowski and Lavie, WMT 2014) by the jar of the COCO caption scores: English, -norm, ranking weights.

The jar aligns words (exact, stem, synonym, paraphrase); this file turns its counts into the score, corpus scores
being made of summed counts as the jar's own are. The jar is a modified build: other METEORs give other numbers.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Array
from pipeline.stage import Metric
from stages.language import ptb
from stages.metrics import _meteor_jar
from stages.metrics._fingerprint import fingerprint

ALPHA, BETA, GAMMA, DELTA = 0.85, 0.2, 0.6, 0.75  # English, tuned to rank systems as people do
MATCHERS = np.array([1.0, 0.6, 0.8, 0.6])  # weights of exact, stem, synonym and paraphrase matches
_CAPTION, _REFERENCE = 0, 1
_LENGTH, _FUNCTION_WORDS, _MATCHES, _CHUNKS, _MATCHED_WORDS = 0, 2, slice(4, 20), 20, 21


class Meteor(Metric[NoOptions]):
    """Harmonic mean of weighted precision and recall of aligned words, less a penalty for scattered matches.

    A row is what the jar says of the caption and its best reference: two lengths, two numbers of function words, then
    for each matcher the matched content words and function words of either side, chunks, and two numbers of matched
    words. Caption and reference alternate.
    """

    name: ClassVar[str] = "meteor"
    scores: ClassVar[tuple[str, ...]] = ("METEOR",)

    def fingerprint(self) -> str:
        return fingerprint("METEOR 1.5 (jar of coco-caption), -l en -norm, corpus level")

    def unavailable(self) -> str:
        return _meteor_jar.unavailable() or ptb.unavailable()

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        """(photos, 23) counts. A caption equal to its reference has 0 chunks: the jar adds it up without a penalty."""
        rows = np.array(_meteor_jar.segment_statistics(captions, references)).reshape(-1, _meteor_jar.STATISTICS)
        matched = rows[:, _MATCHES].reshape(-1, 8, 2).sum(axis=1)  # (photos, caption and reference)
        rows[(matched == rows[:, :2]).all(axis=1) & (rows[:, _CHUNKS] == 1), _CHUNKS] = 0.0
        return rows

    def aggregate(self, rows: Array) -> dict[str, float]:
        """METEOR of the captions whose rows these are, in [0, 1]."""
        return {self.scores[0]: float(self.from_sums(rows.sum(axis=0), len(rows))[0])}

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., 1) METEOR of captions whose summed counts are `sums` (..., 23); 0 where nothing matched."""
        with np.errstate(divide="ignore", invalid="ignore"):
            precision, recall = (_share(sums[..., side:]) for side in (_CAPTION, _REFERENCE))
            mean = 1.0 / ((1.0 - ALPHA) / precision + ALPHA / recall)
            fragmentation = sums[..., _CHUNKS] / (sums[..., _MATCHED_WORDS:].sum(axis=-1) / 2.0)
            score = mean * (1.0 - GAMMA * fragmentation**BETA)
        found: Array = np.where(sums[..., _MATCHES].any(axis=-1), score, 0.0)[..., np.newaxis]
        return found


def _share(totals: Array) -> Array:
    """Weighted matched words over weighted length; content words weigh DELTA, function words 1 - DELTA."""
    length, function_words = totals[..., _LENGTH], totals[..., _FUNCTION_WORDS]
    content_matches, function_matches = totals[..., 4:20:4], totals[..., 6:20:4]  # (..., matchers)
    matches: Array = (DELTA * content_matches + (1.0 - DELTA) * function_matches) @ MATCHERS
    return matches / (DELTA * (length - function_words) + (1.0 - DELTA) * function_words)
