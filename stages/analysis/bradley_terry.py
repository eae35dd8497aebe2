"""Strengths of systems from choices between two at a time (Bradley and Terry 1952).

P(i is preferred to j) = e^b_i / (e^b_i + e^b_j). The likelihood is that of a logistic regression; its maximum is found
by Newton's method and exists where no group of systems was always preferred to the others (Ford 1957; Hunter 2004, 2).
"""

from collections.abc import Sequence

import numpy as np

from pipeline.errors import BadData
from pipeline.records import Array

_STEPS, _LONGEST, _CLOSE = 500, 1.0, 1e-10


def strengths(wins: Array) -> Array:
    """(..., systems): the b of the largest likelihood, their mean 0.

    Args:
        wins: (..., systems, systems): how often i was preferred to j; half a choice where nobody could say. Every table
            must have its maximum: see `require_maximum`.
    """
    both = wins + wins.swapaxes(-1, -2)
    systems = both.shape[-1]
    found = np.zeros(wins.shape[:-1])
    if systems < 2:
        return found
    for _ in range(_STEPS):
        chances = preferred(found)
        slope = (wins - both * chances).sum(axis=-1)
        curve = both * chances * (1.0 - chances)
        laplacian = np.eye(systems) * curve.sum(axis=-1, keepdims=True) - curve
        # A constant added to all b changes nothing: the added ones keep the mean where it is.
        step = np.linalg.solve(laplacian + 1.0 / systems, slope[..., np.newaxis])[..., 0]
        step /= np.maximum(1.0, np.abs(step).max(axis=-1, keepdims=True) / _LONGEST)
        found += step - step.mean(axis=-1, keepdims=True)
        if np.abs(step).max() < _CLOSE:
            break
    return found


def preferred(found: Array) -> Array:
    """(..., systems, systems): the chance that i is preferred to j, from strengths (..., systems)."""
    chances: Array = 1.0 / (1.0 + np.exp(found[..., np.newaxis, :] - found[..., np.newaxis]))
    return chances


def require_connected(wins: Array, systems: Sequence[str]) -> None:
    """Refuse choices from which some systems cannot be compared with others, not even by way of third ones.

    Raises:
        BadData: naming two groups of systems that were never compared.
    """
    together = _reached(wins + wins.T, 0)
    if not together.all():
        one, other = _named(systems, together), _named(systems, ~together)
        raise BadData(f"{one} and {other} were never compared: ask of pairs that join them, or leave one group out")


def require_maximum(wins: Array, systems: Sequence[str]) -> None:
    """Refuse choices whose likelihood only grows as some strength goes to infinity.

    Raises:
        BadData: as `require_connected`, and naming systems that were preferred to all others every time.
    """
    require_connected(wins, systems)
    for start in range(len(systems)):
        beaten = _reached(wins, start)
        if not beaten.all():
            never, always = _named(systems, beaten), _named(systems, ~beaten)
            raise BadData(f"{never} was never preferred to {always}: strengths have no finite value, ask more pairs")


def _reached(edges: Array, start: int) -> Array:
    """Which systems lie on a path of wins from one, itself among them."""
    reached: Array = np.arange(len(edges)) == start
    for _ in edges:
        reached = reached | (edges[reached] > 0).any(axis=0)
    return reached


def _named(systems: Sequence[str], chosen: Array) -> str:
    return " and ".join(name for name, there in zip(systems, chosen, strict=True) if there)
