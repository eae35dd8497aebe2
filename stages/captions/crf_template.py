"""Templates learnt from people: a CRF fills the gaps between the noun phrases of a graph, an n-gram model agrees.

Items are the facts that people would mention, each a noun with its attribute; labels are the strings of function words
that fill the gaps between them and end the sentence. Every order of the items is tried; the sentence said has the best
ln p of its gaps given the items (the CRF), plus a weighted mean ln p of its words (the n-gram model) for each gap, plus
ln of the share of people who name any two of the items in this order.

"A brown dog is running on the grass." What a verb adds is what people mostly say of such objects, not what was seen:
its evidence says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice, permutations
from math import exp
from typing import ClassVar, Self

from pipeline.config import option
from pipeline.records import Array, Caption, Evidence, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.captions._gap_crf import GapCrf, described, described_items, learnt
from stages.captions._items import Item
from stages.captions._order import Order, counted
from stages.captions._phrases import meaning
from stages.captions._selection import MOST_OBJECTS, Selection, selection
from stages.captions._sentences import Gaps, Path
from stages.captions._speaking import (
    ATTRIBUTES,
    CHANCES,
    Heard,
    agreement,
    frequent,
    general,
    known_labels,
    parsed,
    preferred,
    related,
    said,
    spoken_of,
)
from stages.resources.idf import Idf
from stages.resources.ngram import END, NgramModel
from stages.resources.parses import Parses

MOST_ORDERS = 120
WEIGHTS = (0.5, 1.0, 2.0)
"""Weights of the n-gram model that are tried where none is given."""
KEPT = 6
"""Sentences of each order that the n-gram model hears."""


@dataclass(frozen=True, slots=True)
class CrfTemplateConfig:
    most_objects: int = option(3, "objects spoken of, the likeliest to be mentioned", low=1, high=5)
    chance: float | None = option(
        None, "least chance that an object is mentioned; none: chosen on tune", low=0.0, high=1.0
    )
    attribute: float | None = option(
        None, "least chance that its attribute is said, too; none: chosen on tune", low=0.0, high=1.0
    )
    weight: float | None = option(None, "of the n-gram model beside the CRF; none: chosen on tune", low=0.0, high=100.0)
    min_count: int = option(2, "occurrences in training captions that make a string of function words usable", low=1)
    l1: float = option(0.02, "weight of the CRF's absolute weights", low=0.0)
    l2: float = option(0.1, "weight of the CRF's squared weights", low=0.0)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A possible sentence: its items in their order, its gaps, and ln p of gaps, of (mean) words and of the order."""

    items: tuple[Item, ...]
    path: Path
    gaps: float
    words: float
    order: float
    total: float


