"""The meaning space: which objects, actions and scenes there are, and how often captions say them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pipeline.records import Array
from stages.language.meaning import NOTHING, Meaning

ROLES = ("objects", "actions", "scenes")
EDGES = ((0, 1), (0, 2), (1, 2))
"""The three edges of the triangle, as pairs of roles."""
Place: TypeAlias = tuple[int, int, int]
"""A triplet as the numbers of its values."""


@dataclass(frozen=True, slots=True)
class Values:
    """The value sets of the three nodes; NOTHING is an action and a scene."""

    names: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]

    @property
    def sizes(self) -> tuple[int, int, int]:
        objects, actions, scenes = map(len, self.names)
        return objects, actions, scenes

    def places(self, said: Iterable[Meaning]) -> list[Place]:
        """Triplets in the space, each once: without unknown objects, NOTHING in place of unknown actions and scenes."""
        objects, actions, scenes = ({name: at for at, name in enumerate(names)} for names in self.names)
        found = [
            (objects[thing], actions.get(action, actions[NOTHING]), scenes.get(scene, scenes[NOTHING]))
            for thing, action, scene in said
            if thing in objects
        ]
        return list(dict.fromkeys(found))


def learnt(captions: Iterable[Sequence[Meaning]], least: int, most: tuple[int, int, int]) -> Values:
    """Of each role the values that at least `least` captions name, `most` of them, in falling order of captions."""
    counts: tuple[Counter[str], ...] = (Counter(), Counter(), Counter())
    for said in captions:
        for role, count in enumerate(counts):
            count.update({triplet[role] for triplet in said} - {NOTHING})
    objects, actions, scenes = (
        tuple(name for name, n in sorted(count.items(), key=lambda item: (-item[1], item[0])) if n >= least)[:top]
        for count, top in zip(counts, most, strict=True)
    )
    return Values((objects, (*actions, NOTHING), (*scenes, NOTHING)))


@dataclass(frozen=True, slots=True)
class Corpus:
    """How often values are said, alone and together, in `total` triplets of captions."""

    single: tuple[Array, Array, Array]
    pairs: tuple[Array, Array, Array]  # in the order of EDGES
    total: int

    @classmethod
    def count(cls, said: Sequence[Place], sizes: tuple[int, int, int]) -> "Corpus":
        """Counts of triplets, repetitions and all."""
        rows = np.array(said, dtype=np.int64).reshape(-1, 3)
        objects, actions, scenes = (np.bincount(rows[:, r], minlength=sizes[r]).astype(np.float64) for r in range(3))
        pairs = []
        for one, other in EDGES:
            flat = np.bincount(rows[:, one] * sizes[other] + rows[:, other], minlength=sizes[one] * sizes[other])
            pairs.append(flat.reshape(sizes[one], sizes[other]).astype(np.float64))
        return cls((objects, actions, scenes), (pairs[0], pairs[1], pairs[2]), len(rows))

    def without(self, said: Sequence[Place]) -> "Corpus":
        """The counts of the other captions: what is known of a photo by those who did not describe it."""
        single = tuple(counts.copy() for counts in self.single)
        pairs = tuple(counts.copy() for counts in self.pairs)
        for triplet in said:
            for role, counts in enumerate(single):
                counts[triplet[role]] -= 1
            for (one, other), counts in zip(EDGES, pairs, strict=True):
                counts[triplet[one], triplet[other]] -= 1
        return Corpus((single[0], single[1], single[2]), (pairs[0], pairs[1], pairs[2]), self.total - len(said))

    def statistics(self) -> tuple[Array, Array, Array]:
        """For each edge (A values, B values, 4): f(A), f(B), f(A, B), f(A, B) / (f(A) f(B)), f shares of all triplets.

        The quotient of what is never said is 0.
        """
        first, second, third = (self._edge(edge) for edge in range(3))
        return first, second, third

    def _edge(self, edge: int) -> Array:
        one, other = EDGES[edge]
        total = max(self.total, 1)
        together = self.pairs[edge] / total
        f_a = np.broadcast_to((self.single[one] / total)[:, None], together.shape)
        f_b = np.broadcast_to((self.single[other] / total)[None, :], together.shape)
        chance = f_a * f_b
        lift = np.divide(together, chance, out=np.zeros_like(together), where=chance > 0)
        return np.stack([f_a, f_b, together, lift], axis=2)
