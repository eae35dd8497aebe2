"""What is said without a photo, against classifiers that were fitted anew without it."""

import numpy as np
import pytest

from pipeline.records import Array
from stages.triplets import _classifiers
from stages.triplets._classifiers import fitted


def data(photos: int, features: int) -> tuple[Array, Array]:
    draw = np.random.default_rng(photos)
    seen = draw.normal(size=(photos, features))
    seen -= seen.mean(axis=0)
    taught = (seen @ draw.normal(size=(features, 3)) + draw.normal(size=(photos, 3)) > 0).astype(np.float64)
    return seen, taught


def ridge(seen: Array, taught: Array, penalty: float, at: Array) -> Array:
    """Least squares with an offset that is not penalised, by its normal equations."""
    wide = np.column_stack([seen, np.ones(len(seen))])
    penalised = penalty * np.diag([*[1.0] * seen.shape[1], 0.0])
    solved = np.linalg.solve(wide.T @ wide + penalised, wide.T @ taught)
    answers: Array = np.append(at, 1.0) @ solved
    return answers


SHAPES = [(20, 4), (12, 30)]


@pytest.fixture(autouse=True)
def one_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_classifiers, "STRENGTHS", (0.05,))


@pytest.mark.parametrize("shape", SHAPES)
def test_answers_are_those_of_penalised_least_squares(shape: tuple[int, int]) -> None:
    seen, taught = data(*shape)
    made, penalty, new = fitted(seen, taught), 0.05 * float((seen**2).sum()), np.linspace(-1, 1, shape[1])
    np.testing.assert_allclose(new @ made.weights + made.offsets, ridge(seen, taught, penalty, new), atol=1e-8)
    for photo in range(shape[0]):
        np.testing.assert_allclose(made.answers[photo], ridge(seen, taught, penalty, seen[photo]), atol=1e-8)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_held_out_was_not_learned_from(shape: tuple[int, int]) -> None:
    seen, taught = data(*shape)
    made, penalty = fitted(seen, taught), 0.05 * float((seen**2).sum())
    near = np.array([[(at + 1) % shape[0], (at + 3) % shape[0]] for at in range(shape[0])])
    held_out, at_near, of_near = made.held_out(), made.at_neighbours(near), made.of_neighbours(near)
    for photo in range(shape[0]):
        rest = np.delete(np.arange(shape[0]), photo)
        np.testing.assert_allclose(held_out[photo], ridge(seen[rest], taught[rest], penalty, seen[photo]), atol=1e-8)
        middle = seen[near[photo]].mean(axis=0)
        np.testing.assert_allclose(at_near[photo], ridge(seen[rest], taught[rest], penalty, middle), atol=1e-8)
        without = []
        for other in near[photo]:
            fewer = np.setdiff1d(rest, [other])
            without.append(ridge(seen[fewer], taught[fewer], penalty, seen[other]))
        np.testing.assert_allclose(of_near[photo], np.mean(without, axis=0), atol=1e-8)


def test_the_penalty_is_the_one_that_judges_photos_best_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, taught = data(20, 4)
    errors = {}
    for strength in (1e-4, 0.05, 1.0):
        monkeypatch.setattr(_classifiers, "STRENGTHS", (strength,))
        errors[strength] = float(((fitted(seen, taught).held_out() - taught) ** 2 / taught.var(axis=0)).mean())
    monkeypatch.setattr(_classifiers, "STRENGTHS", (1e-4, 0.05, 1.0))
    chosen = fitted(seen, taught)
    assert float(((chosen.held_out() - taught) ** 2 / taught.var(axis=0)).mean()) == pytest.approx(min(errors.values()))


def test_nothing_seen_says_how_often_a_value_is_named() -> None:
    _, taught = data(10, 4)
    blind = fitted(np.zeros((10, 2)), taught)
    np.testing.assert_allclose(blind.answers, np.tile(taught.mean(axis=0), (10, 1)), atol=1e-9)
    np.testing.assert_allclose(blind.held_out()[0], taught[1:].mean(axis=0), atol=1e-9)


def test_without_neighbours_nothing_is_added() -> None:
    made = fitted(*data(20, 4))
    nobody = np.zeros((20, 0), dtype=np.int64)
    assert not made.at_neighbours(nobody).any()
    assert not made.of_neighbours(nobody).any()
