"""The exact solver against every labelling, scored one by one."""

from itertools import product

import numpy as np
import pytest

from pipeline.records import Array
from stages.graph import _labelling
from stages.graph._labelling import best, max_marginals, score


def _problem(seed: int) -> tuple[list[int], Array, Array]:
    rng = np.random.default_rng(seed)
    sizes = [int(size) for size in rng.integers(1, 5, rng.integers(1, 6))]
    states = sum(sizes)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    pair = rng.normal(size=(states, states))
    pair = np.where(owners[:, None] == owners[None, :], 0.0, pair + pair.T)
    return sizes, rng.normal(size=states), pair


def _every(sizes: list[int]) -> list[tuple[int, ...]]:
    starts = np.cumsum([0, *sizes[:-1]]).tolist()
    return list(product(*(range(start, start + size) for start, size in zip(starts, sizes, strict=True))))


def _score(labelling: tuple[int, ...], unary: Array, pair: Array) -> float:
    total = sum(float(unary[state]) for state in labelling)
    for place, one in enumerate(labelling):
        total += sum(float(pair[one, other]) for other in labelling[place + 1 :])
    return total


@pytest.mark.parametrize("seed", range(200))
def test_best_and_max_marginals_equal_enumeration(seed: int) -> None:
    sizes, unary, pair = _problem(seed)
    every = _every(sizes)
    scores = [_score(labelling, unary, pair) for labelling in every]
    found = best(sizes, unary, pair)
    assert tuple(found.tolist()) == every[int(np.argmax(scores))]
    assert score(found, unary, pair) == pytest.approx(max(scores))
    expected = np.full(pair.shape, -np.inf)
    for labelling, total in zip(every, scores, strict=True):
        for one, other in product(labelling, repeat=2):
            expected[one, other] = max(expected[one, other], total)
    np.testing.assert_allclose(max_marginals(sizes, unary, pair), expected, atol=1e-9)


@pytest.mark.parametrize("seed", range(0, 200, 10))
def test_the_solver_of_large_problems_is_as_exact(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, unary, pair = _problem(seed)
    expected = score(best(sizes, unary, pair), unary, pair)
    monkeypatch.setattr(_labelling, "MOST_SEARCHED", 0)
    assert score(best(sizes, unary, pair), unary, pair) == pytest.approx(expected, abs=1e-4)


def test_eight_objects_of_five_labels_or_none_are_solved_exactly() -> None:
    rng = np.random.default_rng(0)
    sizes = [6] * 8
    owners = np.repeat(np.arange(8), 6)
    pair = rng.random((48, 48))
    pair = np.where(owners[:, None] == owners[None, :], 0.0, pair + pair.T)
    unary = rng.random(48)
    marginals = max_marginals(sizes, unary, pair)
    found = score(best(sizes, unary, pair), unary, pair)
    assert found == pytest.approx(float(marginals.max()), abs=1e-4)
    for block in range(8):  # every object has some state in the best labelling
        own = np.diag(marginals)[6 * block : 6 * block + 6]
        assert float(own.max()) == pytest.approx(float(marginals.max()))
