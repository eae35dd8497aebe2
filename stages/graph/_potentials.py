"""The potentials of one photo's CRF, and their energy under given weights (Kulkarni et al. 2011).

With N objects, the energy of a labelling is

    E = - sum_i F_i - 2/(N-1) * sum_{i<j} G_ij
    F_i  = a0 b0 psi(obj_i; objDet) + a0 b1 psi(attr_i; attrCl) + a1 g0 psi(attr_i, obj_i; textPr)
    G_ij = a0 b2 psi(prep_ij; prepFuns) + a1 g1 psi(obj_i, prep_ij, obj_j; textPr)

All psi lie in [0, 1]; a0 + a1 = b0 = g0 + g1 = 1 takes nothing from the ratios. The best attribute depends on its
object alone and the best preposition (with its direction) on its two objects, so both are maximised out exactly, and
what is left to choose is one label an object. A label may be "not there": it scores a0 b0 times the weight `absence`
and has neither attribute nor prepositions.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.records import Array, Scene
from stages.resources.text_statistics import TextStatistics
from stages.vision.boxes import surest

MOST_LABELS = 5
"""Labels of a detection that are weighed, its best."""


@dataclass(frozen=True, slots=True)
class Weights:
    """image = a0, attribute_image = b1, preposition_image = b2, attribute_text = g0; `absence` and the least score of a
    detection that is labelled at all."""

    image: float = 0.5
    attribute_image: float = 1.0
    preposition_image: float = 1.0
    attribute_text: float = 0.5
    absence: float = 0.0
    detection_threshold: float = 0.5

    def terms(self) -> tuple[float, float, float, float, float]:
        """a0 b0, a0 b1, a0 b2, a1 g0 and a1 g1."""
        a0, a1 = self.image, 1.0 - self.image
        image = (a0, a0 * self.attribute_image, a0 * self.preposition_image)
        return (*image, a1 * self.attribute_text, a1 * (1.0 - self.attribute_text))


@dataclass(frozen=True, slots=True)
class Potentials:
    """Every psi of one photo. A state is one label of one object, or its being "not there"; objects have their states
    in a row, "not there" last.

    Attributes:
        detections: index of each object's detection, things first, best first.
        sizes: number of states of each object.
        owners: (states,) the object of each state.
        labels: the label of each state, "" for "not there".
        attributes: names, the last one "" for none.
        prepositions: names.
        object_image: (states,) psi(obj; objDet), the score of the label; 0 where not there.
        attribute_image: (objects, attributes) psi(attr; attrCl), the classifier's probability; of none, that of the
            likeliest attribute being wrong.
        attribute_text: (states, attributes) psi(attr, obj; textPr).
        preposition_image: (objects, objects, prepositions) psi(prep; prepFuns) of "first preposition second".
        preposition_text: (states, states, prepositions) psi(obj, prep, obj; textPr), likewise.
    """

    detections: tuple[int, ...]
    sizes: tuple[int, ...]
    owners: Array
    labels: tuple[str, ...]
    attributes: tuple[str, ...]
    prepositions: tuple[str, ...]
    object_image: Array
    attribute_image: Array
    attribute_text: Array
    preposition_image: Array
    preposition_text: Array

    @property
    def pair_weight(self) -> float:
        """2 / (N - 1), so that the pairs of a crowded photo do not outweigh its objects; 0 without a pair."""
        return 2.0 / (len(self.sizes) - 1) if len(self.sizes) > 1 else 0.0

    @property
    def there(self) -> Array:
        """(states,) whether a state is a label."""
        return np.array([bool(label) for label in self.labels], dtype=bool)

    def attribute_scores(self, weights: Weights) -> Array:
        """(states, attributes): what each attribute adds to F."""
        _, b1, _, g0, _ = weights.terms()
        return b1 * self.attribute_image[self.owners] + g0 * self.attribute_text

    def preposition_scores(self, weights: Weights) -> Array:
        """(states, states, prepositions): what "first preposition second" adds to -E, 2/(N-1) included."""
        _, _, b2, _, g1 = weights.terms()
        image = self.preposition_image[self.owners[:, None], self.owners[None, :]]  # (states, states, prepositions)
        return self.pair_weight * (b2 * image + g1 * self.preposition_text)

    def unary(self, weights: Weights) -> Array:
        """(states,): F of every label with its best attribute."""
        b0, *_ = weights.terms()
        best = self.attribute_scores(weights).max(axis=1)  # (states,)
        return np.where(self.there, b0 * self.object_image + best, b0 * weights.absence)

    def pair(self, scores: Array) -> Array:
        """(states, states): each two labels' score with their best preposition, out of `preposition_scores`."""
        if not self.prepositions:
            return np.zeros(scores.shape[:2])
        directed = scores.max(axis=2)  # (states, states)
        apart = self.owners[:, None] != self.owners[None, :]
        return np.where(apart & self.there[:, None] & self.there[None, :], np.maximum(directed, directed.T), 0.0)


def potentials(scene: Scene, threshold: float, most_objects: int, text: TextStatistics) -> Potentials:
    """The potentials of the best `most_objects` detections that score at least `threshold`."""
    chosen = _chosen(scene, threshold, most_objects)
    detections = [scene.detections[index] for index in chosen]
    states = [
        (owner, label, psi)
        for owner, detection in enumerate(detections)
        for label, psi in (*detection.labels[:MOST_LABELS], ("", 0.0))
    ]
    scores = [dict(scene.attributes[index].scores) for index in chosen]
    attributes = (*sorted({name for named in scores for name in named}), "")
    place = {index: owner for owner, index in enumerate(chosen)}
    related = [r for r in scene.relations if r.subject in place and r.object in place]
    prepositions = tuple(sorted({name for relation in related for name, _ in relation.prepositions}))
    prepositions_at = {name: index for index, name in enumerate(prepositions)}
    preposition_image = np.zeros((len(chosen), len(chosen), len(prepositions)))
    for relation in related:
        for name, psi in relation.prepositions:
            preposition_image[place[relation.subject], place[relation.object], prepositions_at[name]] = psi
    labels = tuple(label for _, label, _ in states)
    distinct = sorted(set(labels))
    at = np.array([distinct.index(label) for label in labels], dtype=np.int64)  # (states,)
    return Potentials(
        detections=chosen,
        sizes=tuple(min(len(detection.labels), MOST_LABELS) + 1 for detection in detections),
        owners=np.array([owner for owner, _, _ in states], dtype=np.int64),
        labels=labels,
        attributes=attributes,
        prepositions=prepositions,
        object_image=np.array([psi for _, _, psi in states]),
        attribute_image=np.array(
            [
                [*(named.get(a, 0.0) for a in attributes[:-1]), 1.0 - max(named.values(), default=0.0)]
                for named in scores
            ]
        ).reshape(len(chosen), len(attributes)),
        attribute_text=text.attributes(distinct, attributes)[at],
        preposition_image=preposition_image,
        preposition_text=text.relations(distinct, prepositions)[at[:, None], at[None, :]],
    )


def _chosen(scene: Scene, threshold: float, most_objects: int) -> tuple[int, ...]:
    detections = scene.detections
    kept = surest(detections, threshold, most_objects)
    return tuple(sorted(kept, key=lambda index: (detections[index].kind != "thing", -detections[index].score)))
