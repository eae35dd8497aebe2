"""What a judge is asked: pairs of captions of one photo by two systems, drawn so that no system has an advantage."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, cycle

import numpy as np

from pipeline.errors import BadData
from pipeline.keys import key_of
from pipeline.text import tokenise

ID_LENGTH = 8
_LOOSE = re.compile(r"\s+(?=[.,;:!?)]|'\w|n't\b)")


@dataclass(frozen=True, slots=True)
class Question:
    """Two captions of one photo, first side and second side. `of` is the question that this one repeats, sides swapped;
    a question's id says nothing of the systems."""

    id: str
    photo: str
    systems: tuple[str, str]
    captions: tuple[str, str]
    of: str = ""


def questions(said: Mapping[str, Mapping[str, str]], count: int, repeats: int, seed: int) -> tuple[Question, ...]:
    """Draw `count` questions and `repeats` of them again, a third at most, in the order in which they are asked.

    Every two systems get equally many, to one, as long as there are photos of which they say different words; those
    asked about least come first; of two systems each is on either side equally often, to one. Repeats are of
    the first third and stand among the last third, so that nobody remembers what they said.

    Args:
        said: system -> photo -> caption.

    Raises:
        BadData: if there are not two systems, or no two captions of one photo differ.
    """
    generator = np.random.default_rng(seed)
    drawn = _drawn(said, count, generator)
    order = [drawn[place] for place in generator.permutation(len(drawn))]
    asked = [
        replace(question, id=key_of([seed, place, question.photo, question.captions])[:ID_LENGTH])
        for place, question in enumerate(order)
    ]
    again = [_swapped(asked[place]) for place in generator.permutation(len(asked) // 3)[:repeats]]
    start = len(asked) - len(asked) // 3
    last = [*asked[start:], *again]
    return (*asked[:start], *(last[place] for place in generator.permutation(len(last))))


def page_id(asked: Sequence[Question]) -> str:
    """The name of a page: that of what it asks, in its order."""
    return key_of([question.id for question in asked])[:ID_LENGTH]


def neat(caption: str) -> str:
    """A caption as all are shown: without loose spaces, with a capital and a full stop, by which else people or a
    program would be known."""
    text = _LOOSE.sub("", " ".join(caption.split()))
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _drawn(said: Mapping[str, Mapping[str, str]], count: int, generator: np.random.Generator) -> list[Question]:
    left = {pair: generator.permutation(_differing(said, pair)).tolist() for pair in _pairs(said, generator)}
    swap = {pair: bool(generator.integers(2)) for pair in left}
    used: Counter[str] = Counter()
    drawn: list[Question] = []
    for pair in cycle(left):
        if len(drawn) == count or not any(left.values()):
            break
        if left[pair]:
            photo = min(left[pair], key=used.__getitem__)
            left[pair].remove(photo)
            used[photo] += 1
            systems = pair[::-1] if swap[pair] else pair
            swap[pair] = not swap[pair]
            drawn.append(Question("", photo, systems, (neat(said[systems[0]][photo]), neat(said[systems[1]][photo]))))
    if not drawn:
        raise BadData(
            f"{' and '.join(sorted(said))} say the same of every photo, or nothing: there is nothing to judge"
        )
    return drawn


def _pairs(said: Mapping[str, object], generator: np.random.Generator) -> list[tuple[str, str]]:
    pairs = list(combinations(sorted(said), 2))
    if not pairs:
        raise BadData(f"a choice needs two systems, here is {' and '.join(said) or 'none'}: compare more plans")
    return [pairs[place] for place in generator.permutation(len(pairs))]


def _differing(said: Mapping[str, Mapping[str, str]], pair: tuple[str, str]) -> list[str]:
    """The photos of which two systems say different words: a full stop more is no choice."""
    one, other = (said[system] for system in pair)
    common = sorted(set(one) & set(other))
    return [photo for photo in common if tokenise(one[photo]) != tokenise(other[photo])]


def _swapped(question: Question) -> Question:
    return Question(
        id=key_of([question.id, "again"])[:ID_LENGTH],
        photo=question.photo,
        systems=question.systems[::-1],
        captions=question.captions[::-1],
        of=question.id,
    )
