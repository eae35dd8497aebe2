"""What a photo's captions teach: which triplet is right, and how many of them name each value."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pipeline.records import Array
from stages.language.meaning import Meaning
from stages.triplets._values import Place, Values


def agreed(said: Sequence[Place], sizes: tuple[int, int, int]) -> Place:
    """Of a photo's triplets the one whose elements are said most, in all; of equals the one said first.

    That somebody is silent about the action or the scene is no vote: things act somewhere also where nobody says so.
    """
    silent = (-1, sizes[1] - 1, sizes[2] - 1)
    votes = [Counter(triplet[role] for triplet in said if triplet[role] != silent[role]) for role in range(3)]
    return max(said, key=lambda triplet: sum(count[at] for count, at in zip(votes, triplet, strict=True)))


def fullest(said: Sequence[Place], sizes: tuple[int, int, int]) -> list[Place]:
    """The distinct triplets without those that only say less than another of them."""
    silent = (-1, sizes[1] - 1, sizes[2] - 1)

    def covers(full: Place, other: Place) -> bool:
        return all(theirs in (mine, none) for mine, theirs, none in zip(full, other, silent, strict=True))

    distinct = list(dict.fromkeys(said))
    return [one for one in distinct if not any(full != one and covers(full, one) for full in distinct)]


def shares(told: Sequence[Sequence[Sequence[Meaning]]], values: Values) -> Array:
    """(photos, values): the share of a photo's captions that name each value, roles one after the other."""
    taught = np.zeros((len(told), sum(values.sizes)))
    starts = (0, values.sizes[0], values.sizes[0] + values.sizes[1])
    for row, captions in zip(taught, told, strict=True):
        for caption in captions:
            places = values.places(caption)
            named = {start + triplet[role] for triplet in places for role, start in enumerate(starts)}
            row[sorted(named)] += 1 / len(captions)
    return taught
