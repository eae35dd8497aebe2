"""Concepts: the content words that people use most of photos (Wu et al. 2016, section 3.1).

The paper takes the 256 most frequent words of the training captions, of any part of speech, leaves closed-class words
out, and merges plurals and tenses by hand. Here tense and plural go by the base form; what is left to a hand is in the
versioned file `concept_edits.toml`, or one of your own, and every edit that changed a count is kept in `edits_`.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Array, Truth
from pipeline.stage import Resource, Resources
from stages.language.english import Parse, parse
from stages.resources.parses import Parses

OPEN_CLASSES = ("NN", "VB", "JJ", "RB")
"""How the Penn tags of nouns, verbs, adjectives and adverbs begin."""


@dataclass(frozen=True, slots=True)
class ConceptsConfig:
    """How many, and what is edited."""

    count: int = option(256, "concepts at most: the most frequent", low=1, high=100_000)
    min_photos: int = option(5, "training photos that a concept is said of, at least", low=1)
    edits: str = option("", "TOML file of edits in place of the project's own", file=True)


class Concepts(Resource[ConceptsConfig]):
    """Names of concepts, most frequent first.

    Attributes:
        names_: the concepts, base forms in lower case.
        counts_: how often the training captions say each.
        edits_: (word, what became of it, occurrences): the edits that were applied, most frequent first; "" where the
            word was dropped.
        merges_, drops_: the edits themselves, and the plurals known, so that captions are read later as they were
            counted.
    """

    name: ClassVar[str] = "concepts"
    config_type = ConceptsConfig

    names_: tuple[str, ...]
    counts_: tuple[int, ...]
    edits_: tuple[tuple[str, str, int], ...]
    merges_: dict[str, str]
    drops_: tuple[str, ...]

    def uses(self) -> tuple[str, ...]:
        return (Parses.name,)

    def fit(self, truth: Sequence[Truth], resources: Resources) -> Self:
        """Count the content words of all captions.

        Raises:
            BadData: if no word is said of enough photos, or the edits are not in their format.
        """
        vars(self).pop("_places", None)
        merges, self.drops_ = _edits(self.config.edits)
        self.merges_ = _plurals(resources.of(Parses).forms_, merges) | merges
        dropped = frozenset(self.drops_)
        counts, photos, edits = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
        for captions in resources.of(Parses).photos():
            here = set()
            for word in (word for caption in captions for word in _content(caption)):
                name = self.merges_.get(word, word)
                if name in dropped:
                    edits[word, ""] += 1
                    continue
                if name != word:
                    edits[word, name] += 1
                counts[name] += 1
                here.add(name)
            photos.update(here)
        known = [name for name in counts if photos[name] >= self.config.min_photos]
        if not known:
            raise BadData(
                f"no content word is said of {self.config.min_photos} training photos ({len(counts)} different ones"
                " seen): lower concepts:min_photos or give more captions"
            )
        self.names_ = tuple(sorted(known, key=lambda name: (-counts[name], name))[: self.config.count])
        self.counts_ = tuple(counts[name] for name in self.names_)
        ranked = sorted(edits.items(), key=lambda edit: (-edit[1], edit[0]))
        self.edits_ = tuple((word, name, count) for (word, name), count in ranked)
        return self

    def __len__(self) -> int:
        return len(self.names_)

    def said(self, captions: Iterable[Parse]) -> frozenset[int]:
        """The concepts that any of some captions says, as places among the names."""
        words = {self.merges_.get(word, word) for parse in captions for word in _content(parse)}
        return frozenset(self._places[word] for word in words if word in self._places)

    def named(self, truth: Sequence[Truth]) -> Array:
        """(photos, concepts) bool: whether any caption of a photo says a concept.

        Captions are parsed, not looked up among the training parses, since `tune` has none there.
        """
        parses = iter(parse(caption for item in truth for caption in item.captions))
        rows = np.zeros((len(truth), len(self)), dtype=bool)
        for row, item in zip(rows, truth, strict=True):
            row[sorted(self.said([next(parses) for _ in item.captions]))] = True
        return rows

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.names_)}


def captioned(truth: Sequence[Truth], learner: str) -> list[int]:
    """The places of the photos of which something is said; of the others nobody knows what they lack.

    Raises:
        BadData: if there is none.
    """
    places = [place for place, item in enumerate(truth) if item.captions]
    if not places:
        raise BadData(f"no training photo has a caption, so {learner} cannot learn: give captions to some")
    return places


def _content(parse: Parse) -> Iterator[str]:
    """The base forms of a caption's open-class words; auxiliaries, numerals and punctuation are none."""
    for word, tag, dependency in zip(parse.lemmas, parse.tags, parse.dependencies, strict=True):
        spelt = word.replace("-", "").replace("'", "").isalpha()
        if tag.startswith(OPEN_CLASSES) and dependency not in ("aux", "auxpass") and spelt:
            yield word


def _plurals(forms: Iterable[tuple[str, str, str]], merges: Mapping[str, str]) -> dict[str, str]:
    """plural -> name: at the beginning of a sentence a tagger takes "Dogs" for a name, which has no base form."""
    return {word: merges.get(lemma, lemma) for word, lemma, tag in sorted(forms) if tag == "NNS" and word != lemma}


def _edits(path: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """variant -> name, and the words that are dropped."""
    try:
        shipped = files("stages.resources").joinpath("concept_edits.toml")
        table: dict[str, Any] = tomllib.loads((Path(path) if path else shipped).read_text(encoding="utf-8"))
        merges = {variant: str(name) for name, variants in table["merge"].items() for variant in list(variants)}
        drops = tuple(sorted({str(word) for word in table["drop"]}))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BadData(
            f"edits of concepts {path!r} cannot be used ({type(error).__name__}: {error}): they should be a TOML file"
            ' with drop = ["word"] and a table [merge] with lines such as man = ["guy"]'
        ) from None
    return merges, drops
