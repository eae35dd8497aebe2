"""Shapley values: what each player adds to a joint outcome, on average over all orders of joining (Shapley 1953).

A coalition is a bit mask: player i belongs to it where bit i is set, so coalition 0 is nobody.
"""

from collections.abc import Mapping
from itertools import combinations
from math import comb

import numpy as np

from pipeline.records import Array

MOST_COALITIONS = 64


def coalitions(players: int) -> tuple[int, ...]:
    """Every coalition where these are at most MOST_COALITIONS; else nobody, each alone, every two, and all."""
    if 2**players <= MOST_COALITIONS:
        return tuple(range(2**players))
    alone = [1 << player for player in range(players)]
    return (0, *alone, *(one | other for one, other in combinations(alone, 2)), 2**players - 1)


def shares(values: Mapping[int, Array], players: int) -> Array:
    """(players, ...): the Shapley value of every player, of all outcomes (...) at once.

    Exact where `values` has every coalition: phi_i = sum over S without i of (v(S + i) - v(S)) / (k C(k - 1, |S|)).
    Else what no two players explain, v(all) less singles and pairs, is shared equally: exact where all interactions of
    more than two are of all players, and still summing to v(all) - v(nobody).

    Args:
        values: coalition -> its outcomes, of those in `coalitions(players)`.
    """
    if len(values) == 2**players:
        return np.array([_exact(values, player, players) for player in range(players)])
    nobody = values[0]
    single = np.array([values[1 << player] - nobody for player in range(players)])
    phi = single.copy()
    for one, other in combinations(range(players), 2):
        together = values[1 << one | 1 << other] - nobody - single[one] - single[other]
        phi[one] += together / 2
        phi[other] += together / 2
    rest = values[2**players - 1] - nobody - phi.sum(axis=0)
    return np.asarray(phi + rest / players)


def _exact(values: Mapping[int, Array], player: int, players: int) -> Array:
    without = [mask for mask in values if not mask >> player & 1]
    weights = [1.0 / (players * comb(players - 1, mask.bit_count())) for mask in without]
    gains = np.array([values[mask | 1 << player] - values[mask] for mask in without])
    return np.tensordot(weights, gains, 1)
