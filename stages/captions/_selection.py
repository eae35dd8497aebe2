"""Content selection: which facts of a graph people speak of, learnt from what training captions say of detections.

Kulkarni et al. say all of a graph. People name what is large, central and of interest: three logistic models give the
chance that one caption names an object; that, naming it, it says its attribute; and that it states a relation.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot, log, sqrt

from pipeline.geometry import area
from pipeline.records import Detection, GraphEdge, GraphNode, Image, Scene
from stages.captions._chance import Chance, learnt
from stages.captions._items import Item, grouped
from stages.captions._phrases import Meaning, meaning
from stages.language.attribute_kinds import attribute_kinds, kind, visible
from stages.language.english import Parse
from stages.language.facts import Facts, facts, reduced
from stages.language.synonyms import canonical, match, spoken

MOST_OBJECTS = 8
MOST_NAMED = 5
"""Mentions from which a word is what people call a label."""
_OBJECT, _ATTRIBUTE, _RELATION = 7, 3, 3  # features


@dataclass(frozen=True, slots=True)
class Selection:
    """What was learnt.

    Attributes:
        object, attribute, relation: the three chances.
        names: label -> what people call it, where that is another word: "table" for "dining table". People are named
            by no narrower word: of boy, man and woman nobody looked which it is.
    """

    object: Chance
    attribute: Chance
    relation: Chance
    names: dict[str, str]

    def items(self, scene: Scene, attribute: float) -> tuple[list[Item], Meaning]:
        """The items of a photo, the likeliest to be said first, with their attributes where at least this
        likely said; and the meaning they come from."""
        meant = meaning(scene.graph, scene.detections, MOST_OBJECTS)
        items = grouped(meant)
        rows = [_looks(item, items, scene) for item in items]
        chosen = [
            replace(
                item,
                name=self.names.get(item.label, item.name),
                chance=self.object(item.label, row),
                attribute=item.attribute if self._says_attribute(item, attribute) else None,
            )
            for item, row in zip(items, rows, strict=True)
        ]
        return sorted(chosen, key=lambda item: -round(item.chance, 6)), meant

    def relate(self, one: Item, other: Item, meant: Meaning) -> tuple[bool, GraphEdge] | None:
        """The relation between two items that is likeliest said, and whether it reads "other preposition one"."""
        found = [
            (self.relation(edge.preposition, _terms(edge)), first in other.nodes, edge)
            for first, edge, second in meant.edges
            if {_side(first, one, other), _side(second, one, other)} == {0, 1}
        ]
        if not found:
            return None
        _, turned, edge = max(found, key=lambda one: (round(one[0], 6), one[2].terms))
        return turned, edge

    def _says_attribute(self, item: Item, least: float) -> bool:
        if item.attribute is None:
            return False
        return self.attribute(kind(item.attribute) or "", _potentials(item)) >= least


def selection(scenes: Sequence[Scene], captions: Sequence[Sequence[Parse]]) -> Selection:
    """Learn from photos and what is said of each."""
    objects, attributes, relations = _Facts(), _Facts(), _Facts()
    called: dict[str, Counter[str]] = {}
    for scene, parses in zip(scenes, captions, strict=True):
        if not parses:
            continue
        meant = meaning(scene.graph, scene.detections, MOST_OBJECTS)
        items = grouped(meant)
        labels = [item.label for item in items]
        said = [facts(parse) for parse in parses]
        named = [[match(mention.label, labels) for mention in one.objects] for one in said]
        for item in items:
            having = [one for one, names in zip(said, named, strict=True) if item.label in names]
            objects.add(item.label, _looks(item, items, scene), len(having) / len(said))
            if item.attribute is not None and having:
                share = sum(_has(one, item.label, item.attribute, labels) for one in having) / len(having)
                attributes.add(kind(item.attribute) or "", _potentials(item), share)
        for first, edge, second in meant.edges:
            share = sum(_states(one, first, edge, second) for one in said) / len(said)
            relations.add(edge.preposition, _terms(edge), share)
        _call(called, [item.label for item in items if not item.stuff], parses)
    return Selection(
        objects.learnt(_OBJECT), attributes.learnt(_ATTRIBUTE), relations.learnt(_RELATION), _names(called)
    )


class _Facts:
    """Rows to learn a chance from."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.features: list[Sequence[float]] = []
        self.shares: list[float] = []

    def add(self, kind: str, features: Sequence[float], share: float) -> None:
        self.kinds.append(kind)
        self.features.append(features)
        self.shares.append(share)

    def learnt(self, width: int) -> Chance:
        return learnt(self.kinds, self.features, self.shares, width)


