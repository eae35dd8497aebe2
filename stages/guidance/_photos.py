"""Photos and what was said of them as numbers: means of grids, and words weighted by how rare they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.records import Array, Scene, Truth
from pipeline.text import tokenise
from stages.analysis.directions import directions
from stages.resources.vocabulary import SPECIAL, Vocabulary


def mean(scene: Scene) -> Array:
    """The mean of the grid: (channels,) float64."""
    average: Array = np.asarray(scene.grid, dtype=np.float64).mean(axis=0)
    return average


@dataclass(frozen=True, slots=True)
class Bags:
    """Bags of the words of the vocabulary. A word counts as often as it is said, times log(photos / photos of which it
    is said); a bag has length 1, or 0 where none of its words is known."""

    idf: Array  # (words,)

    @classmethod
    def count(cls, photos: Sequence[Sequence[tuple[int, ...]]], vocabulary: Vocabulary) -> "Bags":
        """From the captions of training photos as ids."""
        seen = np.zeros(len(vocabulary))
        for captions in photos:
            seen[sorted({word for words in captions for word in words})] += 1
        return cls(np.log(max(1, len(photos)) / np.maximum(seen, 1))[len(SPECIAL) :])

    def of(self, captions: Sequence[Sequence[tuple[int, ...]]]) -> Array:
        """One bag for all the captions of each: (len(captions), words)."""
        bags = np.zeros((len(captions), len(self.idf)))
        for place, group in enumerate(captions):
            known = [word - len(SPECIAL) for words in group for word in words if word >= len(SPECIAL)]
            np.add.at(bags[place], known, 1.0)
        return directions(bags * self.idf)


def encoded(truth: Truth, vocabulary: Vocabulary) -> list[tuple[int, ...]]:
    """The captions of a photo as ids, those that have words."""
    return [vocabulary.encode(words) for caption in truth.captions if (words := tokenise(caption))]
