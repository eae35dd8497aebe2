"""Confidence against brute force: every order of equals, every bin by hand, and odds that are known."""

from itertools import pairwise, permutations

import numpy as np
import pytest

from pipeline.codec import decode, encode
from pipeline.errors import BadData
from stages.analysis.calibration import (
    Calibrator,
    area,
    calibration_error,
    calibration_interval,
    interval,
    reliability,
    risks,
)


def test_risk_is_the_share_not_good_among_the_surest() -> None:
    confidence, good = np.array([0.2, 0.9, 0.5, 0.7]), np.array([False, True, True, False])
    assert risks(confidence, good) == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert area(confidence, good) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)


@pytest.mark.parametrize("seed", range(6))
def test_equal_confidences_give_the_mean_over_all_their_orders(seed: int) -> None:
    draw = np.random.default_rng(seed)
    confidence, good = draw.integers(0, 3, 6) / 4, draw.random(6) < 0.5
    curves = []
    for order in permutations(range(6)):
        if all(confidence[a] >= confidence[b] for a, b in pairwise(order)):
            bad = [not good[place] for place in order]
            curves.append([sum(bad[: k + 1]) / (k + 1) for k in range(6)])
    assert risks(confidence, good) == pytest.approx(np.mean(curves, axis=0))


def test_an_oracle_is_never_beaten_and_knowing_nothing_risks_the_share_not_good() -> None:
    draw = np.random.default_rng(1)
    good = draw.random(40) < 0.3
    assert area(np.full(40, 0.5), good) == pytest.approx(1 - good.mean())
    best = area(good.astype(float), good)
    assert all(best <= area(draw.random(40), good) for _ in range(50))
    # an oracle's first mistake comes after all that are good
    count = int(good.sum())
    assert best == pytest.approx(sum((k - count) / k for k in range(count + 1, 41)) / 40)


def test_calibration_error_is_the_gap_of_the_bins_by_their_share() -> None:
    confidence = np.array([0.05, 0.0, 0.12, 0.18, 1.0, 0.95])
    good = np.array([False, True, False, True, True, True])
    gaps = [2 * abs(1 / 2 - 0.025), 2 * abs(1 / 2 - 0.15), 2 * abs(1 - 0.975)]
    assert calibration_error(confidence, good) == pytest.approx(sum(gaps) / 6)
    found = reliability(confidence, good)
    assert [one.captions for one in found] == [2, 2, 2]
    assert [one.low for one in found] == pytest.approx([0, 0.1, 0.9])
    assert [one.high for one in found] == pytest.approx([0.1, 0.2, 1])


def test_probabilities_learnt_from_many_captions_are_those_they_were_drawn_by() -> None:
    draw = np.random.default_rng(0)
    table = draw.normal(size=(4000, 3)) * [1, 5, 1] + [0, 40, 0]
    chance = 1 / (1 + np.exp(-(0.8 * table[:, 0] - 0.2 * (table[:, 1] - 40) - 0.5)))
    calibrator = Calibrator.fit(("a", "b", "noise"), table[:3000], draw.random(3000) < chance[:3000])
    assert np.abs(calibrator.confidence(table[3000:]) - chance[3000:]).mean() < 0.03
    assert abs(calibrator.weights[2]) < 0.1


def test_a_sign_that_a_system_lacks_says_nothing_and_a_missing_value_is_the_mean() -> None:
    table = np.array([[1.0, np.nan, 7.0], [2.0, np.nan, 7.0], [np.nan, np.nan, 7.0], [4.0, np.nan, 7.0]])
    calibrator = Calibrator.fit(("a", "b", "c"), table, np.array([False, False, True, True]))
    assert calibrator.weights[1:] == (0.0, 0.0)
    told = calibrator.confidence(np.array([[np.nan, 1.0, np.nan], [7 / 3, np.nan, 7.0]]))
    assert told[0] == pytest.approx(told[1])
    assert decode(Calibrator, encode(calibrator)) == calibrator


def test_captions_that_are_all_alike_good_calibrate_nothing() -> None:
    with pytest.raises(BadData, match="0 of 3 captions are good"):
        Calibrator.fit(("a",), np.zeros((3, 1)), np.zeros(3, dtype=bool))


@pytest.mark.parametrize("photos", [40, 200])
@pytest.mark.parametrize("share", [1.0, 0.7])
def test_the_interval_of_the_calibration_error_holds_the_truth_and_the_value(photos: int, share: float) -> None:
    """Where a caption of confidence c is good with chance share x c, c being uniform, the error is (1 - share) / 2."""
    held = 0
    for seed in range(200):
        draw = np.random.default_rng(seed + 1)
        confidence = draw.random(photos)
        good = draw.random(photos) < share * confidence
        low, high = calibration_interval(confidence, good)
        assert 0 <= low <= calibration_error(confidence, good) <= high + 1e-12
        held += low <= (1 - share) / 2 <= high
    assert held >= 0.925 * 200


def test_intervals_hold_what_they_are_of() -> None:
    draw = np.random.default_rng(0)
    confidence = draw.random(80)
    good = draw.random(80) < confidence
    low, high = interval(area, confidence, good)
    assert low < area(confidence, good) < high
    assert interval(area, confidence, good) == (low, high)
