"""What of a scene graph is said, and the noun phrases it is said with, every word with its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from pipeline.records import Caption, Detection, Evidence, GraphEdge, GraphNode, SceneGraph
from stages.language.attribute_kinds import WORN, attribute_kinds, kind
from stages.language.inflection import article, is_mass, is_plural_only, number, ordinal, plural
from stages.language.synonyms import canonical, spoken, worn


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its punctuation at its end, and why it is said."""

    text: str
    evidence: Evidence | None = None


Phrase: TypeAlias = tuple[Word, ...]
Said: TypeAlias = tuple[GraphNode, GraphEdge, GraphNode]


@dataclass(frozen=True, slots=True)
class Meaning:
    """The part of a graph that is said.

    Attributes:
        things, stuff: the nodes spoken of, the surest first. Stuff, and what is not counted ("grass"), is one node a
            label, however many regions show it.
        near: prepositions between things, and of a thing with the stuff that its foot is in, the strongest first.
        far: those of things with other stuff, then those between stuff.
        places: detection of a node -> the node's place among several of its label, from the left.
    """

    things: tuple[GraphNode, ...]
    stuff: tuple[GraphNode, ...]
    near: tuple[Said, ...]
    far: tuple[Said, ...]
    places: Mapping[int, int]

    @property
    def edges(self) -> tuple[Said, ...]:
        """All prepositions, most worth saying first."""
        return (*self.near, *self.far)

    @property
    def nodes(self) -> tuple[GraphNode, ...]:
        return (*self.things, *self.stuff)

    def is_thing(self, node: GraphNode) -> bool:
        return node in self.things


def meaning(graph: SceneGraph, detections: Sequence[Detection], most_objects: int) -> Meaning:
    """Choose the `most_objects` nodes of the largest margins, and every edge between them."""
    nodes = [_sayable(node) for node in graph.nodes]
    uncounted = [_is_stuff(node, detections) for node in nodes]
    chosen: list[int] = []
    regions: dict[str, int] = {}
    speaks: dict[int, GraphNode] = {}  # for a node: itself, or the chosen one of its stuff
    for index in sorted(range(len(nodes)), key=lambda index: (uncounted[index], -nodes[index].margin)):
        if uncounted[index] and nodes[index].label in regions:
            speaks[index] = nodes[regions[nodes[index].label]]
        elif len(chosen) < most_objects:
            chosen.append(index)
            speaks[index] = nodes[index]
            if uncounted[index]:
                regions[nodes[index].label] = index
    edges: dict[frozenset[int], Said] = {}  # the strongest of each two nodes
    for edge in sorted(graph.edges, key=lambda edge: -strength(edge)):
        subject, other = speaks.get(edge.subject), speaks.get(edge.object)
        if subject is not None and other is not None and subject is not other:
            edges.setdefault(frozenset((subject.detection, other.detection)), (subject, edge, other))
    things = tuple(nodes[index] for index in chosen if not uncounted[index])
    stuff = tuple(nodes[index] for index in chosen if uncounted[index])
    near, far, farthest = (
        tuple(said for said in edges.values() if _remoteness(said, stuff, detections) == far) for far in range(3)
    )
    return Meaning(things, stuff, near, far + farthest, MappingProxyType(_places(things, detections)))


def _sayable(node: GraphNode) -> GraphNode:
    """The node, without an attribute of clothes that is not said of who wears them: nobody is "a plain person"."""
    if node.attribute is None or canonical(node.label) not in attribute_kinds().wearers:
        return node
    of_clothes = kind(node.attribute) in WORN and worn(node.label, node.attribute) is None
    return replace(node, attribute=None) if of_clothes else node


def strength(edge: GraphEdge) -> float:
    """The sum of the edge's potentials."""
    return sum(score for _, score in edge.terms)


def caption(sentences: Sequence[Phrase]) -> Caption:
    """The caption of some sentences, one evidence a word: capital letters and full stops are added."""
    said = [word for sentence in sentences for word in ended(_capital(sentence), ".")]
    spelt = tuple(word.text for word in said)
    return Caption(" ".join(spelt), spelt, evidence=tuple(word.evidence for word in said))


def words(text: str, evidence: Evidence | None = None) -> Phrase:
    """The words of a text, all with the same evidence."""
    return tuple(Word(word, evidence) for word in text.split())


