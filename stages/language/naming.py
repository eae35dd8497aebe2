"""The words that a sentence may name a label with."""

from collections.abc import Iterable

from stages.language.inflection import plural
from stages.language.synonyms import meaning, spoken


def naming(label: str, words: Iterable[str]) -> frozenset[str]:
    """Those of some words that name a label as in `stages.language.synonyms.match`, in singular or plural: "man",
    "women" and "people" name a person. A label of several words is named by its last one, too: "light"."""
    nouns = {*meaning(label), spoken(label).split(" ")[-1]}
    return frozenset(words) & (nouns | {plural(noun) for noun in nouns})
