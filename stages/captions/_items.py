"""The noun phrases of a sentence: what of one kind a photo shows, with its number and its attribute."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.records import Evidence, GraphNode
from stages.captions._phrases import Meaning, Phrase, described, is_uncounted, words
from stages.language.inflection import article, is_plural_only, number
from stages.language.synonyms import spoken

INDEFINITE, DEFINITE, BARE = "a", "the", "~"
"""How a noun phrase begins: "a dog", "two dogs", "some grass"; "the dog"; "grass"."""
MOST_COUNTED = 3
"""More than these are "several": detectors miss some of a crowd, and people do not count it."""


@dataclass(frozen=True, slots=True)
class Item:
    """Nodes of one label, said together.

    Attributes:
        nodes: the surest first.
        name: what the label is called, in the singular.
        stuff: whether it is a region rather than things.
        attribute: what is said of it, None for nothing.
        chance: that a caption speaks of it.
    """

    nodes: tuple[GraphNode, ...]
    name: str
    stuff: bool = False
    attribute: str | None = None
    chance: float = 1.0

    @property
    def label(self) -> str:
        return self.nodes[0].label

    @property
    def number(self) -> Literal["one", "many", "mass"]:
        if is_uncounted(self._node):
            return "mass"
        return "many" if len(self.nodes) > 1 else "one"

    @property
    def is_plural(self) -> bool:
        return self.number == "many" or is_plural_only(self.name)

    @property
    def _node(self) -> GraphNode:
        return replace(self.nodes[0], label=self.name, attribute=self.attribute)

    @property
    def content(self) -> Phrase:
        """The words that have a meaning of their own: "brown dog", "people in red", "grass"."""
        return described(self._node, several=self.number == "many")

    def phrase(self, begin: str) -> Phrase:
        """ "a brown dog", "two people in red", "several people", "some grass", "the grass", "grass"."""
        phrase = self.content
        node = self.nodes[0]
        why = Evidence("detection", detection=node.detection, terms=node.terms)
        if begin == DEFINITE:
            return (*words("the", why), *phrase)
        if self.number == "many":
            count = len(self.nodes)
            return (*words(number(count) if count <= MOST_COUNTED else "several", why), *phrase)
        if self.number == "one":
            return (*words(article(phrase[0].text), why), *phrase)
        return phrase if begin == BARE else (*words("some", why), *phrase)


def grouped(meant: Meaning) -> list[Item]:
    """What a photo shows, one item a label: things first, the surest first; an attribute only where all share it."""
    items: list[Item] = []
    for nodes, stuff in ((meant.things, False), (meant.stuff, True)):
        for label in dict.fromkeys(node.label for node in nodes):
            same = tuple(node for node in nodes if node.label == label)
            items.append(Item(same, spoken(label), stuff, _shared(same)))
    return items


def _shared(nodes: Sequence[GraphNode]) -> str | None:
    attributes = {node.attribute for node in nodes}
    return nodes[0].attribute if len(attributes) == 1 else None
