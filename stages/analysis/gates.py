"""How open a gate of a captioner is at words of a kind: is Lu et al.'s sentinel (CVPR 2017) for "of" and "the"?"""

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Array, Caption, Score
from pipeline.stage import Metric
from stages.analysis.scoring import MetricResult
from stages.language.english import parse

KINDS: Mapping[str, tuple[str, ...]] = {
    "nouns": ("NN", "NNS", "NNP", "NNPS"),
    "verbs": ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ"),
    "adjectives": ("JJ", "JJR", "JJS"),
    "numbers": ("CD",),
    "determiners": ("DT", "PDT", "WDT"),
    "prepositions": ("IN", "TO", "RP"),
    "conjunctions": ("CC",),
}
"""Kinds of words by their Penn Treebank tags."""
GATE = "mean of the gate"


class MeanOverWords(Metric[NoOptions]):
    """A mean over words, not over photos, NaN of none; a row is (sum over the photo's words, their number)."""

    name = "gate"
    scores: ClassVar[tuple[str, ...]] = (GATE,)

    def fingerprint(self) -> str:
        return "captionloom gate"

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        raise BadData("a gate is measured on evidence, not on captions: see gate_at")

    def aggregate(self, rows: Array) -> dict[str, float]:
        return {GATE: float(self.from_sums(rows.sum(axis=0), len(rows))[0])}

    def from_sums(self, sums: Array, photos: int) -> Array:
        means: Array = np.where(sums[..., 1:] > 0, sums[..., :1] / np.maximum(sums[..., 1:], 1.0), math.nan)
        return means


def gate_at(term: str, kind: str, captions: Mapping[str, tuple[Caption, ...]]) -> MetricResult:
    """The rows of `MeanOverWords` for the words of a kind of each photo's first caption.

    A caption that the tagger cuts into other words than the captioner has no rows of its own: it counts as without
    such words.

    Args:
        term: the name of the number in the words' evidence, as "sentinel".
        kind: one of KINDS.

    Raises:
        BadData: if no word of any caption has such a number, or none of the kind has.
    """
    photos = tuple(photo for photo, said in captions.items() if said)
    first = [captions[photo][0] for photo in photos]
    rows = np.zeros((1, len(photos), 2))
    met = False
    for place, (caption, read) in enumerate(zip(first, parse(" ".join(c.words) for c in first), strict=True)):
        if len(read.words) != len(caption.words):
            continue
        for tag, why in zip(read.tags, caption.evidence, strict=False):
            value = dict(why.terms).get(term) if why else None
            met = met or value is not None
            if value is not None and tag in KINDS[kind]:
                rows[0, place] += (value, 1.0)
    if not met:
        raise BadData(f"no word has a number {term!r} in its evidence: is this the captioner that was meant?")
    if not rows[..., 1].any():
        raise BadData(f"no caption has {kind} with a number {term!r}: ask about another kind, {', '.join(KINDS)}")
    return MetricResult(MeanOverWords.name, "all", (Score(GATE, None, "all", f"evidence {term!r}"),), photos, rows)
