"""Relevance: what a caption says against the union of what the references say; hallucination; a tuple F1.

Facts come from a dependency parse (`stages/language/facts.py`), their synonyms merged by a versioned table, and by
WordNet where that is asked for. People who wrote the references left much out: a true fact that none of them mentions
counts as wrong, and no single caption can say all that five people said, so precision is a lower bound and recall is
far from 1 even for people.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from pipeline.config import option
from pipeline.records import Array
from pipeline.stage import Better, Metric
from stages.language import english, wordnet
from stages.language.facts import Facts
from stages.language.reading import read
from stages.language.synonyms import canonical, known, match, synonyms
from stages.metrics._shares import share

KINDS = ("objects", "attributes", "relations")
TUPLE_F1, CHAIR = "tuple_f1", ("CHAIR-i", "CHAIR-s")
Tuples: TypeAlias = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FactsConfig:
    synonyms: Literal["table", "wordnet"] = option(
        "table",
        "what one thing may be called: the shipped table alone, or WordNet's sets beside it, as SPICE has them",
        later=True,
    )


class Relevance(Metric[FactsConfig]):
    """Precision, recall and F1 of objects, attributes and relations over all photos, CHAIR and a tuple F1.

    An object is its label, once a caption, and a more special word stands for a wider one that the references use
    ("duck" for "bird"); an attribute is (object, attribute); a relation (object, preposition, object).

    `tuple_f1` is the mean over captions of the F1 of all these and of (object, verb) together, as SPICE (Anderson et
    al., ECCV 2016) is the mean F1 of the tuples of scene graphs. It is not SPICE: spaCy's dependencies stand for
    Stanford's scene graphs, the table of synonyms for WordNet (`synonyms=wordnet` has both), verbs are said of their
    subjects alone, and numbers are no tuples.

    CHAIR (Rohrbach et al., EMNLP 2018): the share of named objects that are not there (i), and of captions that name
    one (s). The paper knows COCO's 80 classes by their segments and by the references; here an object is one of the
    table's and is there if a reference names it, or something more special ("duck"; a bird is no invention then), so
    what nobody mentions counts as made up: an upper bound.

    What nothing was said for has no value: a system that names nothing is neither precise nor free of hallucination.

    A row is (right, said, true) for each of KINDS, the F1 of the tuples (0 where there are none), then of objects of
    the table those named that are not there, those named, and whether there is one that is not.
    """

    name: ClassVar[str] = "facts"
    version: ClassVar[int] = 3
    config_type = FactsConfig
    scores: ClassVar[tuple[str, ...]] = (
        *(f"{kind} {score}" for kind in KINDS for score in ("precision", "recall", "F1")),
        TUPLE_F1,
        *CHAIR,
    )
    better: ClassVar[Mapping[str, Better]] = dict.fromkeys(CHAIR, "less")
    undefined: ClassVar[Mapping[str, str]] = {
        **{f"{kind} precision": f"the captions name no {kind}" for kind in KINDS},
        **{f"{kind} recall": f"the references name no {kind}" for kind in KINDS},
        **{f"{kind} F1": f"neither captions nor references name {kind}" for kind in KINDS},
        **dict.fromkeys(CHAIR, "the captions name no object that could be made up"),
    }
    tokenised: ClassVar[bool] = False

    def fingerprint(self) -> str:
        merged = f"synonyms {synonyms().version}" + (" and WordNet 3.0 of METEOR 1.5" if self._wordnet else "")
        return f"captionloom facts; {english.installed()}; {merged}; union of the references"

    def unavailable(self) -> str:
        return english.unavailable() or (wordnet.unavailable() if self._wordnet else "")

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        """(photos, 13) counts, the F1 of the tuples among them."""
        readings = read((*captions, *(text for group in references for text in group)))
        rows = [
            _row(readings[caption].facts, [readings[text].facts for text in group], self._wordnet)
            for caption, group in zip(captions, references, strict=True)
        ]
        return np.array(rows, dtype=float).reshape(-1, 13)

    def aggregate(self, rows: Array) -> dict[str, float]:
        """All in [0, 1]; NaN where there is nothing to share out."""
        return dict(zip(self.scores, self.from_sums(rows.sum(axis=0), len(rows)).tolist(), strict=True))

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., scores): the measures of each kind, the mean F1 of the tuples, CHAIR."""
        parts = np.moveaxis(sums, -1, 0)
        measures = [value for at in (0, 3, 6) for value in _measured(*parts[at : at + 3])]
        made_up, named, captions = parts[10:]
        hallucinating = np.where(named > 0, captions / photos, math.nan)
        return np.stack([*measures, parts[9] / photos, share(made_up, named), hallucinating], axis=-1)

    @property
    def _wordnet(self) -> bool:
        return self.config.synonyms == "wordnet"


def _row(said: Facts, references: Sequence[Facts], by_wordnet: bool) -> list[float]:
    union = Facts(
        tuple(mention for one in references for mention in one.objects),
        tuple(relation for one in references for relation in one.relations),
        tuple(action for one in references for action in one.actions),
    )
    labels = tuple(dict.fromkeys(mention.label for mention in union.objects))
    meant = {mention.label: match(mention.label, labels) or mention.label for mention in said.objects}
    mine, true = _tuples(said, meant), _tuples(union, {})
    if by_wordnet:
        meant = {label: _synonym((name,), true[0])[0] for label, name in meant.items()}
        pairs = zip(_tuples(said, meant), true, strict=True)
        mine = tuple(frozenset(_synonym(one, theirs) for one in kind) for kind, theirs in pairs)
    counts = [(len(kind & theirs), len(kind), len(theirs)) for kind, theirs in zip(mine, true, strict=True)]
    named = [meant[mention.label] for mention in said.objects if known(mention.label)]
    there = {*labels, *(synonyms().broader.get(canonical(label), "") for label in labels)}
    made_up = sum(label not in there for label in named)
    return [
        *(float(count) for three in counts[: len(KINDS)] for count in three),
        float(np.nan_to_num(_measured(*np.array(counts, dtype=float).sum(axis=0))[2])),
        made_up,
        len(named),
        made_up > 0,
    ]


def _tuples(said: Facts, meant: Mapping[str, str]) -> tuple[Tuples, ...]:
    """Objects, attributes, relations and actions, objects by the labels they are meant for."""

    def of(label: str) -> str:
        return meant.get(label, label)

    return (
        frozenset((of(mention.label),) for mention in said.objects),
        frozenset((of(label), attribute) for attribute, label in said.attributes),
        frozenset((of(one), preposition, of(other)) for one, preposition, other in said.relations),
        frozenset((of(label), verb) for label, verb in said.actions),
    )


def _synonym(said: tuple[str, ...], true: Tuples) -> tuple[str, ...]:
    """What is true and means the same word by word, the first in the alphabet; itself where it or nothing is."""
    alike = () if said in true else (one for one in sorted(true) if all(map(wordnet.synonymous, said, one)))
    return next(iter(alike), said)


def _measured(right: Array, said: Array, true: Array) -> tuple[Array, Array, Array]:
    """Precision, recall and F1."""
    return share(right, said), share(right, true), share(2 * right, said + true)
