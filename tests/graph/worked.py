"""Small photos and text statistics made by hand or at random, and the energy of a labelling term by term."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations, product

import numpy as np

from pipeline.records import AttributeScores, Box, Detection, Image, Relation, Scene
from stages.graph._potentials import Weights
from stages.resources.text_statistics import NONE, TextStatistics, TextStatisticsConfig

IMAGE = Image("photo", "photo.png", 100, 100, "")
Choice = tuple[str, str]
"""A label ("" for not there) and an attribute ("" for none)."""
Spoken = tuple[bool, str]
"""Whether read from the second object to the first, and the preposition."""


def text(
    attributes: Mapping[str, Mapping[str, int]], relations: Mapping[str, Mapping[str, Mapping[str, int]]]
) -> TextStatistics:
    """Statistics with these counts in both sources."""
    made = TextStatistics(TextStatisticsConfig(prior=1.0))
    made.attributes_ = tuple({o: dict(c) for o, c in attributes.items()} for _ in range(2))
    made.relations_ = tuple({s: {o: dict(c) for o, c in of.items()} for s, of in relations.items()} for _ in range(2))
    return made


def scene(
    detections: tuple[Detection, ...], attributes: tuple[AttributeScores, ...], relations: tuple[Relation, ...]
) -> Scene:
    return Scene(IMAGE, {"detections": detections, "attributes": attributes, "relations": relations})


def photo(seed: int, most: int = 3) -> tuple[Scene, TextStatistics, Weights]:
    """A random photo of up to `most` objects, with so few choices that every labelling can be looked at."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, most + 1))
    names, attributes, prepositions = ("dog", "car", "sky", "boat"), ("red", "blue"), ("on", "near")
    detections, scores = [], []
    for _ in range(count):
        labels = rng.choice(names, int(rng.integers(1, 3)), replace=False).tolist()
        values = sorted(rng.random(len(labels)).round(3).tolist(), reverse=True)
        left, top = rng.integers(0, 50, 2).tolist()
        box = Box(left, top, left + 20.0, top + 20.0)
        kind = "stuff" if rng.random() < 0.3 else "thing"
        detections.append(Detection(box, tuple(zip(labels, values, strict=True)), kind))
        scores.append(AttributeScores(tuple((a, float(rng.random())) for a in attributes[: 3 - min(count, 2)])))
    relations = tuple(
        Relation(i, j, tuple((p, float(rng.random())) for p in prepositions[: 4 - count]))
        for i, j in product(range(count), repeat=2)
        if i != j and rng.random() < 0.9
    )
    counts = {o: {a: int(rng.integers(0, 9)) for a in (*attributes, NONE)} for o in names}
    said = {s: {o: {p: int(rng.integers(0, 9)) for p in prepositions} for o in names} for s in names}
    weights = Weights(*rng.random(4).round(3).tolist(), absence=float(rng.random() * 2), detection_threshold=0.0)
    return scene(tuple(detections), tuple(scores), relations), text(counts, said), weights


def labellings(of: Scene) -> Iterator[tuple[tuple[Choice, ...], dict[tuple[int, int], Spoken]]]:
    """Every labelling: a label and an attribute for each detection, a preposition and its direction for each pair."""
    named = sorted({name for scored in of.attributes for name, _ in scored.scores})
    prepositions = sorted({name for relation in of.relations for name, _ in relation.prepositions})
    choices = [[*((label, a) for (label, _), a in product(d.labels, (*named, ""))), ("", "")] for d in of.detections]
    for objects in product(*choices):
        there = [index for index, (label, _) in enumerate(objects) if label]
        pairs = list(combinations(there, 2)) if prepositions else []
        for spoken in product(product((False, True), prepositions), repeat=len(pairs)):
            yield objects, dict(zip(pairs, spoken, strict=True))


def energy(
    of: Scene,
    statistics: TextStatistics,
    weights: Weights,
    objects: tuple[Choice, ...],
    spoken: Mapping[tuple[int, int], Spoken],
) -> float:
    """The energy as Kulkarni et al. write it, one potential at a time."""
    a0, b1, b2, g0 = weights.image, weights.attribute_image, weights.preposition_image, weights.attribute_text
    a1, g1, total = 1 - a0, 1 - g0, 0.0
    for detection, scored, (label, attribute) in zip(of.detections, of.attributes, objects, strict=True):
        if not label:
            total += a0 * weights.absence
            continue
        seen = dict(scored.scores)
        total += a0 * dict(detection.labels)[label]
        total += a0 * b1 * (seen.get(attribute, 0.0) if attribute else 1 - max(seen.values(), default=0.0))
        total += a1 * g0 * _attribute_text(statistics, label, attribute)
    functions = {(relation.subject, relation.object): dict(relation.prepositions) for relation in of.relations}
    pairs = 0.0
    for (i, j), (turned, preposition) in spoken.items():
        subject, other = (j, i) if turned else (i, j)
        pairs += a0 * b2 * functions.get((subject, other), {}).get(preposition, 0.0)
        pairs += a1 * g1 * _relation_text(statistics, objects[subject][0], preposition, objects[other][0])
    return -total - (2 / (len(objects) - 1) * pairs if len(objects) > 1 else 0.0)


@cache
def _attribute_text(statistics: TextStatistics, label: str, attribute: str) -> float:
    return float(statistics.attributes([label], [attribute])[0, 0])


@cache
def _relation_text(statistics: TextStatistics, subject: str, preposition: str, other: str) -> float:
    return float(statistics.relations([subject, other], [preposition])[0, 1, 0])