def _looks(item: Item, items: Sequence[Item], scene: Scene) -> tuple[float, ...]:
    """Best score, size, how central, place among the photo's items by size, how many items, stuff, several."""
    sizes = [_size(other, scene) for other in items]
    own = _size(item, scene)
    boxes = [scene.detections[node.detection] for node in item.nodes]
    return (
        max(box.score for box in boxes),
        sqrt(own),
        max(_central(box, scene.image) for box in boxes),
        1.0 / (1 + sum(size > own for size in sizes)),
        log(len(items)),
        float(item.stuff),
        float(len(item.nodes) > 1),
    )


def _size(item: Item, scene: Scene) -> float:
    """The share of the photo that the largest box fills."""
    return max(area(scene.detections[node.detection].box) for node in item.nodes) / (
        scene.image.width * scene.image.height
    )


def _central(detection: Detection, image: Image) -> float:
    """1 in the middle of the photo, 0 at its corners."""
    x = (detection.box.left + detection.box.right) / image.width - 1
    y = (detection.box.top + detection.box.bottom) / image.height - 1
    return 1 - hypot(x, y) / sqrt(2)


def _potentials(item: Item) -> tuple[float, float, float]:
    """The attribute's two potentials, and whether it is of what people wear."""
    terms = dict(item.nodes[0].terms)
    wearer = canonical(item.label) in attribute_kinds().wearers
    return terms.get("attribute", 0.0), terms.get("attribute in text", 0.0), float(wearer)


def _terms(edge: GraphEdge) -> tuple[float, float, float]:
    terms = dict(edge.terms)
    return terms.get("preposition", 0.0), terms.get("preposition in text", 0.0), edge.margin


def _has(said: Facts, label: str, attribute: str, labels: Sequence[str]) -> bool:
    """Whether a caption says an attribute of a label, or of what people of this label wear."""
    table = attribute_kinds()
    worn = table.garments if canonical(label) in table.wearers else frozenset()
    meant = visible(attribute) or canonical(attribute, "attributes")
    return any(
        meant in (visible(word) or word for word in mention.attributes)
        for mention in said.objects
        if mention.label in worn or match(mention.label, labels) == label
    )


def _states(said: Facts, first: GraphNode, edge: GraphEdge, second: GraphNode) -> bool:
    triple = (canonical(first.label), canonical(edge.preposition, "prepositions"), canonical(second.label))
    return triple in said.relations


def _side(node: GraphNode, one: Item, other: Item) -> int | None:
    return 0 if node in one.nodes else 1 if node in other.nodes else None


def _call(called: dict[str, Counter[str]], labels: Sequence[str], parses: Iterable[Parse]) -> None:
    for parse in parses:
        for at, what, _ in reduced(parse):
            lemma = parse.lemmas[at]
            label = match(lemma, labels) if what == "noun" and parse.tags[at] == "NN" else None
            if label is not None and (canonical(lemma) == canonical(label) or lemma in label.split()):
                called.setdefault(label, Counter())[lemma] += 1


def _names(called: Mapping[str, Counter[str]]) -> dict[str, str]:
    names: dict[str, str] = {}
    for label, counts in sorted(called.items()):
        name, count = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
        wearer = canonical(label) in attribute_kinds().wearers
        if count >= MOST_NAMED and name != spoken(label) and not wearer and count > counts[spoken(label)]:
            names[label] = name
    return names
