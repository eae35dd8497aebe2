import numpy as np
import pytest

from stages.captions._chance import learnt


def test_the_chance_of_a_constant_share_is_that_share() -> None:
    chance = learnt(["dog"] * 200, [[0.0]] * 200, [0.3] * 200, width=1)
    assert chance("dog", [0.0]) == pytest.approx(0.3, abs=0.01)


def test_a_feature_that_decides_is_learnt() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=400)
    shares = 1 / (1 + np.exp(-(2 * values - 1)))
    chance = learnt(["dog"] * 400, [[value] for value in values], shares.tolist(), width=1)
    assert chance("dog", [1.5]) == pytest.approx(1 / (1 + np.exp(-2)), abs=0.05)


def test_a_kind_that_is_often_said_is_likelier() -> None:
    kinds = ["dog", "cup"] * 40
    chance = learnt(kinds, [[0.0]] * 80, [0.9, 0.1] * 40, width=1)
    assert chance("dog", [0.0]) > 0.7 > 0.3 > chance("cup", [0.0])
    assert chance("cup", [0.0]) < chance("zebra", [0.0]) < chance("dog", [0.0])


def test_a_kind_seen_once_does_not_give_its_own_answer_away() -> None:
    """With the fact left out, each of many kinds seen once has the average rate: nothing can be learnt from it."""
    rng = np.random.default_rng(1)
    shares = rng.uniform(size=100)
    chance = learnt([f"kind {n}" for n in range(100)], [[0.0]] * 100, shares.tolist(), width=1)
    assert abs(chance.weights[1]) < 0.5


def test_nothing_learnt_is_a_half() -> None:
    assert learnt([], [], [], width=2)("dog", [1.0, 1.0]) == pytest.approx(0.5)
