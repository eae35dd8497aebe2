"""Photos as small links to their own views: those of the highest and lowest numbers, and those in the middle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo's id, (who, words) said of it, and the number that chose it."""

    id: str
    said: tuple[tuple[str, str], ...]
    value: float


def most(values: Mapping[int, float], ids: Sequence[str], least: bool = False) -> list[int]:
    """The places of the highest values (of the lowest if `least`), equals by the photo's id."""
    sign = 1 if least else -1
    return sorted(values, key=lambda place: (sign * values[place], ids[place]))[:MOST_SHOWN]


def typical(values: Mapping[int, float], ids: Sequence[str]) -> list[int]:
    """The places nearest to the median, in the order of their values."""
    ranked = sorted(values, key=lambda place: (values[place], ids[place]))
    start = max(0, (len(ranked) - MOST_SHOWN) // 2)
    return ranked[start : start + MOST_SHOWN]
