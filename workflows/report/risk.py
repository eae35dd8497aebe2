"""Risk-coverage curves as one drawing that needs nothing else: what is left out first, and what that gains."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import cycle

WIDTH, HEIGHT = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 56, 480, 16, 332
MOST_POINTS = 200
_LINE, _LETTER = 18, 7
_NAMES = RIGHT + 46
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#c9709f", "#c08400", "#3a97cf")
"""Okabe and Ito's, told apart by all; the last three darker, so that each has a contrast of 3 on white and on black."""
_DASHES = ("none", "7 4", "2 3")
_RULE = 'stroke="currentColor" opacity=".15"'


@dataclass(frozen=True, slots=True)
class Curve:
    """A system's risk (share of captions not good) of its k surest captions for k = 1 ... all, and that of an order
    that knows which are good."""

    name: str
    risks: tuple[float, ...]
    best: tuple[float, ...]


def risk_chart(curves: Sequence[Curve]) -> str:
    """An SVG element of its own: coverage across, risk upwards, a line a system with its oracle's pale beneath it.

    Where a line ends, at full coverage, is what the system risks without any confidence. It takes the colour of the
    text around it, and has neither script nor style.
    """
    parts = []
    for tenth in range(0, 11, 2):
        x, y = _x(tenth / 10), _y(tenth / 10)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM}" {_RULE}/>')
        parts.append(f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" {_RULE}/>')
        parts.append(f'<text x="{x:.1f}" y="{BOTTOM + 17}" text-anchor="middle">{tenth / 10:.1f}</text>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>')
    parts.append(f'<text x="{RIGHT}" y="{HEIGHT - 8}" text-anchor="end">share of photos described, surest first</text>')
    parts.append(f'<text transform="rotate(-90)" x="-{TOP}" y="13" text-anchor="end">risk: share not good</text>')
    colours = cycle(_COLOURS)
    for place, curve in enumerate(curves):
        colour, dash = next(colours), _DASHES[(place + place // len(_COLOURS)) % len(_DASHES)]
        name, y = escape(curve.name), TOP + 12 + place * _LINE
        drawn = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
        parts.append(f'<polyline points="{_points(curve.best)}" {drawn} opacity=".35"/>')
        parts.append(f'<polyline points="{_points(curve.risks)}" {drawn}><title>{name}</title></polyline>')
        parts.append(f'<polyline points="{RIGHT + 16},{y - 4} {RIGHT + 40},{y - 4}" {drawn}/>')
        parts.append(f'<text x="{_NAMES}" y="{y}">{name}</text>')
    told = " ".join(
        f"{escape(one.name)}: risk {_half(one.risks):.2f} at half, {one.risks[-1]:.2f} at all." for one in curves
    )
    longest = max((len(curve.name) for curve in curves), default=0)
    width, height = max(WIDTH, _NAMES + longest * _LETTER), max(HEIGHT, TOP + 12 + len(curves) * _LINE)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<title>Risk against coverage, one line a system; pale: an oracle's</title><desc>{told}</desc>"
        f'<g fill="currentColor" font-size="12" font-family="system-ui, sans-serif">{"".join(parts)}</g></svg>'
    )


def _points(values: Sequence[float]) -> str:
    """At most MOST_POINTS of a curve, its last among them."""
    total = len(values)
    shown = min(total, MOST_POINTS)
    places = [(turn + 1) * total // shown for turn in range(shown)]
    return " ".join(f"{_x(place / total):.1f},{_y(values[place - 1]):.1f}" for place in places)


def _half(values: Sequence[float]) -> float:
    return values[(len(values) + 1) // 2 - 1]


def _x(coverage: float) -> float:
    return LEFT + coverage * (RIGHT - LEFT)


def _y(risk: float) -> float:
    return BOTTOM - risk * (BOTTOM - TOP)
