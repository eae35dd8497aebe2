"""Sentences to choose from, with what they mean, laid out so that all are scored at once.

The rank of a triplet on the other side is that of the triplet there that is like it: its inverse is the most that any
of them has, of likeness over rank. Where likeness is 0 or 1, that is one over the rank (Farhadi et al. 2010,
section 2.3).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pipeline.records import Array
from stages.language.meaning import NOTHING, Meaning

Likeness: TypeAlias = Callable[[int, Sequence[str], Sequence[str]], Array]
"""How alike words of a role are: (role, some, others) -> (some, others), 0 to 1."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The triplets of all sentences, one sentence after the other.

    Attributes:
        words: of each role, the distinct words.
        kinds: (distinct triplets, 3), the numbers of their words.
        triplets: (triplets,) numbers of distinct triplets; ranks (triplets,), 1 for a sentence's first.
        starts: (sentences,) where each sentence's triplets begin; none has no triplets.
    """

    words: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    kinds: Array
    triplets: Array
    ranks: Array
    starts: Array

    @classmethod
    def of(cls, said: Sequence[Sequence[Meaning]]) -> "Pool":
        """The pool of sentences with their triplets, at least one each, best first."""
        words: tuple[dict[str, int], ...] = ({}, {}, {})
        kinds: dict[Meaning, int] = {}
        triplets: list[int] = []
        ranks: list[int] = []
        starts: list[int] = []
        for meant in said:
            starts.append(len(triplets))
            for rank, triplet in enumerate(meant, 1):
                for role, word in enumerate(triplet):
                    words[role].setdefault(word, len(words[role]))
                triplets.append(kinds.setdefault(triplet, len(kinds)))
                ranks.append(rank)
        objects, actions, scenes = (tuple(role) for role in words)
        numbers = [[words[role][word] for role, word in enumerate(kind)] for kind in kinds]
        return cls(
            (objects, actions, scenes),
            np.array(numbers, dtype=np.int64).reshape(-1, 3),
            np.array(triplets, dtype=np.int64),
            np.array(ranks, dtype=np.float64),
            np.array(starts, dtype=np.int64),
        )

    def alike(self, asked: Sequence[Meaning], likeness: Likeness) -> Array:
        """How alike triplets are, the mean over their elements: (asked, distinct triplets).

        Nothing is like NOTHING, itself included: to be silent about the same is not to mean the same.
        """
        total = np.zeros((len(asked), len(self.kinds)))
        for role, words in enumerate(self.words):
            distinct = sorted({triplet[role] for triplet in asked})
            told = np.outer([triplet[role] != NOTHING for triplet in asked], [word != NOTHING for word in words])
            spoken = likeness(role, distinct, words)[[distinct.index(triplet[role]) for triplet in asked]] * told
            total += spoken[:, self.kinds[:, role]]
        return total / 3

    def cross_ranked(self, alike: Array, best: int) -> Array:
        """For each sentence the mean of its triplets' inverse ranks among the photo's, plus the mean of the photo's
        `best` first triplets' inverse ranks among the sentence's: (sentences,), 0 to 2."""
        ranks = np.arange(1, len(alike) + 1)
        of_kinds = (alike / ranks[:, None]).max(axis=0)  # (distinct triplets,)
        counts = np.diff(np.append(self.starts, len(self.triplets)))
        theirs = np.add.reduceat(of_kinds[self.triplets], self.starts) / counts
        mine = np.zeros(len(self.starts))
        for row in alike[:best]:
            mine += np.maximum.reduceat(row[self.triplets] / self.ranks, self.starts)
        scores: Array = theirs + mine / max(min(best, len(alike)), 1)
        return scores
