"""BabyTalk's template sentences: what is there, and how it stands to each other (Kulkarni et al. 2011).

"There is one dog and some grass. The brown dog is on the green grass."

The paper says every relation it finds; here each thing is related once, by its strongest potential, and things come
before stuff: far shorter, and rarely wrong. What people wear is "in red", "in stripes", where the paper has "the red
person"; what is not counted is "some grass", where it has "one grass".

Style "short" is one fluent sentence: "A brown dog is on the green grass."
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, TypeVar

from pipeline.config import option
from pipeline.records import Caption, Detection, GraphEdge, GraphNode, Scene, SceneGraph
from pipeline.stage import Resources, Stage
from stages.captions._phrases import (
    Meaning,
    Phrase,
    be,
    caption,
    counted,
    definite,
    described,
    ended,
    indefinite,
    listed,
    meaning,
    noun,
    preposition,
    strength,
    words,
)

Item = TypeVar("Item")
MOST_SUBJECTS = 3
"""Kinds of thing that share one verb in the short style."""
CONTAINING = frozenset(("in", "within", "around", "on", "over"))
"""Not said of two things of one label: a box in or upon such another is mostly a part of it, or it again."""


@dataclass(frozen=True, slots=True)
class Told:
    """A relation as it is said: of one thing, or of all of a label."""

    subjects: tuple[GraphNode, ...]
    edge: GraphEdge
    other: GraphNode


@dataclass(frozen=True, slots=True)
class TemplateConfig:
    """How much is said, and how."""

    style: Literal["babytalk", "short"] = option(
        "babytalk", "the paper's sentences, or one fluent sentence", affects="predict"
    )
    opening: Literal["there is", "here is", "this is a photograph of", "here we see", "this picture shows"] = option(
        "there is", "what the list of objects begins with (babytalk): one of the authors' system's", affects="predict"
    )
    lone: Literal["one", "a"] = option(
        "one", "the count of what there is one of (babytalk): the paper's, or an article", affects="predict"
    )
    most_objects: int = option(8, "objects spoken of, the surest first", low=1, high=100, affects="predict")
    most_relations: int = option(3, "relations spoken of (babytalk)", low=0, high=100, affects="predict")


class Template(Stage[TemplateConfig, tuple[Caption, ...]]):
    """One caption a photo, always grammatical; "This is a photograph." where the graph is empty."""

    name: ClassVar[str] = "template"
    version: ClassVar[int] = 7
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
        return caption([_opening(meant, related, self.config), *_relations(meant, related)])


def _opening(meant: Meaning, related: Sequence[Told], config: TemplateConfig) -> Phrase:
    """ "There are two dogs, one sky and some grass". Of what no other sentence describes, and looks alike: "There are
    two brown dogs"."""
    described = {node.detection for told in related for node in (*told.subjects, told.other)}
    groups = _grouped(meant.nodes, lambda node: node.label)
    count = counted if config.lone == "one" else indefinite
    things = [
        count(group if _alike(group) and group[0].detection not in described else [_bare(node) for node in group])
        for group in groups
    ]
    verb, place = config.opening.removesuffix(" is"), config.opening.endswith("e is")
    return (*words(verb), *(be(groups[0]) if place else ()), *listed(things))


def _chosen(meant: Meaning, most: int) -> list[Told]:
    """At most so many relations, the strongest that say something of a thing that none before it did. One that all
    things of a label have is said of them all."""
    chosen: list[Told] = []
    related: set[int] = set()
    for subject, edge, other in meant.edges:
        if _in_its_like(subject, edge, other):
            continue
        new = {node.detection for node in (subject, other) if meant.is_thing(node)} - related
        if len(chosen) < most and (new or not (meant.things or chosen)):
            alike = [said[0] for said in meant.edges if said[1].preposition == edge.preposition and said[2] is other]
            same = [node for node in meant.things if node.label == subject.label]
            subjects = same if all(node in alike for node in same) and subject in same else [subject]
            chosen.append(Told(tuple(subjects), edge, other))
            related |= {node.detection for node in (*subjects, other) if meant.is_thing(node)}
    return chosen


def _relations(meant: Meaning, related: Sequence[Told]) -> list[Phrase]:
    """ "The first brown dog is on the green grass, and near the second dog", "The dogs are on the grass": a sentence a
    subject."""
    phrases = []
    for told in _grouped(related, lambda one: one.subjects):
        subjects = told[0].subjects
        phrase = (*_the(meant, subjects), *be(subjects))
        for place, one in enumerate(told):
            phrase = (*ended(phrase, ","), *words("and")) if place else phrase
            phrase = (*phrase, *preposition(one.edge), *_the(meant, [one.other]))
        phrases.append(phrase)
    return phrases


def _short(meant: Meaning) -> Phrase:
    """ "A brown dog and two red cars are on the green grass", or "There is a brown dog" where nothing is related."""
    about = meant.things or meant.stuff
    near, far = (
        [said for said in some if said[0] in about and not _in_its_like(*said)] for some in (meant.near, meant.far)
    )
    related = near or far
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
    elif like := [node for group in groups for node in group if node.label == place.label]:
        where = (*words("another"), *described(place if _alike([*like, place]) else _bare(place)))
    else:
        where = indefinite([place])
    return (*told, *be([node for group in groups for node in group]), *preposition(edge), *where)


def _in_its_like(subject: GraphNode, edge: GraphEdge, other: GraphNode) -> bool:
    return subject.label == other.label and edge.preposition in CONTAINING


def _the(meant: Meaning, nodes: Sequence[GraphNode]) -> Phrase:
    """ "the first brown dog", "the dogs"; of several, what they look like only where they look alike."""
    if len(nodes) == 1:
        return definite(nodes[0], meant.places.get(nodes[0].detection))
    return (*words("the"), *(described if _alike(nodes) else noun)(nodes[0], several=True))


def _bare(node: GraphNode) -> GraphNode:
    return replace(node, attribute=None)


def _alike(nodes: Sequence[GraphNode]) -> bool:
    return len({node.attribute for node in nodes}) == 1


def _looks(node: GraphNode) -> tuple[str, str | None]:
    return node.label, node.attribute


def _grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> list[list[Item]]:
    """Items of equal keys together, in the order of the first of each."""
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())
