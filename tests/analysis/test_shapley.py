"""Shapley values against the average over all orders of joining."""

from itertools import combinations, permutations

import numpy as np
import pytest

from pipeline.records import Array
from stages.analysis.shapley import coalitions, shares


def game(players: int, outcomes: int = 3) -> dict[int, Array]:
    draw = np.random.default_rng(players)
    return {mask: draw.normal(size=outcomes) for mask in range(2**players)}


def over_orders(values: dict[int, Array], players: int) -> Array:
    gains = np.zeros((players, len(values[0])))
    orders = list(permutations(range(players)))
    for order in orders:
        mask = 0
        for player in order:
            gains[player] += values[mask | 1 << player] - values[mask]
            mask |= 1 << player
    return np.asarray(gains / len(orders))


@pytest.mark.parametrize("players", [1, 2, 3, 4, 5])
def test_a_share_is_what_a_player_adds_on_average_over_all_orders(players: int) -> None:
    values = game(players)
    assert shares(values, players) == pytest.approx(over_orders(values, players))


@pytest.mark.parametrize("players", [1, 3, 6, 8])
def test_shares_sum_to_what_all_together_change(players: int) -> None:
    values = {mask: value for mask, value in game(players).items() if mask in coalitions(players)}
    assert shares(values, players).sum(axis=0) == pytest.approx(values[2**players - 1] - values[0])


def test_all_coalitions_are_asked_for_up_to_six_players_then_singles_pairs_and_all() -> None:
    assert coalitions(6) == tuple(range(64))
    seven = coalitions(7)
    assert sorted(mask.bit_count() for mask in seven) == [0, *[1] * 7, *[2] * 21, 7]
    assert len(set(seven)) == len(seven)


def test_singles_and_pairs_are_exact_where_nothing_else_but_all_interacts() -> None:
    players = 7
    draw = np.random.default_rng(0)
    single, rest = draw.normal(size=(players, 2)), draw.normal(size=2)
    pair = {two: draw.normal(size=2) for two in combinations(range(players), 2)}

    def value(mask: int) -> Array:
        there = [player for player in range(players) if mask >> player & 1]
        total = sum((single[player] for player in there), np.zeros(2))
        total += sum((pair[two] for two in combinations(there, 2)), np.zeros(2))
        return total + rest * (len(there) == players)

    whole = {mask: value(mask) for mask in range(2**players)}
    few = {mask: whole[mask] for mask in coalitions(players)}
    assert shares(few, players) == pytest.approx(shares(whole, players))
