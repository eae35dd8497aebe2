"""Likeness of nouns by WordNet (Lin 1998): 2 IC(what both are) / (IC(one) + IC(other)), with Brown's counts for IC."""

from functools import cache
from typing import Any

from pipeline.errors import MissingDependency

_REMEDY = "install it with `pip install nltk` and `python -m nltk.downloader wordnet wordnet_ic`, or say similarity="
_COUNTS = "ic-brown.dat"
_SENSES = 3


def check() -> None:
    """Refuse to go on where WordNet is not installed.

    Raises:
        MissingDependency: naming what is missing and how to get it.
    """
    _wordnet()


@cache
def lin(one: str, other: str) -> float:
    """How alike two nouns are, 0 to 1: the most of any of their first three senses; 0 where WordNet lacks either."""
    wordnet, counts = _wordnet()
    if one == other:
        return 1.0
    senses = [wordnet.synsets(word.replace(" ", "_"), pos=wordnet.NOUN)[:_SENSES] for word in (one, other)]
    alike = [first.lin_similarity(second, counts) for first in senses[0] for second in senses[1]]
    return min(max([0.0, *map(float, alike)]), 1.0)


@cache
def _wordnet() -> tuple[Any, Any]:
    """WordNet and the information content of its senses."""
    try:
        from nltk.corpus import wordnet, wordnet_ic
    except ImportError:
        raise MissingDependency(f"similarity=lin needs nltk, which is not installed: {_REMEDY}distributional") from None
    try:
        wordnet.ensure_loaded()
        return wordnet, wordnet_ic.ic(_COUNTS)
    except LookupError:
        raise MissingDependency(
            f"similarity=lin needs nltk's data wordnet and wordnet_ic ({_COUNTS}), which are not installed:"
            f" {_REMEDY}distributional"
        ) from None
