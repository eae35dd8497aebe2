"""Everything the page can tell of one system's work on one photo, as compact JSON values."""

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from pipeline.records import AttributeScores, Caption, Detection, Evidence, Relation, Scene, SceneGraph, Scored
from stages.vision.boxes import whole_and_boxes

LEVELS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
"""One character a place of an attention map: 0 is none, the last the strongest place of that map."""
_MOST_SIDE = 16
_MOST_LABELS = 5
_MOST_DETECTIONS = 24
_MOST_RELATIONS = 12
_MOST_OTHERS = 9


def details(scene: Scene) -> dict[str, Any] | None:
    """What stands behind the captions of a scene, or None where it has none."""
    captions: tuple[Caption, ...] = scene.fields.get("captions") or ()
    if not captions:
        return None
    best = captions[0]
    detections: tuple[Detection, ...] = scene.fields.get("detections") or ()
    known: dict[str, Any] = {
        "pieces": pieces(best),
        "chances": [number(math.exp(score)) for score in best.token_scores[: len(best.words)]],
        "why": [_why(evidence, detections) for evidence in best.evidence],
        "total": number(best.log_probability),
        "reference": best.reference,
        "others": [[other.text, number(other.log_probability)] for other in captions[1 : _MOST_OTHERS + 1]],
        "concepts": _scored(scene.fields.get("concepts") or ()),
        "triplets": [[t.object, t.action, t.scene, number(t.score)] for t in scene.fields.get("triplets") or ()][:5],
    }
    graph: SceneGraph | None = scene.fields.get("graph")
    shown = _shown(detections, best, graph)
    known["boxes"] = [_box(place, detections[place], scene.fields.get("attributes") or ()) for place in shown]
    known["relations"] = _relations(scene.fields.get("relations") or (), frozenset(shown))
    known["graph"] = _graph(graph) if graph is not None else None
    return {name: value for name, value in known.items() if value not in (None, [])}


def pieces(caption: Caption) -> list[str]:
    """The text cut at its words: between, word, between, word ... between. Where the words are not all found in the
    text, in their order, the words themselves stand with spaces between them."""
    cut: list[str] = []
    end = 0
    for word in caption.words:
        found = re.compile(re.escape(word), re.IGNORECASE).search(caption.text, end)
        if found is None or not word:
            spaced = [part for word in caption.words for part in (" ", word)]
            return ["", *spaced[1:], ""]
        cut += [caption.text[end : found.start()], found.group()]
        end = found.end()
    return [*cut, caption.text[end:]]


def number(value: float | None) -> float | None:
    """A number short enough to print; None for what is none."""
    return float(f"{value:.4g}") if value is not None and math.isfinite(value) else None


def attention(weights: Iterable[float], shape: tuple[int, int]) -> list[Any] | None:
    """A map as [rows, columns, strongest share, levels]; maps finer than can be seen are halved until they are not."""
    values = np.asarray(tuple(weights), dtype=float)
    if values.size != shape[0] * shape[1] or not values.size or not np.isfinite(values).all() or values.max() <= 0:
        return None
    grid = values.reshape(shape)  # (rows, columns)
    while max(grid.shape) > _MOST_SIDE:
        grid = np.pad(grid, [(0, side % 2) for side in grid.shape])  # (even rows, even columns)
        grid = grid.reshape(grid.shape[0] // 2, 2, grid.shape[1] // 2, 2).sum((1, 3))  # (rows / 2, columns / 2)
    levels = np.rint(grid.clip(0) / grid.max() * (len(LEVELS) - 1)).astype(int).ravel()
    return [*grid.shape, number(grid.max() / grid.sum()), "".join(LEVELS[level] for level in levels)]


def _why(evidence: Evidence | None, detections: tuple[Detection, ...] = ()) -> dict[str, Any] | None:
    """Weights with a shape are a map; those without are of `regions`, the whole photo and then the surest boxes."""
    if evidence is None:
        return None
    box, regions = evidence.detection, list[tuple[str, float]]()
    if evidence.shape is None and 1 < len(evidence.weights) <= len(detections) + 1:
        ranked = sorted(zip(evidence.weights, whole_and_boxes(detections), strict=False), key=lambda pair: -pair[0])
        regions = [(_region(place, detections), weight) for weight, place in ranked[:_MOST_LABELS]]
        box = ranked[0][1] if box is None else box
    known = {
        "kind": evidence.kind,
        "map": attention(evidence.weights, evidence.shape) if evidence.shape else None,
        "box": box,
        "terms": _scored((*evidence.terms, *regions)),
    }
    return {name: value for name, value in known.items() if value not in (None, [])}


def _region(place: int | None, detections: tuple[Detection, ...]) -> str:
    return "the whole photo" if place is None else f"box {place + 1}, {detections[place].label}"


def _shown(detections: tuple[Detection, ...], caption: Caption, graph: SceneGraph | None) -> list[int]:
    """The detections that a word or the graph points at, and the best of the others."""
    named = {evidence.detection for evidence in caption.evidence if evidence and evidence.detection is not None}
    named |= {node.detection for node in graph.nodes} if graph else set()
    ranked = sorted(range(len(detections)), key=lambda place: (place not in named, -detections[place].score))
    return sorted(ranked[: max(_MOST_DETECTIONS, len(named))])


def _box(place: int, detection: Detection, attributes: tuple[AttributeScores, ...]) -> dict[str, Any]:
    box = detection.box
    return {
        "at": place,
        "stuff": detection.kind == "stuff",
        "box": [number(side) for side in (box.left, box.top, box.right, box.bottom)],
        "labels": _scored(detection.labels[:_MOST_LABELS]),
        "attributes": _scored(attributes[place].scores[:_MOST_LABELS]) if place < len(attributes) else [],
    }


def _relations(relations: tuple[Relation, ...], shown: frozenset[int]) -> list[Any]:
    kept = [r for r in relations if r.prepositions and {r.subject, r.object} <= shown]
    kept.sort(key=lambda relation: -max(score for _, score in relation.prepositions))
    return [
        [r.subject, r.object, _scored(sorted(r.prepositions, key=lambda named: -named[1])[:3])]
        for r in kept[:_MOST_RELATIONS]
    ]


def _graph(graph: SceneGraph) -> dict[str, Any]:
    return {
        "nodes": [[n.detection, n.label, n.attribute, number(n.margin), _scored(n.terms)] for n in graph.nodes],
        "edges": [[e.subject, e.preposition, e.object, number(e.margin), _scored(e.terms)] for e in graph.edges],
        "energy": number(graph.energy),
    }


def _scored(terms: Iterable[Scored]) -> list[list[Any]]:
    return [[name, number(value)] for name, value in terms]
