"""A chart of named marks: what costs little to the right, by its logarithm, and what gains much at the top."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_LETTER, _LINE = 7.4, 16  # of a label, in the drawing's units
_FARTHEST = 16  # lines from a mark to its label
_BOTH = math.sqrt(-2 * math.log(0.05)) / 1.96  # half axes that hold 95 % of two numbers, to those that hold it of one


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
NARROW = Frame(width=360, height=468, left=54, right=350, bottom=420)
"""For a telephone, where the labels keep their size and the plot does not: it is high enough for twenty."""

Interval: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """A system: a cost above 0, such as perplexity, a gain, such as relevance, and where each lies, 95 % sure.

    `together` is how the logarithm of the cost and the gain go together over resamples, their correlation; `shape` is
    circle, diamond, square or triangle; `aside` is true of people and of systems that saw the truth, drawn hollow.
    """

    name: str
    cost: float
    gain: float
    shape: str = "circle"
    aside: bool = False
    spread: tuple[Interval, Interval] | None = None
    together: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A system's place in the drawing and that of its label; `anchor` is the side of the label that lies at `label_x`.
    `ellipse` is where both numbers lie, (centre x, centre y, radii, degrees that the first radius is turned by)."""

    point: Point
    x: float
    y: float
    ellipse: tuple[float, float, float, float, float] | None
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


def scatter(points: Sequence[Point], frame: Frame = FRAME, most: float = 1.0) -> Scatter:
    """The drawing of one point or more; no tick is above `most`."""
    logs = [math.log(each) for point in points for each in (point.cost, *(point.spread or ((), ()))[0])]
    low, high = _range(logs, 0.2)
    bottom, top = _range([each for point in points for each in (point.gain, *(point.spread or ((), ()))[1])], 0.05)

    def x(log: float) -> float:
        return frame.right - (log - low) / (high - low) * (frame.right - frame.left)

    def y(gain: float) -> float:
        return frame.bottom - (gain - bottom) / (top - bottom) * (frame.bottom - frame.top)

    centres = [(x(math.log(point.cost)), y(point.gain)) for point in points]
    taken = [(px - frame.radius, py - frame.radius, px + frame.radius, py + frame.radius) for px, py in centres]
    marks = []
    for point, (px, py) in zip(points, centres, strict=True):
        places = list(_places(px, py, frame))
        free = (place for place in places if _free(_box(point.name, *place[:3]), taken, frame))
        label_x, label_y, anchor, led = next(free, places[0])
        taken.append(_box(point.name, label_x, label_y, anchor))
        marks.append(Mark(point, px, py, _ellipse(point, x, y), label_x, label_y, anchor, led))
    return Scatter(tuple(marks), _log_ticks(low, high, x), _ticks(bottom, min(top, most), y))


def _ellipse(
    point: Point, x: Callable[[float], float], y: Callable[[float], float]
) -> tuple[float, float, float, float, float] | None:
    """95 % of the normal distribution of two numbers with these intervals and this correlation; of one number that is
    known, the interval of the other."""
    if point.spread is None:
        return None
    fluent, dull = (x(math.log(bound)) for bound in point.spread[0])
    least, most = (y(bound) for bound in point.spread[1])
    across, high = abs(fluent - dull) / 2, abs(least - most) / 2
    centre = (fluent + dull) / 2, (least + most) / 2
    if not across or not high:
        return *centre, across, high, 0.0
    # Both axes of the drawing run against their numbers, hence the correlation is the same in it.
    shared = point.together * across * high
    spread, mean = math.hypot((across**2 - high**2) / 2, shared), (across**2 + high**2) / 2
    turn = math.degrees(math.atan2(2 * shared, across**2 - high**2) / 2)
    return *centre, _BOTH * math.sqrt(mean + spread), _BOTH * math.sqrt(max(mean - spread, 0.0)), turn


def _range(values: Sequence[float], least: float) -> tuple[float, float]:
    """From below the least to above the most value, so that no mark touches the frame; `least` where all are equal."""
    margin = max((max(values) - min(values)) * 0.12, least)
    return min(values) - margin, max(values) + margin


def _places(x: float, y: float, frame: Frame) -> Iterator[tuple[float, float, str, bool]]:
    """Where a label may be: beside its mark, over or under it, then farther up and down, led to by a line."""
    near, middle = frame.radius + 5, 5
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


def _free(
    box: tuple[float, float, float, float], taken: Sequence[tuple[float, float, float, float]], frame: Frame
) -> bool:
    left, top, right, bottom = box
    inside = left >= frame.left and right <= frame.width and top >= 0 and bottom <= frame.bottom
    return inside and all(
        right <= others[0] or others[2] <= left or bottom <= others[1] or others[3] <= top for others in taken
    )


def _log_ticks(low: float, high: float, place: Callable[[float], float]) -> tuple[tuple[float, str], ...]:
    """1, 2, 5, 10 ... or, where these are fewer than three, every digit, or every tenth of one."""
    for digits in ((1.0, 2.0, 5.0), tuple(range(1, 10)), tuple(tenth / 10 for tenth in range(10, 100))):
        values = [digit * 10**power for power in range(-6, 8) for digit in digits]
        ticks = tuple((place(math.log(v)), f"{v:,.4g}") for v in values if low <= math.log(v) <= high)
        if len(ticks) > 2:
            break
    return ticks


def _ticks(low: float, high: float, place: Callable[[float], float]) -> tuple[tuple[float, str], ...]:
    steps = (digit * 10.0**power for power in range(-2, 8) for digit in (1, 2, 5))
    step = next(step for step in steps if (high - low) / step <= 6)
    first, last = math.ceil(max(low, 0.0) / step), math.floor(high / step)
    return tuple((place(turn * step), f"{turn * step:,.{2 if step < 1 else 0}f}") for turn in range(first, last + 1))
