"""Presence: what a caption says against what is annotated of its photo, where somebody boxed all there is of a kind.

References leave out much of what is there (`facts`); boxes do not, of the kinds that were boxed. What a caption says of
other kinds counts neither for nor against.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Array, Scene, Scored, Truth
from pipeline.stage import Better, EvidenceMetric
from stages.language import english
from stages.language.facts import Facts
from stages.language.reading import read
from stages.language.synonyms import match, synonyms
from stages.metrics._shares import share

PRECISION, RECALL, F1 = "boxed precision", "boxed recall", "boxed F1"
MADE_UP, ATTRIBUTES, RELATIONS = "made up", "annotated attributes", "annotated relations"
TRUE_FROM = 0.5
"""Annotated scores from which an attribute or a preposition is true; annotators write 1."""

Pairs: TypeAlias = frozenset[tuple[str, str]]
Triples: TypeAlias = frozenset[tuple[str, str, str]]


class Presence(EvidenceMetric[NoOptions]):
    """Objects, attributes and relations said, against boxes and what is annotated of them.

    The kinds asked about are those boxed on any photo of the split, each once a photo; a word names one as in
    `stages.language.synonyms.match` ("puppy" a dog). "boxed precision" is the share of the kinds named that are there,
    "boxed recall" the share of those there that are named, and "made up" the share of captions that name one which is
    not there, of those that name any: CHAIR-s (Rohrbach et al., EMNLP 2018) by boxes alone.

    "annotated attributes" is the share of (attribute, object) said that are true of some box of that kind, "annotated
    relations" of (object, preposition, object) that are true of some two; attributes and prepositions are those
    annotated anywhere on the split. Both have no value where nobody annotated any, or nothing was said of them.

    A photo of which nobody looked what is there is not asked about: its row is empty.

    A row is (kinds named and there, named, there; whether one is not there, whether any is named; attributes right,
    said; relations right, said).
    """

    name: ClassVar[str] = "presence"
    version: ClassVar[int] = 2
    scores: ClassVar[tuple[str, ...]] = (PRECISION, RECALL, F1, MADE_UP, ATTRIBUTES, RELATIONS)
    better: ClassVar[Mapping[str, Better]] = {MADE_UP: "less"}
    needs: ClassVar[tuple[str, ...]] = ("detections",)
    rows_stand_alone: ClassVar[bool] = False

    def fingerprint(self) -> str:
        return f"captionloom presence in boxes; {english.installed()}; synonyms {synonyms().version}"

    def unavailable(self) -> str:
        return english.unavailable()

    def rows(self, scenes: Sequence[Scene], truth: Sequence[Truth]) -> Array:
        """(photos, 9) counts."""
        texts = [scene.captions[0].text if scene.captions else "" for scene in scenes]
        readings, there = read(texts), [_There.of(one) for one in truth]
        asked = _There(
            frozenset().union(*(one.kinds for one in there)),
            frozenset().union(*(one.attributes for one in there)),
            frozenset().union(*(one.relations for one in there)),
        )
        found = [
            [0.0] * 9 if true.detections is None else _row(readings[text].facts, one, asked)
            for text, one, true in zip(texts, there, truth, strict=True)
        ]
        return np.array(found, dtype=float).reshape(-1, 9)

    def aggregate(self, rows: Array) -> dict[str, float]:
        """Shares in [0, 1]; NaN where there is nothing to share out."""
        return dict(zip(self.scores, self.from_sums(rows.sum(axis=0), len(rows)).tolist(), strict=True))

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., scores)."""
        right, said, true, made_up, naming, fitting, attributes, holding, relations = np.moveaxis(sums, -1, 0)
        pairs = (right, said), (right, true), (2 * right, said + true), (made_up, naming)
        return np.stack([share(*pair) for pair in (*pairs, (fitting, attributes), (holding, relations))], axis=-1)


@dataclass(frozen=True, slots=True)
class _There:
    """What is annotated of a photo, or anywhere on a split: kinds, (attribute, kind), (kind, preposition, kind)."""

    kinds: frozenset[str]
    attributes: Pairs
    relations: Triples

    @classmethod
    def of(cls, truth: Truth) -> "_There":
        labels = [item.label for item in truth.detections or ()]
        described = zip(labels, truth.attributes or (), strict=False)
        return cls(
            frozenset(labels),
            frozenset((name, label) for label, one in described for name in _true(one.scores)),
            frozenset(
                (labels[one.subject], name, labels[one.object])
                for one in truth.relations or ()
                for name in _true(one.prepositions)
            ),
        )


def _true(scores: Sequence[Scored]) -> list[str]:
    return [name for name, score in scores if score >= TRUE_FROM]


def _row(said: Facts, there: _There, asked: _There) -> list[float]:
    kinds = sorted(asked.kinds)
    known = sorted({name for name, _ in asked.attributes})
    prepositions = sorted({name for _, name, _ in asked.relations})
    meant = {mention.label: match(mention.label, kinds) for mention in said.objects}
    named = {kind for kind in meant.values() if kind is not None}
    attributes = {
        (attribute, kind)
        for word, label in said.attributes
        if (kind := meant.get(label)) is not None and (attribute := match(word, known, "attributes")) is not None
    }
    relations = {
        (one, preposition, other)
        for subject, word, object_ in said.relations
        if (one := meant.get(subject)) and (other := meant.get(object_))
        if (preposition := match(word, prepositions, "prepositions")) is not None
    }
    absent = named - there.kinds
    return [
        *(len(named & there.kinds), len(named), len(there.kinds)),
        *(bool(absent), bool(named)),
        *(len(attributes & there.attributes), len(attributes)),
        *(len(relations & there.relations), len(relations)),
    ]
