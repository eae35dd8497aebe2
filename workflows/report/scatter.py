"""A chart of named marks: predictable to the right by the logarithm of perplexity, relevant at the top."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_LETTER, _LINE = 7.4, 16  # of a label, in the drawing's units
_FARTHEST = 8  # lines from a mark to its label


@dataclass(frozen=True, slots=True)
class Frame:
    """The drawing and, inside it, the edges of the plot."""

    width: int = 640
    height: int = 380
    left: int = 56
    right: int = 624
    top: int = 16
    bottom: int = 332
    radius: int = 6


FRAME = Frame()


@dataclass(frozen=True, slots=True)
class Mark:
    """A system's place in the drawing and that of its label; `anchor` is the side of the label that lies at `label_x`.

    `aside` is true of people and of systems that saw the truth, which are drawn hollow.
    """

    name: str
    perplexity: float
    relevance: float
    aside: bool
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str
    led: bool


@dataclass(frozen=True, slots=True)
class Scatter:
    """The marks, and (place, text) of the ticks of both axes."""

    marks: tuple[Mark, ...]
    across: tuple[tuple[float, str], ...]
    upwards: tuple[tuple[float, str], ...]


def scatter(systems: Sequence[tuple[str, float, float, bool]]) -> Scatter:
    """The drawing of (name, perplexity of 1 or more, relevance in [0, 1], aside), at least one."""
    logs, relevances = [math.log(each[1]) for each in systems], [each[2] for each in systems]
    low, high = _range(logs, 0.2)
    bottom, top = _range(relevances, 0.05)

    def x(log: float) -> float:
        return FRAME.right - (log - low) / (high - low) * (FRAME.right - FRAME.left)

    def y(relevance: float) -> float:
        return FRAME.bottom - (relevance - bottom) / (top - bottom) * (FRAME.bottom - FRAME.top)

    points = [(x(log), y(relevance)) for log, relevance in zip(logs, relevances, strict=True)]
    taken = [(px - FRAME.radius, py - FRAME.radius, px + FRAME.radius, py + FRAME.radius) for px, py in points]
    marks = []
    for (name, perplexity, relevance, aside), (px, py) in zip(systems, points, strict=True):
        places = list(_places(px, py))
        free = (place for place in places if _free(_box(name, *place[:3]), taken))
        label_x, label_y, anchor, led = next(free, places[0])
        taken.append(_box(name, label_x, label_y, anchor))
        marks.append(Mark(name, perplexity, relevance, aside, px, py, label_x, label_y, anchor, led))
    return Scatter(tuple(marks), _log_ticks(low, high, x), _ticks(bottom, top, y))


def _range(values: Sequence[float], least: float) -> tuple[float, float]:
    """From below the least to above the most value, so that no mark touches the frame; `least` where all are equal."""
    margin = max((max(values) - min(values)) * 0.12, least)
    return min(values) - margin, max(values) + margin


def _places(x: float, y: float) -> Iterator[tuple[float, float, str, bool]]:
    """Where a label may be: beside its mark, over or under it, then farther up and down, led to by a line."""
    near, middle = FRAME.radius + 5, 5
    yield x + near, y + middle, "start", False
    yield x - near, y + middle, "end", False
    yield x, y - near, "middle", False
    yield x, y + near + _LINE - middle, "middle", False
    for lines in range(1, _FARTHEST):
        for step in (-lines * _LINE, lines * _LINE):
            yield x + 2 * near, y + middle + step, "start", True
            yield x - 2 * near, y + middle + step, "end", True


def _box(name: str, x: float, y: float, anchor: str) -> tuple[float, float, float, float]:
    width = len(name) * _LETTER
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    return left, y - _LINE * 0.75, left + width, y + _LINE * 0.25


def _free(box: tuple[float, float, float, float], taken: Sequence[tuple[float, float, float, float]]) -> bool:
    left, top, right, bottom = box
    inside = left >= FRAME.left and right <= FRAME.width and top >= 0 and bottom <= FRAME.bottom
    return inside and all(
        right <= others[0] or others[2] <= left or bottom <= others[1] or others[3] <= top for others in taken
    )


def _log_ticks(low: float, high: float, place: Callable[[float], float]) -> tuple[tuple[float, str], ...]:
    """1, 2, 5, 10 ... or, where these are fewer than three, every digit, or every tenth of one."""
    for digits in ((1.0, 2.0, 5.0), tuple(range(1, 10)), tuple(tenth / 10 for tenth in range(10, 100))):
        values = [digit * 10**power for power in range(8) for digit in digits]
        ticks = tuple((place(math.log(v)), f"{v:,.4g}") for v in values if low <= math.log(v) <= high)
        if len(ticks) > 2:
            break
    return ticks


def _ticks(low: float, high: float, place: Callable[[float], float]) -> tuple[tuple[float, str], ...]:
    step = next(step for step in (0.02, 0.05, 0.1, 0.2, 0.5) if (high - low) / step <= 6)
    first, last = math.ceil(max(low, 0.0) / step), math.floor(min(high, 1.0) / step)
    return tuple((place(turn * step), f"{turn * step:.2f}") for turn in range(first, last + 1))
