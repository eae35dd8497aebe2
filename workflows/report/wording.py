"""How a system words what it says: how long its captions are, how many words it knows, and which it likes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from pipeline.text import tokenise

LONGEST = 30
"""Captions of more words stand with those of so many."""
MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Wording:
    """`lengths` and `theirs` are shares of captions, the system's and people's, of 1, 2 ... LONGEST words.

    `mean` and `their_mean` are words a caption; `different` counts different words, `words` all; `liked` are the words
    whose share of its words is most above their share of people's, (word, per thousand, people's per thousand);
    `alone` those that no other system said, where there are others, with how often.
    """

    mean: float
    their_mean: float | None
    words: int
    different: int
    lengths: tuple[float, ...]
    theirs: tuple[float, ...]
    liked: tuple[tuple[str, float, float], ...]
    alone: tuple[tuple[str, int], ...]


def wording(captions: Sequence[str], references: Iterable[str], others: Iterable[str]) -> Wording | None:
    """That of one system's captions beside people's and the other systems'; None where it never said a word."""
    said, people = _counted(captions), _counted(references)
    if not said.words:
        return None
    elsewhere = _counted(others).words.keys()
    own, total = said.words.total(), people.words.total() or 1
    shares = [(word, 1000 * count / own, 1000 * people.words[word] / total) for word, count in said.words.items()]
    shares.sort(key=lambda share: (share[2] - share[1], share[0]))
    alone = sorted((-count, word) for word, count in said.words.items() if word not in elsewhere)
    return Wording(
        mean=fmean(said.lengths),
        their_mean=fmean(people.lengths) if people.lengths else None,
        words=own,
        different=len(said.words),
        lengths=_shares(said.lengths),
        theirs=_shares(people.lengths),
        liked=tuple(share for share in shares[:MOST_WORDS] if share[1] > share[2]) if people.words else (),
        alone=tuple((word, -count) for count, word in alone[:MOST_WORDS]) if elsewhere else (),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    words: Counter[str]
    lengths: list[int]


def _counted(texts: Iterable[str]) -> _Counted:
    tokens = [tokenise(text) for text in texts]
    return _Counted(Counter(word for words in tokens for word in words), [len(words) for words in tokens])


def _shares(lengths: Sequence[int]) -> tuple[float, ...]:
    counts = Counter(min(max(length, 1), LONGEST) for length in lengths)
    return tuple(counts[length] / len(lengths) for length in range(1, LONGEST + 1)) if lengths else ()
