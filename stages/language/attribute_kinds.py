"""Which adjectives can be seen in a box, of what kind they are, and which deny each other: `attributes.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from stages.language.synonyms import canonical, known

COLOUR, MATERIAL = "colour", "material"
WORN = (COLOUR, "pattern")
"""Kinds that are said of a wearer's clothes, never of the wearer."""
_NO_KINDS = ("version", "only", "worn")


@dataclass(frozen=True, slots=True)
class AttributeKinds:
    """The table, turned round.

    Attributes:
        kind: visible attribute -> colour, material, pattern, state, size or age.
        spelt: every word for one -> the attribute.
        denies: attribute -> the attributes that a thing said to have it can be taken not to have.
        wearers: labels whose colours and patterns are those of what they wear.
        garments: what is worn.
        only: attribute -> the labels of the table of synonyms that can have it; others are not named here.
    """

    version: int
    kind: Mapping[str, str]
    spelt: Mapping[str, str]
    denies: Mapping[str, frozenset[str]]
    wearers: frozenset[str]
    garments: frozenset[str]
    only: Mapping[str, frozenset[str]]


@cache
def attribute_kinds() -> AttributeKinds:
    """The shipped table, read once."""
    table = tomllib.loads(files("stages.language").joinpath("attributes.toml").read_text(encoding="utf-8"))
    kinds: dict[str, dict[str, Any]] = {name: part for name, part in table.items() if name not in _NO_KINDS}
    kind = {member: name for name, part in kinds.items() for member in part["members"]}
    said = {word: member for part in kinds.values() for member, words in part.get("says", {}).items() for word in words}
    return AttributeKinds(
        version=table["version"],
        kind=kind,
        spelt={member: member for member in kind} | said,
        denies={member: _denied(member, kinds[kind[member]]) for member in kind},
        wearers=frozenset(table["worn"]["by"]),
        garments=frozenset(table["worn"]["garments"]),
        only={member: frozenset(labels) for member, labels in table["only"].items()},
    )


def visible(word: str) -> str | None:
    """The visible attribute that an adjective names: "gray" for "grey" and "silver", None for "domestic"."""
    return attribute_kinds().spelt.get(canonical(word, "attributes"))


def kind(attribute: str) -> str | None:
    """Of what kind an attribute is, None for one that the table does not have."""
    return attribute_kinds().kind.get(visible(attribute) or "")


def denied(attribute: str) -> frozenset[str]:
    """The attributes that a thing said to have this one can be taken not to have, unless they are said of it, too."""
    return attribute_kinds().denies.get(attribute, frozenset())


def may_be(label: str, attribute: str) -> bool:
    """Whether a thing can have an attribute: no oven is young. Of labels that no table knows, all can be said."""
    only = attribute_kinds().only.get(visible(attribute) or "")
    return only is None or canonical(label) in only or not known(label)


def _denied(member: str, part: Mapping[str, Any]) -> frozenset[str]:
    others = set(part["members"]) - {member} if part.get("excludes") else set()
    others |= {other for pair in part.get("denies", ()) if member in pair for other in pair} - {member}
    return frozenset(others - {other for pair in part.get("alike", ()) if member in pair for other in pair})
