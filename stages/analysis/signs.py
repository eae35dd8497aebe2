"""Signs of how sure a system is of its caption, the same for every family: what it has none of is NaN."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.records import Array, Caption, Detection, Scene
from stages.language.facts import Facts
from stages.language.reading import read
from stages.language.synonyms import match

FIELDS = ("captions", "detections", "graph")
"""What signs are read from, where a plan writes it."""
SIGNS = (
    "words",
    "log-probability of a word, mean",
    "log-probability of a word, least",
    "objects named",
    "share of them detected",
    "score of the boxes pointed at, mean",
    "score of the boxes pointed at, least",
    "sharpness of attention",
    "greatest term of the evidence",
    "least term of the evidence",
    "margin of the graph, mean",
    "margin of the graph, least",
)
SIGNS_VERSION = 2
"""Raised when the same scene would give other signs; part of the key of what learns from them."""


def signs(scenes: Sequence[Scene]) -> Array:
    """(scenes, SIGNS) of each scene's first caption, which it must have.

    Raises:
        MissingDependency: where no English model of spaCy is installed.
    """
    readings = read(scene.captions[0].text for scene in scenes)
    rows = [_row(scene, scene.captions[0], readings[scene.captions[0].text].facts) for scene in scenes]
    return np.array(rows, dtype=float).reshape(-1, len(SIGNS))


def _row(scene: Scene, caption: Caption, facts: Facts) -> list[float]:
    detections: Sequence[Detection] = scene.fields.get("detections") or ()
    graph = scene.fields.get("graph")
    evidence = [why for why in caption.evidence if why is not None]
    named = {mention.label for mention in facts.objects}
    seen = {item.label for item in detections}
    places = [why.detection for why in evidence if why.detection is not None]
    pointed = [detections[place].score for place in places if place < len(detections)]
    peaks = [max(why.weights) / sum(why.weights) for why in evidence if sum(why.weights) > 0]
    terms = [[value for _, value in why.terms] for why in evidence if why.terms]
    margins = [node.margin for node in graph.nodes] if graph else []
    return [
        len(caption.words),
        _mean(caption.token_scores),
        min(caption.token_scores, default=math.nan),
        len(named),
        _mean([match(label, seen) is not None for label in sorted(named)])
        if "detections" in scene.fields
        else math.nan,
        _mean(pointed),
        min(pointed, default=math.nan),
        _mean(peaks),
        _mean([max(values) for values in terms]),
        _mean([min(values) for values in terms]),
        _mean(margins),
        min(margins, default=math.nan),
    ]


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return sum(known) / len(known) if known else math.nan
