"""The labelling of least energy as a scene graph: labels, attributes and prepositions, with margins and potentials."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.records import Array, GraphEdge, GraphNode, SceneGraph
from stages.graph._labelling import best, max_marginals, score
from stages.graph._potentials import Potentials, Weights


def labelled(potentials: Potentials, weights: Weights, margins: bool = True) -> SceneGraph:
    """The graph of least energy; margins are 0 where they are not asked for, which is faster."""
    if not potentials.sizes:
        return SceneGraph((), ())
    unary, spoken = potentials.unary(weights), potentials.preposition_scores(weights)
    pair = potentials.pair(spoken)
    chosen = best(potentials.sizes, unary, pair)  # (objects,)
    marginals = max_marginals(potentials.sizes, unary, pair) if margins else None
    decoding = _Decoding(potentials, weights, spoken, pair, score(chosen, unary, pair), marginals)
    kept = [state for state in chosen.tolist() if potentials.labels[state]]
    pairs = combinations(range(len(kept)), 2) if potentials.prepositions else ()
    return SceneGraph(
        tuple(decoding.node(state) for state in kept),
        tuple(decoding.edge(i, j, kept[i], kept[j]) for i, j in pairs),
        -decoding.total,
    )


@dataclass(frozen=True, slots=True)
class _Decoding:
    """The scores of a photo and of its best labelling, `total`.

    spoken: (states, states, prepositions); pair and marginals: (states, states).
    """

    potentials: Potentials
    weights: Weights
    spoken: Array
    pair: Array
    total: float
    marginals: Array | None

    def node(self, state: int) -> GraphNode:
        """A label with its best attribute. Margin: without this label for this detection."""
        p = self.potentials
        b0, b1, _, g0, _ = self.weights.terms()
        owner = int(p.owners[state])
        attribute = int((b1 * p.attribute_image[owner] + g0 * p.attribute_text[state]).argmax())
        terms = (
            ("object", b0 * float(p.object_image[state])),
            ("attribute", b1 * float(p.attribute_image[owner, attribute])),
            ("attribute in text", g0 * float(p.attribute_text[state, attribute])),
        )
        margin = 0.0
        if self.marginals is not None:
            others = [other for other in np.flatnonzero(p.owners == owner) if other != state]
            margin = self.total - float(self.marginals[others, others].max())
        return GraphNode(p.detections[owner], p.labels[state], p.attributes[attribute] or None, max(margin, 0.0), terms)

    def edge(self, i: int, j: int, first: int, second: int) -> GraphEdge:
        """The best preposition of nodes i and j, of states `first` and `second`, in its better direction. Margin:
        without this preposition in this direction between the two detections, whatever their labels."""
        p = self.potentials
        _, _, b2, _, g1 = self.weights.terms()
        directions = np.stack([self.spoken[first, second], self.spoken[second, first]])  # (directions, prepositions)
        turned, preposition = divmod(int(directions.argmax()), len(p.prepositions))
        if turned:
            i, j, first, second = j, i, second, first
        image = p.preposition_image[p.owners[first], p.owners[second], preposition]
        terms = (
            ("preposition", p.pair_weight * b2 * float(image)),
            ("preposition in text", p.pair_weight * g1 * float(p.preposition_text[first, second, preposition])),
        )
        margin = 0.0
        if self.marginals is not None:
            margin = self.total - self._without(self.marginals, first, second, preposition)
        return GraphEdge(i, p.prepositions[preposition], j, max(margin, 0.0), terms)

    def _without(self, marginals: Array, first: int, second: int, preposition: int) -> float:
        """The best score where the two objects are not related by this preposition in this direction."""
        p = self.potentials
        rows, columns = (np.flatnonzero(p.owners == p.owners[state]) for state in (first, second))
        there, back = np.ix_(rows, columns), np.ix_(columns, rows)
        left = self.spoken[there].copy()  # (labels of first, labels of second, prepositions)
        left[..., preposition] = -np.inf
        both = p.there[rows][:, None] & p.there[columns][None, :]
        pair = np.where(both, np.maximum(left.max(axis=2), self.spoken[back].max(axis=2).T), 0.0)
        return float((marginals[there] - self.pair[there] + pair).max())
