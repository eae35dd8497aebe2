"""BabyTalk's template sentences: what is there, and how it stands to each other (Kulkarni et al. 2011).

"There is one dog and some grass. The brown dog is on the green grass."

The paper says every relation it finds; here each thing is related once, by its strongest potential, and things come
before stuff: far shorter, and rarely wrong. What people wear is "in red", "in stripes", where the paper has "the red
person"; what is not counted is "some grass", where it has "one grass".

Style "short" is one fluent sentence: "A brown dog is on the green grass."
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeVar

from pipeline.config import option
from pipeline.records import Caption, Detection, GraphNode, Scene, SceneGraph
from pipeline.stage import Resources, Stage
from stages.captions._phrases import (
    Meaning,
    Phrase,
    Said,
    be,
    caption,
    counted,
    definite,
    described,
    ended,
    indefinite,
    listed,
    meaning,
    preposition,
    strength,
    words,
)

Item = TypeVar("Item")
MOST_SUBJECTS = 3
"""Kinds of thing that share one verb in the short style."""


@dataclass(frozen=True, slots=True)
class TemplateConfig:
    """How much is said, and how."""

    style: Literal["babytalk", "short"] = option(
        "babytalk", "the paper's sentences, or one fluent sentence", affects="predict"
    )
    opening: Literal["there is", "here is", "this is a photograph of", "here we see", "this picture shows"] = option(
        "there is", "what the list of objects begins with (babytalk): one of the authors' system's", affects="predict"
    )
    most_objects: int = option(8, "objects spoken of, the surest first", low=1, high=100, affects="predict")
    most_relations: int = option(3, "relations spoken of (babytalk)", low=0, high=100, affects="predict")


class Template(Stage[TemplateConfig, tuple[Caption, ...]]):
    """One caption a photo, always grammatical; "This is a photograph." where the graph is empty."""

    name: ClassVar[str] = "template"
    version: ClassVar[int] = 2
    writes: ClassVar[str] = "captions"
    config_type = TemplateConfig

    def reads(self) -> tuple[str, ...]:
        return ("graph", "detections")

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        return [(self._caption(scene.graph, scene.detections),) for scene in scenes]

    def _caption(self, graph: SceneGraph, detections: Sequence[Detection]) -> Caption:
        meant = meaning(graph, detections, self.config.most_objects)
        if not meant.nodes:
            return caption([words("This is a photograph")])
        if self.config.style == "short":
            return caption([_short(meant)])
        related = _chosen(meant, self.config.most_relations)
        return caption([_opening(meant, related, self.config.opening), *_relations(meant, related)])


def _opening(meant: Meaning, related: Sequence[Said], opening: str) -> Phrase:
    """ "There are two dogs, one sky and some grass". Of a lone thing that no other sentence describes: "There is one
    brown dog"."""
    described = {node.detection for subject, _, other in related for node in (subject, other)}
    groups = _grouped(meant.nodes, lambda node: node.label)
    things = listed([counted(group, len(group) == 1 and group[0].detection not in described) for group in groups])
    verb, place = opening.removesuffix(" is"), opening.endswith("e is")
    return (*words(verb), *(be(groups[0]) if place else ()), *things)


def _chosen(meant: Meaning, most: int) -> list[Said]:
    """At most so many relations, the strongest that say something of a thing that none before it did."""
    chosen: list[Said] = []
    related: set[int] = set()
    for said in meant.edges:
        new = {node.detection for node in (said[0], said[2]) if meant.is_thing(node)} - related
        if len(chosen) < most and (new or not (meant.things or chosen)):
            chosen.append(said)
            related |= new
    return chosen


def _relations(meant: Meaning, related: Sequence[Said]) -> list[Phrase]:
    """ "The first brown dog is on the green grass, and near the second dog": a sentence a subject."""
    phrases = []
    for edges in _grouped(related, lambda said: said[0].detection):
        subject = edges[0][0]
        phrase = (*_the(meant, subject), *be([subject]))
        for place, (_, edge, other) in enumerate(edges):
            phrase = (*ended(phrase, ","), *words("and")) if place else phrase
            phrase = (*phrase, *preposition(edge), *_the(meant, other))
        phrases.append(phrase)
    return phrases


def _short(meant: Meaning) -> Phrase:
    """ "A brown dog and two red cars are on the green grass", or "There is a brown dog" where nothing is related."""
    about = meant.things or meant.stuff
    related = [said for said in meant.near or meant.far if said[0] in about]
    if not related:
        groups = _grouped(about, _looks)[:MOST_SUBJECTS]
        return (*words("there"), *be(groups[0]), *listed([indefinite(group) for group in groups]))
    alike = _grouped(related, lambda said: (said[1].preposition, said[2].detection))
    best = max(alike, key=lambda group: sum(strength(edge) for _, edge, _ in group))
    subjects, edge, place = [subject for subject, _, _ in best], best[0][1], best[0][2]
    groups = _grouped(subjects, _looks)[:MOST_SUBJECTS]
    told = listed([indefinite(group) if meant.things else definite(group[0]) for group in groups])
    if not meant.is_thing(place):
        where = definite(place)
    elif any(subject.label == place.label for subject in subjects):
        where = (*words("another"), *described(place))
    else:
        where = indefinite([place])
    return (*told, *be([node for group in groups for node in group]), *preposition(edge), *where)


def _the(meant: Meaning, node: GraphNode) -> Phrase:
    return definite(node, meant.places.get(node.detection))


def _looks(node: GraphNode) -> tuple[str, str | None]:
    return node.label, node.attribute


def _grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> list[list[Item]]:
    """Items of equal keys together, in the order of the first of each."""
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())
