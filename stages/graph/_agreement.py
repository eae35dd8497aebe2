"""How well a labelling agrees with what is true of its photo: the score the CRF's weights are chosen by.

Kulkarni et al. score every object, (attribute, object) and (object, preposition, object), normalised by the number of
nodes, on photos whose detections were labelled by hand. Here a detection may be left out and an object may be missed,
so each of the three kinds has right, said and true ones, and its accuracy is 2 right / (said + true): the paper's
where everything true was detected and named. Of each kind that nobody labelled, captions say what is true.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeAlias

import numpy as np

from pipeline.geometry import iou
from pipeline.records import Array, Detection, SceneGraph, Truth
from stages.language.english import parse
from stages.language.facts import Facts, facts
from stages.language.synonyms import canonical

Judge: TypeAlias = Callable[[SceneGraph], Array]
"""Counts of a labelling: (objects, attributes and relations; right, said and true)."""
SAME = 0.5
"""Two boxes show the same thing from this IoU on."""


def accuracy(counts: Array) -> float:
    """The mean accuracy of the kinds of which anything is true, in [0, 1], from counts added up over photos."""
    right, said, true = counts.T
    known = true > 0
    return float((2 * right[known] / (said[known] + true[known])).mean()) if known.any() else 0.0


def judges(detections: Sequence[tuple[Detection, ...]], truth: Sequence[Truth]) -> list[Judge]:
    """One judge a photo: each kind by its annotation where any of these photos has one, else by captions.

    Attributes that are annotated nowhere here count neither for nor against: who lists materials lists no colours.
    """
    asked = {canonical(name, "attributes") for true in truth for one in true.attributes or () for name, _ in one.scores}
    annotated = np.array([True, bool(asked), any(true.relations for true in truth)])[:, None]

    def judge(found: Sequence[Detection], true: Truth) -> Judge:
        told = by_facts(map(facts, parse(true.captions)))
        if true.detections is None:
            return told
        seen = by_annotation(found, true, asked)
        return lambda graph: np.where(annotated, seen(graph), told(graph))

    return [judge(found, true) for found, true in zip(detections, truth, strict=True)]


def by_annotation(found: Sequence[Detection], truth: Truth, asked: Collection[str]) -> Judge:
    """Judge by annotated boxes: each detection, surest first, stands for the true box it overlaps best and which none
    before it took. Attributes not `asked` about, canonical, and pairs of true objects without an annotated preposition
    count neither for nor against.
    """
    true = truth.detections or ()
    shown = _shown(found, true)
    labels = [canonical(detection.label) for detection in true]
    attributes = [{canonical(name, "attributes") for name, _ in scored.scores} for scored in truth.attributes or ()]
    relations = {
        (relation.subject, canonical(name, "prepositions"), relation.object)
        for relation in truth.relations or ()
        for name, _ in relation.prepositions
    }
    related = {frozenset((subject, other)) for subject, _, other in relations}
    total = (len(true), sum(map(bool, attributes)), len(related))

    def judge(graph: SceneGraph) -> Array:
        stands_for = [shown.get(node.detection) for node in graph.nodes]
        named = [
            index if index is not None and labels[index] == canonical(node.label) else None
            for node, index in zip(graph.nodes, stands_for, strict=True)
        ]
        counts = _counts(total)
        for node, index in zip(graph.nodes, named, strict=True):
            _add(counts, 0, index is not None)
            attribute = canonical(node.attribute or "", "attributes")
            if attribute in asked and truth.attributes is not None:
                _add(counts, 1, index is not None and attribute in attributes[index])
        for edge in graph.edges:
            subject, other = named[edge.subject], named[edge.object]
            said = (subject, canonical(edge.preposition, "prepositions"), other)
            if subject is None or other is None:
                _add(counts, 2, False)
            elif frozenset((subject, other)) in related:
                _add(counts, 2, said in relations)
        return counts

    return judge


def by_facts(said: Iterable[Facts]) -> Judge:
    """Judge by what the captions say: labels, (attribute, label) and (label, preposition, label), each once.

    Attributes of objects, and prepositions between objects, of which no caption speaks count neither for nor against.
    """
    every = list(said)
    objects = {mention.label for one in every for mention in one.objects}
    attributes = {pair for one in every for pair in one.attributes}
    relations = {triple for one in every for triple in one.relations}
    related = {frozenset((subject, other)) for subject, _, other in relations}

    def judge(graph: SceneGraph) -> Array:
        names = [canonical(node.label) for node in graph.nodes]
        counts = _counts((len(objects), len(attributes), len(relations)))
        for name in set(names):
            _add(counts, 0, name in objects)
        pairs = {
            (canonical(node.attribute, "attributes"), name)
            for node, name in zip(graph.nodes, names, strict=True)
            if node.attribute is not None and name in objects
        }
        for pair in pairs:
            _add(counts, 1, pair in attributes)
        triples = {
            (names[edge.subject], canonical(edge.preposition, "prepositions"), names[edge.object])
            for edge in graph.edges
            if frozenset((names[edge.subject], names[edge.object])) in related
        }
        for triple in triples:
            _add(counts, 2, triple in relations)
        return counts

    return judge


def _shown(found: Sequence[Detection], true: Sequence[Detection]) -> dict[int, int]:
    """Detection -> the true one it stands for."""
    shown: dict[int, int] = {}
    for index in sorted(range(len(found)), key=lambda index: -found[index].score):
        free = [t for t in range(len(true)) if t not in shown.values() and true[t].kind == found[index].kind]
        best = max(free, key=lambda t: iou(found[index].box, true[t].box), default=None)
        if best is not None and iou(found[index].box, true[best].box) >= SAME:
            shown[index] = best
    return shown


def _counts(true: tuple[int, int, int]) -> Array:
    counts = np.zeros((3, 3))
    counts[:, 2] = true
    return counts


def _add(counts: Array, kind: int, right: bool) -> None:
    counts[kind, :2] += (right, 1)
