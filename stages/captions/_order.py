"""In which order people name what a photo shows: the subject before what it is on."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

PRIOR = 2.0
"""Sentences with both at which what is said of them weighs as much as what is said of their kinds."""


@dataclass(frozen=True, slots=True)
class Order:
    """How often one label, or kind of label, was named before another: "dog" -> "grass" -> sentences."""

    before: dict[str, dict[str, int]]

    def log_share(self, labels: Sequence[str], stuff: frozenset[str]) -> float:
        """The sum over all pairs of ln of the share of sentences that name them in this order."""
        return sum(log(self._share(one, other, stuff)) for one, other in combinations(labels, 2))

    def _share(self, one: str, other: str, stuff: frozenset[str]) -> float:
        kinds = _kind(one, stuff), _kind(other, stuff)
        there, back = self._count(*kinds), self._count(*kinds[::-1])
        expected = (there + 1) / (there + back + 2)
        there, back = self._count(one, other), self._count(other, one)
        return (there + PRIOR * expected) / (there + back + PRIOR)

    def _count(self, one: str, other: str) -> int:
        return self.before.get(one, {}).get(other, 0)


def counted(sentences: Iterable[Sequence[str]], stuff: frozenset[str]) -> Order:
    """The order of the labels of some sentences, and that of things and stuff."""
    before: dict[str, Counter[str]] = {}
    for labels in sentences:
        for one, other in combinations(labels, 2):
            for first, second in ((one, other), (_kind(one, stuff), _kind(other, stuff))):
                before.setdefault(first, Counter())[second] += 1
    return Order({one: dict(counts) for one, counts in before.items()})


def _kind(label: str, stuff: frozenset[str]) -> str:
    return "*stuff" if label in stuff else "*thing"
