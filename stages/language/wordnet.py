"""WordNet's sets of synonyms (Fellbaum 1998), out of the METEOR jar that pycocoevalcap ships, as SPICE uses them."""

import zipfile
from functools import cache

from pipeline.errors import MissingDependency
from stages.language import java

_SETS = "synonym/english.synsets"


def unavailable() -> str:
    """Why there is no WordNet here and what would help; empty where there is one."""
    here = java.shipped(java.METEOR)
    return "" if here else f"pycocoevalcap with its {java.METEOR} is not installed: pip install pycocoevalcap"


def synonymous(word: str, other: str) -> bool:
    """Whether two lemmas, lower case, are one or stand in one set, whatever their parts of speech.

    Raises:
        MissingDependency: where there is no WordNet.
    """
    return word == other or not _sets_of(word).isdisjoint(_sets_of(other))


def _sets_of(word: str) -> frozenset[str]:
    return frozenset(_sets().get(word.replace(" ", "_"), "").split())


@cache
def _sets() -> dict[str, str]:
    """Of each lemma, its sets as they are written: lines of lemmas and of their sets take turns."""
    jar = java.shipped(java.METEOR)
    if jar is None:
        raise MissingDependency(unavailable())
    with zipfile.ZipFile(jar) as content:
        lines = content.read(_SETS).decode("utf-8").splitlines()
    return dict(zip(lines[::2], lines[1::2], strict=True))
