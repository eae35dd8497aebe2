"""Words that mean the same, merged to one canonical word each by the table `synonyms.toml`."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

Kind = Literal["objects", "attributes", "prepositions"]
_KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Synonyms:
    """The table, turned round: `canonical[kind][word]` is the canonical word, `broader[word]` a wider object."""

    version: int
    canonical: Mapping[str, Mapping[str, str]]
    broader: Mapping[str, str]
    groups: frozenset[str]
    quantifiers: frozenset[str]
    mass: frozenset[str]
    plural_only: frozenset[str]
    spelt_out: frozenset[str]
    spoken: Mapping[str, str]
    worn: Mapping[str, str]
    plurals: Mapping[str, str]


@cache
def synonyms() -> Synonyms:
    """The shipped table, read once."""
    table = tomllib.loads(files("stages.language").joinpath("synonyms.toml").read_text(encoding="utf-8"))
    return Synonyms(
        version=table["version"],
        canonical={kind: _turned_round(table[kind]) for kind in _KINDS},
        broader=_turned_round(table["broader"]),
        groups=frozenset(table["groups"]),
        quantifiers=frozenset(table["quantifiers"]),
        mass=frozenset(table["mass"]),
        plural_only=frozenset(table["plural_only"]),
        spelt_out=frozenset(table["spelt_out"]),
        spoken=table["spoken"],
        worn=table["worn"],
        plurals=table["plurals"],
    )


def canonical(word: str, kind: Kind = "objects") -> str:
    """The canonical word for a word (a lemma) or a label; an unknown one stands for itself, in plain words."""
    plain = _plain(word)
    return synonyms().canonical[kind].get(plain, plain)


def known(word: str, kind: Kind = "objects") -> bool:
    """Whether the table has the word."""
    return _plain(word) in synonyms().canonical[kind]


def spoken(label: str) -> str:
    """The words for a label in a sentence: "tv" for "tvmonitor", "traffic light" for "Traffic_light"; most labels stand
    for themselves."""
    plain = _plain(label)
    return synonyms().spoken.get(plain, plain)


def worn(label: str, attribute: str) -> str | None:
    """What a person of this attribute is in: "red", "stripes"; None for other labels and attributes."""
    return synonyms().worn.get(attribute) if canonical(label) == "person" else None


def match(word: str, labels: Iterable[str], kind: Kind = "objects") -> str | None:
    """The label of a label set that a word names, None where none does.

    Itself, else the first label with the same canonical word, else the first that means something broader. So "plane"
    finds "aeroplane" among Pascal's labels and "airplane" among COCO's, and "duck" finds "bird" where there is no duck.
    """
    names = tuple(labels)
    if word in names:
        return word
    same = canonical(word, kind)
    broader = synonyms().broader.get(same) if kind == "objects" else None
    by_meaning = {canonical(name, kind): name for name in reversed(names)}
    return by_meaning.get(same) or (by_meaning.get(broader) if broader else None)


def meaning(label: str) -> frozenset[str]:
    """The label, and every word of the table that names it as in `match`."""
    same, table = canonical(label), synonyms()
    names = {same, *(word for word, broader in table.broader.items() if broader == same)}
    return frozenset({label, *names, *(word for word, name in table.canonical["objects"].items() if name in names)})


def _plain(label: str) -> str:
    """A label in small letters and spaces."""
    return label.lower().replace("_", " ")


def _turned_round(groups: Mapping[str, Any]) -> dict[str, str]:
    return {word: name for name, words in groups.items() for word in (name, *words)}
