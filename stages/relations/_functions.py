"""Sixteen prepositions as hand-written functions of two boxes (Kulkarni et al. 2011, section 4.4).

The paper defines `above` and `near` and says that every function depends on the two regions alone; the others are
stated here in the same spirit. Every function is read "a preposition b" and gives a score in [0, 1]
for each pair of boxes. Synonyms share one
function: what tells "on" from "over" is how people speak of the two objects, which is the text potentials' part.

What contains another thing is larger than it. Two boxes of nearly one size show things that overlap, or one thing
twice; and a box inside another of the same label is mostly a part of it, or it again. So `within` and `around` are
multiplied by how clearly the container is the larger (`larger`), which asks more of two things of one label.
"""

from collections.abc import Callable, Mapping
from math import log
from types import MappingProxyType

import numpy as np

from pipeline.records import Array
from stages.relations._boxes import Boxes, area, diagonal, distance, height, intersection, ratio, share

FAR = 1e9
"""Beyond the edge of any photo, in pixels."""
CLEAR, CLEAR_ALIKE = (1.0, 2.0), (4.0, 16.0)
"""How many times the other's area is not yet clearly larger, and how many times is; and of things of one label."""


def above(a: Boxes, b: Boxes) -> Array:
    """Share of a inside the rectangle between b's box and the photo's upper edge, as wide as b."""
    return share(a, Boxes(b.left, -FAR, b.right, b.top))


def below(a: Boxes, b: Boxes) -> Array:
    """Share of a inside the rectangle between b's box and the photo's lower edge, as wide as b."""
    return share(a, Boxes(b.left, b.bottom, b.right, FAR))


def near(a: Boxes, b: Boxes) -> Array:
    """exp(-x) of the paper's x = (smallest distance of a and b) / (diagonal of a): 1 where they touch."""
    score: Array = np.exp(-distance(a, b) / np.maximum(diagonal(a), 1.0))
    return score


def beside(a: Boxes, b: Boxes) -> Array:
    """Share of a inside the two rectangles left and right of b, as high as b, times near(a, b)."""
    left, right = Boxes(-FAR, b.top, b.left, b.bottom), Boxes(b.right, b.top, FAR, b.bottom)
    return (share(a, left) + share(a, right)) * near(a, b)


def within(a: Boxes, b: Boxes) -> Array:
    """Share of a inside b, times larger(b, a)."""
    return share(a, b) * larger(b, a)


def around(a: Boxes, b: Boxes) -> Array:
    """within(b, a)."""
    return within(b, a)


def against(a: Boxes, b: Boxes) -> Array:
    """Touching without covering: near(a, b)^4 times the share of the smaller box that the other leaves free."""
    score: Array = near(a, b) ** 4 * (1.0 - covered(a, b))
    return score


def in_front_of(a: Boxes, b: Boxes) -> Array:
    """Covering b from nearer by: covered share of the smaller box, times share of b left free, times how much lower
    a stands.

    What stands on the ground nearer to the camera has its foot lower in the photo; what covers all of b cannot be in
    front of it, or b would not be seen. The last factor grows with (a.bottom - b.bottom) and is 1 from a quarter of
    the lower height of the two.
    """
    step = np.maximum(np.minimum(height(a), height(b)) / 4, 1.0)
    return covered(a, b) * (1.0 - share(b, a)) * np.clip((a.bottom - b.bottom) / step, 0.0, 1.0)


def behind(a: Boxes, b: Boxes) -> Array:
    """in_front_of(b, a)."""
    return in_front_of(b, a)


FUNCTIONS: Mapping[str, Callable[[Boxes, Boxes], Array]] = MappingProxyType(
    {
        "above": above,
        "against": against,
        "around": around,
        "behind": behind,
        "below": below,
        "beneath": below,
        "beside": beside,
        "by": near,
        "in": within,
        "in front of": in_front_of,
        "near": near,
        "next to": beside,
        "on": above,
        "over": above,
        "under": below,
        "within": within,
    }
)
PREPOSITIONS: tuple[str, ...] = tuple(FUNCTIONS)
"""The sixteen names, in alphabetical order."""


def scores(a: Boxes, b: Boxes, alike: Array | bool = False) -> dict[str, Array]:
    """All sixteen, by name. `alike`: the two are of one label, so that a container needs CLEAR_ALIKE."""
    values = {function: function(a, b) for function in set(FUNCTIONS.values())}
    values[within] = values[within] * np.where(alike, larger(b, a, CLEAR_ALIKE), 1.0)
    values[around] = values[around] * np.where(alike, larger(a, b, CLEAR_ALIKE), 1.0)
    return {name: values[function] for name, function in FUNCTIONS.items()}


def larger(a: Boxes, b: Boxes, clear: tuple[float, float] = CLEAR) -> Array:
    """How clearly a's area is the larger: 0 up to the first of `clear` times b's, 1 from the second, even in the
    logarithm between them."""
    first, second = area(a), area(b)
    both = (first > 0) & (second > 0)
    low, high = map(log, clear)
    times = np.log(np.where(both, first, 1.0) / np.where(both, second, 1.0))
    return np.where(both, np.clip((times - low) / (high - low), 0.0, 1.0), first > second)


def covered(a: Boxes, b: Boxes) -> Array:
    """Share of the smaller box that lies inside the other."""
    return np.minimum(1.0, ratio(area(intersection(a, b)), np.minimum(area(a), area(b))))
