"""Learning rates, and how often a captioner hears itself."""

import pytest

from stages.networks.schedule import own_words, rate
from tests.networks.small_training import options


def test_a_constant_rate_never_changes() -> None:
    assert {rate(options(), passes) for passes in (0.0, 2.5, 6.0)} == {0.01}


@pytest.mark.parametrize(("passes", "share"), [(0.0, 1.0), (1.0, 0.75), (1.5, 0.5), (2.0, 0.25), (3.0, 0.0)])
def test_a_cosine_rate_falls_along_half_a_period_to_nothing(passes: float, share: float) -> None:
    # cos of 0, 60, 90, 120 and 180 degrees
    assert rate(options(schedule="cosine", epochs=3), passes) == pytest.approx(0.01 * share, abs=1e-12)


@pytest.mark.parametrize(("passes", "share"), [(0.0, 1.0), (1.5, 0.75), (6.0, 0.0)])
def test_a_linear_rate_falls_to_nothing_in_equal_steps(passes: float, share: float) -> None:
    assert rate(options(schedule="linear"), passes) == pytest.approx(0.01 * share, abs=1e-12)


@pytest.mark.parametrize(("passes", "share"), [(0.0, 0.0), (0.5, 0.25), (2.0, 1.0), (4.0, 1.0)])
def test_a_rate_is_warmed_up_in_equal_steps(passes: float, share: float) -> None:
    assert rate(options(warm_up=2.0), passes) == pytest.approx(0.01 * share, abs=1e-12)


def test_own_words_become_more_frequent_from_the_first_epoch_to_the_last() -> None:
    chosen = options(scheduled_sampling=0.25)
    assert [own_words(chosen, epoch) for epoch in range(1, 7)] == pytest.approx([0, 0.05, 0.1, 0.15, 0.2, 0.25])
    assert own_words(options(scheduled_sampling=0.25, epochs=1), 1) == 0
    assert own_words(options(), 6) == 0
