"""How people speak of objects: psi(attr, obj; textPr) and psi(obj, prep, obj; textPr) of Kulkarni et al. 2011.

The paper mines Flickr descriptions by dependency parses (precise, sparse) and mixes in Google's hits of the phrases
"brown dog" and "dog on grass" (noisy, broad). Here both come from the training captions, which are all that may be
known: parses on one side; on the other the phrases, read off the order of the words whatever the parse says.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self, TypeAlias

import numpy as np

from pipeline.config import option
from pipeline.records import Array, Truth
from pipeline.stage import Resource, Resources
from stages.language.english import Parse
from stages.language.facts import attribute_before, facts, reduced
from stages.language.synonyms import canonical
from stages.resources.parses import Parses

NONE = ""
"""The attribute of an object mentioned without any."""
Said: TypeAlias = tuple[Iterable[tuple[str, str]], Iterable[tuple[str, str, str]]]
"""(attribute, object) with NONE for an object without, and (object, preposition, object)."""


@dataclass(frozen=True, slots=True)
class TextStatisticsConfig:
    """The mix of the two sources, and how much a rare object borrows from all others."""

    phrases: float = option(0.3, "weight of the phrase counts; the parsed counts have the rest", low=0.0, high=1.0)
    prior: float = option(5.0, "mentions at which an object's own counts weigh as much as the average's", low=0.01)


class TextStatistics(Resource[TextStatisticsConfig]):
    """Counts of attributes and prepositions with their objects in the training captions, and the potentials of them.

    Every potential lies in [0, 1]: the smoothed share of what is said of an object (an attribute or none), or of the
    relations stated between two objects, that says this. Synonyms are merged in captions and questions alike: psi of
    "puppy" is psi of "dog".

    Attributes:
        attributes_: for parses and for phrases: object -> attribute -> mentions.
        relations_: for parses and for phrases: subject -> object -> preposition -> mentions.
    """

    name: ClassVar[str] = "text_statistics"
    version: ClassVar[int] = 2
    config_type = TextStatisticsConfig

    attributes_: tuple[dict[str, dict[str, int]], ...]
    relations_: tuple[dict[str, dict[str, dict[str, int]]], ...]

    def uses(self) -> tuple[str, ...]:
        return (Parses.name,)

    def fit(self, truth: Sequence[Truth], resources: Resources) -> Self:
        parses = resources.of(Parses)
        counts = [_count(parses, read) for read in (parsed, phrases)]
        self.attributes_, self.relations_ = tuple(a for a, _ in counts), tuple(r for _, r in counts)
        vars(self).pop("_sources", None)
        return self

    def attributes(self, labels: Sequence[str], attributes: Sequence[str]) -> Array:
        """psi(attr, obj): of what is said of an object, the share that is an attribute; NONE: that it is named without.

        Returns:
            (labels, attributes) array.
        """
        nouns = [canonical(label) for label in labels]
        names = [canonical(attribute, "attributes") for attribute in attributes]
        return self._mixed([source.attributes(nouns, names, self.config.prior) for source in self._sources])

    def relations(self, labels: Sequence[str], prepositions: Sequence[str]) -> Array:
        """psi(obj, prep, obj): of the relations stated between two objects, either way round, the share that says
        "first preposition second".

        Returns:
            (first labels, second labels, prepositions) array.
        """
        nouns = [canonical(label) for label in labels]
        names = [canonical(preposition, "prepositions") for preposition in prepositions]
        return self._mixed([source.relations(nouns, names, self.config.prior) for source in self._sources])

    @cached_property
    def _sources(self) -> tuple["_Source", ...]:
        return tuple(_Source(*pair) for pair in zip(self.attributes_, self.relations_, strict=True))

    def _mixed(self, shares: Sequence[Array]) -> Array:
        precise, broad = shares
        mixed: Array = (1 - self.config.phrases) * precise + self.config.phrases * broad
        return mixed


def parsed(parse: Parse) -> Said:
    """What the dependencies of a caption say."""
    said = facts(parse)
    pairs = [(attribute, mention.label) for mention in said.objects for attribute in mention.attributes or (NONE,)]
    return pairs, said.relations


def phrases(parse: Parse) -> Said:
    """What the order of a caption's words says: adjective before noun; noun, preposition, noun with nothing between
    them but function words, adjectives and verbs."""
    words = list(reduced(parse))
    pairs = [(attribute_before(parse, at) or NONE, name) for at, kind, name in words if kind == "noun"]
    triples = zip(words, words[1:], words[2:], strict=False)
    shape = ["noun", "preposition", "noun"]
    return pairs, [(a[2], b[2], c[2]) for a, b, c in triples if [a[1], b[1], c[1]] == shape]


class _Source:
    """One source's counts with their sums."""

    def __init__(
        self, attributes: Mapping[str, Mapping[str, int]], relations: Mapping[str, Mapping[str, Mapping[str, int]]]
    ) -> None:
        self.attributes_of, self.relations_of = attributes, relations
        self.by_attribute: dict[str, int] = defaultdict(int)
        self.by_object: dict[str, int] = {noun: sum(counts.values()) for noun, counts in attributes.items()}
        for counts in attributes.values():
            for attribute, count in counts.items():
                self.by_attribute[attribute] += count
        self.mentioned = sum(self.by_object.values())
        self.by_preposition: dict[str, int] = defaultdict(int)
        self.of_subject: dict[tuple[str, str], int] = defaultdict(int)  # (subject, preposition), "" for any preposition
        self.of_object: dict[tuple[str, str], int] = defaultdict(int)  # (object, preposition)
        for subject, others in relations.items():
            for other, counts in others.items():
                for preposition, count in counts.items():
                    for name in (preposition, ""):
                        self.by_preposition[name] += count
                        self.of_subject[subject, name] += count
                        self.of_object[other, name] += count

    def attributes(self, nouns: Sequence[str], names: Sequence[str], prior: float) -> Array:
        """(nouns, names): smoothed shares."""
        counts = _table(nouns, names, lambda noun, name: self.attributes_of.get(noun, {}).get(name, 0))
        said = _table(nouns, [""], lambda noun, _: self.by_object.get(noun, 0))
        average = _table([""], names, lambda _, name: self.by_attribute.get(name, 0)) / max(self.mentioned, 1)
        return (counts + prior * average) / (said + prior)

    def relations(self, nouns: Sequence[str], names: Sequence[str], prior: float) -> Array:
        """(subjects, objects, names): smoothed shares. A pair of objects of which little is said borrows from what is
        said of either with anything; that, where it is little, from what is said of all."""
        counts = np.zeros((len(nouns), len(nouns), len(names)))
        stated = np.zeros((len(nouns), len(nouns)))
        for i, subject in enumerate(nouns):
            others = self.relations_of.get(subject, {})
            for j, other in enumerate(nouns):
                if other in others:
                    counts[i, j] = [others[other].get(name, 0) for name in names]
                    stated[i, j] = sum(others[other].values())
        same = _table(nouns, nouns, lambda one, other: one == other) > 0
        either = stated + np.where(same, 0.0, stated.T)  # (subjects, objects)
        of_subject = self._shares(self.of_subject, nouns, names, prior)  # (nouns, names)
        of_object = self._shares(self.of_object, nouns, names, prior)  # (nouns, names)
        expected = (of_subject[:, None, :] + of_object[None, :, :]) / 2  # (subjects, objects, names)
        # Half of the prior: the other half is for the opposite direction.
        return (counts + prior / 2 * expected) / (either + prior)[:, :, None]

    def _shares(
        self, sums: Mapping[tuple[str, str], int], nouns: Sequence[str], names: Sequence[str], prior: float
    ) -> Array:
        """(nouns, names): of the relations stated of a noun on one side, the smoothed share of each preposition."""
        average = _table([""], names, lambda _, name: self.by_preposition.get(name, 0))  # (1, names)
        counts = _table(nouns, names, lambda noun, name: sums.get((noun, name), 0))
        said = _table(nouns, [""], lambda noun, _: sums.get((noun, ""), 0))  # (nouns, 1)
        return (counts + prior * average / max(self.by_preposition.get("", 0), 1)) / (said + prior)


def _count(
    parses: Iterable[Parse], read: Callable[[Parse], Said]
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, dict[str, int]]]]:
    attributes: dict[str, dict[str, int]] = {}
    relations: dict[str, dict[str, dict[str, int]]] = {}
    for parse in parses:
        pairs, triples = read(parse)
        for attribute, noun in pairs:
            counts = attributes.setdefault(noun, {})
            counts[attribute] = counts.get(attribute, 0) + 1
        for subject, preposition, other in triples:
            counts = relations.setdefault(subject, {}).setdefault(other, {})
            counts[preposition] = counts.get(preposition, 0) + 1
    return attributes, relations


def _table(rows: Sequence[str], columns: Sequence[str], value: Callable[[str, str], float]) -> Array:
    values = [[value(row, column) for column in columns] for row in rows]
    return np.array(values, dtype=np.float64).reshape(len(rows), len(columns))
