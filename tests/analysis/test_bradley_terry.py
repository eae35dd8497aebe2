"""Strengths against the closed form for two, an optimiser for four, and what must be refused."""

import numpy as np
import pytest
from scipy.optimize import minimize

from pipeline.errors import BadData
from pipeline.records import Array
from stages.analysis.bradley_terry import preferred, require_connected, require_maximum, strengths

NAMES = ("ann", "bob", "cat", "dan")


def optimised(wins: Array) -> Array:
    def loss(free: Array) -> float:
        b = np.append(free, -free.sum())
        return float(sum(wins[i, j] * np.log1p(np.exp(b[j] - b[i])) for i in range(4) for j in range(4)))

    free = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-9}).x
    return np.append(free, -free.sum())


def test_of_two_the_odds_are_those_of_the_wins() -> None:
    one, other = strengths(np.array([[0.0, 9.0], [4.5, 0.0]]))
    assert np.exp(one - other) == pytest.approx(2.0)
    assert one + other == pytest.approx(0.0)


@pytest.mark.parametrize("seed", range(4))
def test_of_four_they_have_the_largest_likelihood(seed: int) -> None:
    wins = np.random.default_rng(seed).integers(1, 30, (4, 4)).astype(float)
    np.fill_diagonal(wins, 0.0)
    assert strengths(wins) == pytest.approx(optimised(wins), abs=1e-5)


def test_they_need_no_pair_of_systems_to_have_met() -> None:
    chain = np.diag([3.0, 3.0, 3.0], 1) + np.diag([1.0, 1.0, 1.0], -1)
    assert np.diff(strengths(chain)) == pytest.approx(-np.log(3.0))


def test_an_outcome_all_but_one_sided_is_still_found() -> None:
    wins = np.array([[0.0, 500.0], [1e-3, 0.0]])
    one, other = strengths(wins)
    assert one - other == pytest.approx(np.log(500.0 / 1e-3))


def test_many_tables_at_once_give_what_each_gives() -> None:
    wins = np.random.default_rng(9).integers(1, 9, (5, 3, 3)).astype(float)
    assert strengths(wins) == pytest.approx(np.array([strengths(table) for table in wins]))


def test_chances_of_a_pair_sum_to_one() -> None:
    chances = preferred(np.array([0.3, -0.2, -0.1]))
    assert chances + chances.T == pytest.approx(np.ones((3, 3)))
    assert chances[0, 1] == pytest.approx(1 / (1 + np.exp(-0.5)))


def test_systems_that_never_met_are_named() -> None:
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[1, 0] = wins[2, 3] = wins[3, 2] = 2.0
    with pytest.raises(BadData, match="ann and bob and cat and dan were never compared"):
        require_connected(wins, NAMES)


def test_one_who_won_always_has_no_finite_strength() -> None:
    wins = np.array([[0.0, 3.0, 2.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    require_connected(wins, NAMES[:3])
    with pytest.raises(BadData, match="bob and cat was never preferred to ann"):
        require_maximum(wins, NAMES[:3])
    wins[1, 0] = 0.5
    require_maximum(wins, NAMES[:3])
