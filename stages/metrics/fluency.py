"""Fluency: how likely a caption is as English of this kind, its faults of grammar, its length and its variety.

None of it looks at the photo: "a man on a bench" is as fluent under a photo of a cat.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, TypeAlias

import numpy as np

from pipeline.config import option
from pipeline.records import Array, Truth
from pipeline.stage import Better, Metric, Resources
from pipeline.text import tokenise
from stages.language import english
from stages.language.faults import FAULTS_VERSION
from stages.language.reading import read
from stages.resources.ngram import END, NgramConfig, NgramModel

PERPLEXITY, FAULTS = "perplexity", "grammar faults"
Words: TypeAlias = tuple[str, ...]
Groups: TypeAlias = tuple[tuple[str, ...], ...]
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class FluencyConfig:
    order: int = option(3, "words of the longest n-gram of the judging model", low=1, high=6)
    folds: int = option(2, "parts of the photos, each judged by a model of the captions of the others", low=2)


class Fluency(Metric[FluencyConfig]):
    """Perplexity, faults of grammar a caption, words a caption, and how many different words and pairs are used.

    The judge is an interpolated modified Kneser-Ney model of captions that no system saw: the references of the
    evaluated photos. A photo is judged by a model of photos of other folds, never by its own references. Each sentence
    of a caption stands for itself, its end counts as a word, and a word that the judge has not met has the share
    of the unknown word. Perplexities compare only on equal photos and references, and people's own is the mark to look
    at: what is below it is plainer than people are, not better English.

    "distinct-1" and "distinct-2" (Li et al., NAACL 2016) are different words and pairs of words by all of them,
    "vocabulary" the different words. An occurrence of a word counts 1 / its occurrences in all captions, so that the
    whole sums to the number of different words, and a part of the photos has its share of it.

    A row is (negative log-probability in nats, words and ends judged, faults, words, share of the different words,
    pairs, share of the different pairs).
    """

    name: ClassVar[str] = "fluency"
    config_type = FluencyConfig
    scores: ClassVar[tuple[str, ...]] = (
        PERPLEXITY,
        FAULTS,
        "words",
        "distinct-1",
        "distinct-2",
        "vocabulary",
    )
    better: ClassVar[Mapping[str, Better]] = {
        name: "less" if name in (PERPLEXITY, FAULTS) else "neither" for name in scores
    }
    tokenised: ClassVar[bool] = False
    rows_stand_alone: ClassVar[bool] = False

    def fingerprint(self) -> str:
        judge = f"{self.config.order}-gram modified Kneser-Ney of the references, {self.config.folds} folds"
        return f"captionloom fluency; {judge}; faults {FAULTS_VERSION}; {english.installed()}"

    def unavailable(self) -> str:
        return english.unavailable()

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        """(photos, 7); the first two are 0 where there are no references of other photos."""
        readings = read(captions)
        said = [_sentences(caption) for caption in captions]
        groups = [tuple(group) for group in references]
        judges = _judges(tuple(sorted(set(groups))), self.config.order, self.config.folds)
        singles = [[word for sentence in one for word in sentence] for one in said]
        pairs = [[pair for sentence in one for pair in pairwise(sentence)] for one in said]
        words, twos = _shares(singles), _shares(pairs)
        rows = [
            (
                *_judged(said[i], judges.get(groups[i])),
                readings[caption].faults.total,
                len(singles[i]),
                words[i],
                len(pairs[i]),
                twos[i],
            )
            for i, caption in enumerate(captions)
        ]
        return np.array(rows, dtype=float).reshape(-1, 7)

    def aggregate(self, rows: Array) -> dict[str, float]:
        """Perplexity (1 or more, NaN where nothing was judged), faults and words a caption, ratios, a number."""
        return dict(zip(self.scores, self.from_sums(rows.sum(axis=0), len(rows)).tolist(), strict=True))

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., scores)."""
        nats, judged, faults, words, different, pairs, different_pairs = np.moveaxis(sums, -1, 0)
        perplexity = np.exp(_ratio(nats, judged, math.nan))
        ratios = _ratio(different, words, 0.0), _ratio(different_pairs, pairs, 0.0)
        return np.stack([perplexity, faults / photos, words / photos, *ratios, different], axis=-1)


def _ratio(part: Array, whole: Array, nothing: float) -> Array:
    ratio: Array = np.divide(part, whole, out=np.full_like(part, nothing, dtype=float), where=np.asarray(whole) > 0)
    return ratio


def _sentences(caption: str) -> list[Words]:
    """The words of each sentence; a caption without any is one empty sentence."""
    return [words for part in _SENTENCE_END.split(caption) if (words := tokenise(part))] or [()]


@lru_cache(maxsize=8)  # all references, and each round of a leave one out: the same for every system of a run
def _judges(groups: Groups, order: int, folds: int) -> Mapping[tuple[str, ...], NgramModel]:
    """The references of a photo -> the model that judges it; none where other folds have no captions.

    Photos are dealt to folds in the order of their references, whatever order they come in, and those with equal
    references fall into one.
    """
    found = {}
    for fold in range(folds):
        others = [text for place, group in enumerate(groups) if place % folds != fold for text in group]
        sentences = tuple(" ".join(words) for text in others for words in _sentences(text) if words)
        if sentences:
            judge = NgramModel(NgramConfig(order)).fit([Truth("references", sentences)], Resources())
            found.update(dict.fromkeys(groups[fold::folds], judge))
    return found


def _judged(said: Sequence[Words], judge: NgramModel | None) -> tuple[float, int]:
    if judge is None:
        return 0.0, 0
    logs = [log for words in said for log in judge.log_probabilities((*words, END))]
    return -sum(logs), len(logs)


def _shares(said: Sequence[Sequence[object]]) -> list[float]:
    """Of each caption, the sum over its words of 1 / the word's occurrences in all captions."""
    counts = Counter(word for words in said for word in words)
    return [sum(1 / counts[word] for word in words) for words in said]
