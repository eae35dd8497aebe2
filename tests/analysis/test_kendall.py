"""Weighted tau against scipy's on rows that are really repeated."""

import numpy as np
import pytest
from scipy.stats import kendalltau

from stages.analysis.kendall import Variant, taus


@pytest.mark.parametrize("variant", ["b", "c"])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_scipys_of_the_rows_repeated(variant: Variant, seed: int) -> None:
    generator = np.random.default_rng(seed)
    judged = generator.integers(1, 5, 60).astype(float)
    scores = np.round(judged + generator.normal(0, 2, 60), 1)
    times = generator.integers(0, 4, (5, 60))
    expected = [kendalltau(np.repeat(scores, n), np.repeat(judged, n), variant=variant)[0] for n in times]
    assert taus(scores, judged, times, variant) == pytest.approx(np.array(expected))


def test_perfect_order_is_one_and_its_reverse_minus_one() -> None:
    judged = np.arange(4.0).repeat(3)
    for variant in ("b", "c"):
        ahead, back = (taus(sign * judged, judged, np.ones((1, 12)), variant)[0] for sign in (1, -1))
        assert (ahead, back) == pytest.approx((1.0, -1.0))


def test_nothing_is_said_where_all_are_alike() -> None:
    assert np.isnan(taus(np.ones(4), np.arange(4.0), np.ones((1, 4)), "b")).all()
