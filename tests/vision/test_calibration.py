import numpy as np
import pytest

from stages.vision.calibration import platt, platt_by_label, probability


def test_scores_drawn_from_a_logistic_curve_give_the_curve_back():
    rng = np.random.default_rng(0)
    scores = rng.uniform(-3, 3, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-(2 * scores - 1)))
    slope, offset = platt(list(zip(scores.tolist(), right.tolist(), strict=True)))
    assert (slope, offset) == pytest.approx((2, -1), abs=0.1)


def test_probability_is_the_logistic_function():
    assert probability(np.array([0.0, 1.0]), np.array([2.0, -1.0])) == pytest.approx(
        [1 / (1 + np.exp(1)), 1 / (1 + np.exp(-1))]
    )
    assert np.isfinite(probability(np.array([1e9, -1e9]), np.array([1.0, 0.0]))).all()


def test_a_better_score_is_never_less_probable():
    slope, _ = platt([(1.0, False), (2.0, False), (-1.0, True), (-2.0, True)])
    assert slope > 0


@pytest.mark.parametrize(("middle", "spread"), [(0.0, 1.0), (5.0, 1.0), (-3.0, 1e5)])
def test_scores_that_tell_the_wrong_way_give_the_share_that_is_right(middle: float, spread: float):
    rng = np.random.default_rng(1)
    scores = rng.normal(middle, 1.0, 400) * spread
    right = rng.random(400) < 1 / (1 + np.exp(0.5 * (scores / spread - middle) + 1))
    weights = rng.uniform(0.5, 2.0, 400)
    slope, offset = platt(list(zip(scores.tolist(), right.tolist(), strict=True)), weights.tolist())
    told = probability(scores, np.array([slope, offset]))
    assert np.average(told, weights=weights) == pytest.approx(np.average(right, weights=weights), abs=1e-4)
    assert 0 < np.ptp(told) < 0.01


def test_a_label_that_teaches_nothing_gets_the_curve_of_all():
    telling = [(1.0, True), (-1.0, False), (0.5, True), (-0.5, False)]
    curves = platt_by_label([telling, [], [(3.0, True)]])
    assert curves.shape == (3, 2)
    assert curves[1].tolist() == curves[2].tolist() == list(platt([*telling, (3.0, True)]))
    assert platt_by_label([[]]).tolist() == [[1.0, 0.0]]
    assert platt_by_label([]).shape == (0, 2)
