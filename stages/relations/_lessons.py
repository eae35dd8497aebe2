"""What prepositions are learned from: ordered pairs of boxes, and how often each preposition is said of them or not.

Captions say "dog on sofa": where exactly one dog and one sofa are detected, their pair is an example of "on" and a
counter-example of every other preposition. The pair taken the other way round is a counter-example of "on" too, but
an example of a preposition that holds both ways, such as "near". Pairs of which no caption speaks teach nothing.

Annotation lists what is true of the pairs of one photo: what it does not list is false.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from pipeline.records import Detection, Truth
from stages.language.english import Parse
from stages.language.facts import facts
from stages.language.synonyms import canonical, match
from stages.relations._functions import PREPOSITIONS

MUTUAL = frozenset({"beside", "by", "near", "next to"})
"""Prepositions that hold both ways round."""
LISTED = 0.5
"""Score from which an annotated preposition counts as true."""


@dataclass(slots=True)
class Told:
    """What is told of one ordered pair: how often each preposition is said, and how often it is thereby denied."""

    said: Counter[str] = field(default_factory=Counter)
    denied: Counter[str] = field(default_factory=Counter)


Lesson = dict[tuple[int, int], Told]
"""(subject, object) -> what is told of them."""


def from_captions(detections: Sequence[Detection], captions: Iterable[Parse], sure: float) -> Lesson:
    """What the captions of a photo tell of its detections; those that score less than `sure` are not looked at."""
    places: dict[str, list[int]] = {}
    for index, detection in enumerate(detections):
        if detection.score >= sure:
            places.setdefault(detection.label, []).append(index)
    lesson: Lesson = {}
    for subject, preposition, other in _stated(captions):
        pair = _only(subject, places), _only(other, places)
        if pair[0] is None or pair[1] is None or pair[0] == pair[1]:
            continue
        there = lesson.setdefault((pair[0], pair[1]), Told())
        back = lesson.setdefault((pair[1], pair[0]), Told())
        there.said[preposition] += 1
        there.denied.update(name for name in PREPOSITIONS if name != preposition)
        (back.said if preposition in MUTUAL else back.denied)[preposition] += 1
    return lesson


def from_annotation(truth: Truth) -> Lesson:
    """What the annotated relations tell of every two true detections; nothing where nobody annotated them."""
    if truth.detections is None or truth.relations is None:
        return {}
    listed: dict[tuple[int, int], set[str]] = {}
    for relation in truth.relations:
        true = {canonical(name, "prepositions") for name, score in relation.prepositions if score >= LISTED}
        listed.setdefault((relation.subject, relation.object), set()).update(true)
    return {
        pair: Told(
            Counter(name for name in PREPOSITIONS if name in listed.get(pair, ())),
            Counter(name for name in PREPOSITIONS if name not in listed.get(pair, ())),
        )
        for pair in permutations(range(len(truth.detections)), 2)
    }


def _stated(captions: Iterable[Parse]) -> Iterator[tuple[str, str, str]]:
    for parse in captions:
        for subject, preposition, other in facts(parse).relations:
            if preposition in PREPOSITIONS:
                yield subject, preposition, other


def _only(word: str, places: dict[str, list[int]]) -> int | None:
    """The one detection that a word names; None where there is none, or more."""
    label = match(word, places)
    return places[label][0] if label is not None and len(places[label]) == 1 else None