def ended(phrase: Phrase, mark: str) -> Phrase:
    """The phrase with a punctuation mark at its end."""
    return (*phrase[:-1], replace(phrase[-1], text=phrase[-1].text + mark))


def listed(phrases: Sequence[Phrase]) -> Phrase:
    """ "one sky", "one sky and one road", "one sky, one road and two cars"."""
    *firsts, last = phrases
    joined = [
        word for place, phrase in enumerate(firsts) for word in (ended(phrase, ",") if firsts[place + 1 :] else phrase)
    ]
    return (*joined, *(words("and") if firsts else ()), *last)


def noun(node: GraphNode, several: bool = False) -> Phrase:
    """The node's label, by its detection."""
    label = spoken(node.label)
    return words(plural(label) if several else label, Evidence("detection", detection=node.detection, terms=node.terms))


def described(node: GraphNode, several: bool = False) -> Phrase:
    """ "brown dog", "brown dogs", "person in red": the label with the attribute, which speaks by its potentials."""
    if node.attribute is None:
        return noun(node, several)
    terms = tuple(term for term in node.terms if term[0].startswith("attribute"))
    evidence = Evidence("potential", detection=node.detection, terms=terms)
    clothes = worn(node.label, node.attribute)
    if clothes is not None:
        return (*noun(node, several), *words(f"in {clothes}", evidence))
    return (*words(node.attribute, evidence), *noun(node, several))


def preposition(edge: GraphEdge) -> Phrase:
    """The edge's preposition, by its potentials."""
    return words(edge.preposition, Evidence("potential", terms=edge.terms))


def counted(nodes: Sequence[GraphNode]) -> Phrase:
    """ "one brown dog", "two brown dogs", "some green grass": nodes of one label and attribute."""
    phrase = described(nodes[0], several=len(nodes) > 1)
    return (*words("some" if is_uncounted(nodes[0]) else number(len(nodes))), *phrase)


def indefinite(nodes: Sequence[GraphNode]) -> Phrase:
    """`counted` with an article for one: "a brown dog"."""
    count, *phrase = counted(nodes)
    lone = len(nodes) == 1 and not is_uncounted(nodes[0])
    return (*words(article(phrase[0].text)), *phrase) if lone else (count, *phrase)


def definite(node: GraphNode, place: int | None = None) -> Phrase:
    """ "the brown dog", "the second brown dog"."""
    return (*words("the"), *words(ordinal(place) if place else ""), *described(node))


def be(nodes: Sequence[GraphNode]) -> Phrase:
    """ "is" or "are"."""
    return words("are" if len(nodes) > 1 or is_plural_only(spoken(nodes[0].label)) else "is")


def is_uncounted(node: GraphNode) -> bool:
    """Whether the label takes "some" in place of a number."""
    return is_mass(spoken(node.label)) or is_plural_only(spoken(node.label))


def _is_stuff(node: GraphNode, detections: Sequence[Detection]) -> bool:
    return detections[node.detection].kind == "stuff" or is_uncounted(node)


def _places(things: Sequence[GraphNode], detections: Sequence[Detection]) -> dict[int, int]:
    """Detection of a node -> its place, counted from the left."""
    places: dict[int, int] = {}
    for label in {node.label for node in things}:
        same = sorted((n.detection for n in things if n.label == label), key=lambda index: _middle(detections[index]))
        if len(same) > 1:
            places.update({detection: place for place, detection in enumerate(same, 1)})
    return places


def _middle(detection: Detection) -> float:
    return detection.box.left + detection.box.right


def _capital(phrase: Phrase) -> Phrase:
    first, *rest = phrase
    return (replace(first, text=first.text[:1].upper() + first.text[1:]), *rest)


def _remoteness(said: Said, stuff: Sequence[GraphNode], detections: Sequence[Detection]) -> int:
    """2 between stuff; 1 of a thing with stuff that the middle of its lower edge is not in; else 0."""
    subject, _, other = said
    regions = [node for node in (subject, other) if node in stuff]
    if len(regions) != 1:
        return len(regions)
    thing = detections[(other if regions[0] is subject else subject).detection].box
    region = detections[regions[0].detection].box
    middle = (thing.left + thing.right) / 2
    return 0 if region.left <= middle <= region.right and region.top < thing.bottom <= region.bottom else 1