class CrfTemplate(Stage[CrfTemplateConfig, tuple[Caption, ...]]):
    """One sentence a photo; "This is a photograph." where the graph is empty.

    Attributes:
        selection_: what people mention.
        gaps_: the CRF's labels.
        heard_: with which nouns people say each.
        features_: the names of its features.
        state_, transition_: (features, gaps) and (gaps, gaps) weights.
        stuff_: labels of what is no thing.
        order_: which items people name first.
        chance_, attribute_: least chances of an object to be mentioned, and of its attribute.
        weight_: of the n-gram model.
    """

    name: ClassVar[str] = "crf_template"
    version: ClassVar[int] = 6
    writes: ClassVar[str] = "captions"
    config_type = CrfTemplateConfig
    fit_on: ClassVar[tuple[str, ...]] = ("train", "tune")

    selection_: Selection
    gaps_: tuple[str, ...]
    heard_: Heard
    features_: tuple[str, ...]
    state_: Array
    transition_: Array
    stuff_: tuple[str, ...]
    order_: Order
    chance_: float
    attribute_: float
    weight_: float

    def reads(self) -> tuple[str, ...]:
        return ("graph", "detections")

    def uses(self) -> tuple[str, ...]:
        return (NgramModel.name, Parses.name, Idf.name)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        train, tune = examples["train"], examples["tune"]
        captions = parsed(train.truth, resources)
        self.selection_ = selection(train.scenes, captions)
        found = (detection for scene in train.scenes for detection in scene.detections)
        self.stuff_ = tuple(sorted({detection.label for detection in found if detection.kind == "stuff"}))
        sentences, self.gaps_, self.heard_ = frequent(captions, known_labels(train.scenes), self.config.min_count)
        stuff = frozenset(self.stuff_)
        self.order_ = counted((one.labels for photo in sentences for one in photo), stuff)
        seen, gaps = [], []
        for scene, photo in zip(train.scenes, sentences, strict=True):
            seen_there = related(meaning(scene.graph, scene.detections, MOST_OBJECTS)) if photo else {}
            seen += [described(one.labels, one.numbers, stuff, seen_there) for one in photo]
            gaps += [one.gaps for one in photo]
        self.features_, self.state_, self.transition_ = learnt(seen, gaps, self.gaps_, self.config.l1, self.config.l2)
        vars(self).pop("_crf", None)
        self._balance(tune, resources)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        model = resources.of(NgramModel)
        return [
            (self._caption(self._spoken(scene, self.chance_, self.attribute_, model), self.weight_),)
            for scene in scenes
        ]

    @cached_property
    def _crf(self) -> GapCrf:
        return GapCrf({name: at for at, name in enumerate(self.features_)}, self.state_, self.transition_)

    def _balance(self, tune: Examples, resources: Resources) -> None:
        """Choose what is not given by the CIDEr-D of `tune`: one after another, the others as they are by then."""
        model = resources.of(NgramModel)
        chances = CHANCES if self.config.chance is None else (self.config.chance,)
        attributes = ATTRIBUTES if self.config.attribute is None else (self.config.attribute,)
        weights = WEIGHTS if self.config.weight is None else (self.config.weight,)

        @cache
        def spoken(chance: float, attribute: float) -> list[list[_Spoken]]:
            return [self._spoken(scene, chance, attribute, model) for scene in tune.scenes]

        def value(chance: float, attribute: float, weight: float) -> float:
            return agreement([self._caption(one, weight) for one in spoken(chance, attribute)], tune.truth, resources)

        middle = weights[len(weights) // 2]
        self.chance_ = preferred(chances, lambda chance: value(chance, attributes[0], middle))
        self.attribute_ = preferred(attributes, lambda attribute: value(self.chance_, attribute, middle))
        self.weight_ = preferred(weights, lambda weight: value(self.chance_, self.attribute_, weight))

    def _spoken(self, scene: Scene, chance: float, attribute: float, model: NgramModel) -> list[_Spoken]:
        """What could be said of a photo, in every order."""
        items, meant = self.selection_.items(scene, attribute)
        chosen = spoken_of(items, chance, self.config.most_objects)
        if not chosen:
            return []
        gaps = Gaps(self.gaps_, self.heard_, related(meant))
        return [
            spoken
            for order in islice(permutations(chosen), MOST_ORDERS)
            for spoken in self._in_order(order, gaps, model)
        ]

    def _in_order(self, items: tuple[Item, ...], gaps: Gaps, model: NgramModel) -> Iterable[_Spoken]:
        crf = self._crf
        stuff = frozenset(self.stuff_)
        order = self.order_.log_share([item.label for item in items], stuff)
        unary = crf.unary(described_items(items, gaps.related, stuff))  # (places, gaps)
        normaliser = crf.log_normaliser(unary)

        def grow(path: Path, value: float, fit: Array) -> Array:
            step: Array = value + unary[len(path)][fit]
            return step + crf.transition[path[-1]][fit] if path else step

        for score, path in gaps.best(items, grow)[:KEPT]:
            heard = [word.text for word in gaps.sentence(path, items)]
            logs = model.log_probabilities([*heard, END])
            yield _Spoken(items, path, score - normaliser, sum(logs) / len(logs), order, sum(logs))

    def _caption(self, spoken: Sequence[_Spoken], weight: float) -> Caption:
        if not spoken:
            return general()
        best = max(spoken, key=lambda one: round(one.gaps + weight * len(one.path) * one.words + one.order, 6))
        terms = (("p of all gaps (CRF)", exp(best.gaps)), ("p^ of the words (n-grams)", exp(best.words)))
        why = Evidence("ngram", terms=terms)
        return said(Gaps(self.gaps_).sentence(best.path, best.items, [why] * len(best.path)), best.total)
