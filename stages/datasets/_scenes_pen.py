"""A pen that paints shapes in the unit square of one object onto a canvas of double resolution, and keeps its mask.

Only whole-pixel primitives are painted; smooth edges come from halving the canvas afterwards, in integers. Equal
photos on every machine follow from that.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from pipeline.records import Array

SIDE = 224
"""Width and height of a photo in pixels."""
FINE = 2 * SIDE
"""Width and height of the canvas that is painted on, in half pixels."""

Colour: TypeAlias = tuple[int, int, int]
Points: TypeAlias = Sequence[tuple[float, float]]

PALETTE: dict[str, Colour] = {
    "red": (203, 34, 38),
    "orange": (240, 130, 28),
    "yellow": (242, 212, 44),
    "green": (38, 140, 58),
    "blue": (40, 84, 204),
    "purple": (126, 52, 164),
    "pink": (246, 142, 188),
    "brown": (124, 74, 38),
    "black": (34, 34, 38),
    "white": (244, 244, 242),
    "grey": (136, 137, 142),
}
SKIN: tuple[Colour, ...] = ((240, 196, 160), (214, 160, 120), (150, 100, 68), (98, 64, 44))
HAIR: tuple[Colour, ...] = ((40, 30, 26), (92, 58, 30), (196, 150, 70), (120, 40, 20))
GLASS: Colour = (176, 208, 224)
DARK: Colour = (30, 30, 34)
WOOD: Colour = (110, 72, 42)


def shade(colour: Colour, percent: int) -> Colour:
    """The colour made darker (below 100) or lighter (above)."""
    red, green, blue = (min(255, channel * percent // 100) for channel in colour)
    return red, green, blue


class Pen:
    """Paints in the unit square: (0, 0) its top left corner, (1, 1) its bottom right, y downwards.

    `left`, `top`, `width` and `height` place the square on the canvas, in half pixels; `mirrored` flips left and
    right; `mask` is 255 where anything was painted, `body` where the pattern of the object may go.
    """

    def __init__(self, canvas: Array, left: int, top: int, width: int, height: int, mirrored: bool = False) -> None:
        import cv2

        self._cv2: Any = cv2
        self.canvas = canvas
        self.left, self.top, self.width, self.height = left, top, width, height
        self.mirrored = mirrored
        self.mask = np.zeros(canvas.shape[:2], dtype=np.uint8)
        self.body = np.zeros_like(self.mask)

    def polygon(self, points: Points, colour: Colour, body: bool = False) -> None:
        """A filled polygon."""
        corners = np.array([self._at(x, y) for x, y in points], dtype=np.int32)
        for target, value in self._targets(colour, body):
            self._cv2.fillPoly(target, [corners], value)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, body: bool = False) -> None:
        """A filled upright rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour, body)

    def ellipse(
        self, x: float, y: float, across: float, down: float, colour: Colour, body: bool = False, turn: int = 0
    ) -> None:
        """A filled ellipse with half axes `across` (of the width) and `down` (of the height), turned by degrees."""
        axes = (max(1, round(across * self.width)), max(1, round(down * self.height)))
        angle = -turn if self.mirrored else turn
        for target, value in self._targets(colour, body):
            self._cv2.ellipse(target, self._at(x, y), axes, angle, 0, 360, value, -1)

    def disc(self, x: float, y: float, radius: float, colour: Colour, body: bool = False) -> None:
        """A filled circle, its radius a share of the height."""
        size = max(1, round(radius * self.height))
        for target, value in self._targets(colour, body):
            self._cv2.circle(target, self._at(x, y), size, value, -1)

    def ring(self, x: float, y: float, radius: float, width: float, colour: Colour) -> None:
        """A circle line; radius and width are shares of the height."""
        size, thickness = max(1, round(radius * self.height)), max(1, round(width * self.height))
        for target, value in self._targets(colour, False):
            self._cv2.circle(target, self._at(x, y), size, value, thickness)

    def line(self, points: Points, width: float, colour: Colour, body: bool = False) -> None:
        """A line through the points with round ends, its width a share of the height."""
        thickness = max(2, round(width * self.height))
        corners = [self._at(x, y) for x, y in points]
        for target, value in self._targets(colour, body):
            for start, stop in pairwise(corners):
                self._cv2.line(target, start, stop, value, thickness)

    def decorate(self, pattern: str, colour: Colour, step: int) -> None:
        """Stripes or spots of a second colour, `step` half pixels apart, wherever the body was painted."""
        rows, columns = np.nonzero(self.body)
        if pattern == "striped":
            chosen = (columns + rows // 4) % step < step * 2 // 5
        else:
            row, column = rows % step - step // 2, (columns + rows // step * (step // 2)) % step - step // 2
            chosen = row * row + column * column < (step * 3 // 10) ** 2
        self.canvas[rows[chosen], columns[chosen]] = colour

    def _at(self, x: float, y: float) -> tuple[int, int]:
        across = 1.0 - x if self.mirrored else x
        return self.left + round(across * self.width), self.top + round(y * self.height)

    def _targets(self, colour: Colour, body: bool) -> tuple[tuple[Array, Any], ...]:
        return (self.canvas, colour), (self.mask, 255), (self.body, 255 if body else 0)
