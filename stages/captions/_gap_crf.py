"""A linear-chain CRF over the gaps of a sentence (Lafferty et al. 2001), given its noun phrases in their order.

Learnt by CRFsuite; what it learnt is two tables of weights, from which sequences are scored here, exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.records import Array
from stages.captions._items import Item
from stages.language.attribute_kinds import attribute_kinds
from stages.language.synonyms import canonical

EDGE = "-"
"""What stands for the noun phrase before the first and after the last."""
ITERATIONS = 80


@dataclass(frozen=True, slots=True)
class GapCrf:
    """The weights: of every feature for every gap, and of every gap after every gap.

    Attributes:
        features: name -> row.
        state: (features, gaps).
        transition: (gaps, gaps), from row to column.
    """

    features: Mapping[str, int]
    state: Array
    transition: Array

    def unary(self, seen: Sequence[Sequence[str]]) -> Array:
        """(places, gaps) scores of each gap at each place, from the features of the places."""
        rows = [[self.features[name] for name in names if name in self.features] for names in seen]
        return np.stack([self.state[row].sum(axis=0) for row in rows])

    def log_normaliser(self, unary: Array) -> float:
        """ln of the sum over all sequences of e to their score."""
        forward = unary[0]  # (gaps,)
        for row in unary[1:]:
            forward = row + _log_sum(forward[:, None] + self.transition)
        return float(_log_sum(forward[:, None])[0])


def learnt(
    seen: Sequence[Sequence[Sequence[str]]], gaps: Sequence[Sequence[str]], known: Sequence[str], l1: float, l2: float
) -> tuple[tuple[str, ...], Array, Array]:
    """Names of the features, and the two tables of weights over the gaps in `known`, from sequences of features and of
    gaps; zeros where there is no sequence."""
    place = {gap: at for at, gap in enumerate(known)}
    transition = np.zeros((len(known), len(known)), dtype=np.float32)
    if not seen:
        return (), np.zeros((0, len(known)), dtype=np.float32), transition
    from sklearn_crfsuite import CRF

    crf = CRF(algorithm="lbfgs", c1=l1, c2=l2, max_iterations=ITERATIONS, all_possible_transitions=True)
    crf.fit([[list(names) for names in one] for one in seen], [list(one) for one in gaps])
    names = tuple(sorted({name for name, _ in crf.state_features_}))
    row = {name: at for at, name in enumerate(names)}
    state = np.zeros((len(names), len(known)), dtype=np.float32)
    for (name, gap), weight in crf.state_features_.items():
        state[row[name], place[gap]] = weight
    for (first, second), weight in crf.transition_features_.items():
        transition[place[first], place[second]] = weight
    return names, state, transition


def described(
    labels: Sequence[str], numbers: Sequence[str], stuff: frozenset[str], related: Mapping[tuple[str, str], str]
) -> list[list[str]]:
    """The features of each gap: the noun phrases on both sides, of what kind and number they are, and the preposition
    that the photo's graph has between them."""
    names = [EDGE, *labels, EDGE]
    kinds = [EDGE, *(_kind(label, stuff) for label in labels), EDGE]
    many = [EDGE, *numbers, EDGE]
    seen = []
    for at in range(len(labels) + 1):
        first, second = names[at : at + 2]
        seen.append(
            [
                "bias",
                f"place={min(at, 2)}{' last' if at == len(labels) else ''} of {min(len(labels), 4)}",
                f"before={first}",
                f"after={second}",
                f"both={first}|{second}",
                f"kinds={kinds[at]}|{kinds[at + 1]}",
                f"before={first} kind={kinds[at + 1]}",
                f"kind={kinds[at]} after={second}",
                f"numbers={many[at]}|{many[at + 1]}",
                f"relation={related.get((first, second), EDGE)}",
                f"turned={related.get((second, first), EDGE)}",
            ]
        )
    return seen


def described_items(
    items: Sequence[Item], related: Mapping[tuple[str, str], str], stuff: frozenset[str]
) -> list[list[str]]:
    """The features of the gaps around some items."""
    return described([item.label for item in items], [item.number for item in items], stuff, related)


def _kind(label: str, stuff: frozenset[str]) -> str:
    if canonical(label) in attribute_kinds().wearers:
        return "person"
    return "stuff" if label in stuff else "thing"


def _log_sum(scores: Array) -> Array:
    """ln of the sum of e to the scores, over the rows: (columns,)."""
    top = scores.max(axis=0)
    total: Array = top + np.log(np.exp(scores - top).sum(axis=0))
    return total
