"""Intervals against resampling photo by photo, the normal approximation, and how often they hold the truth."""

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.stage import Metric
from stages.analysis.bootstrap import intervals, photo_draws
from stages.metrics.bleu import Bleu
from stages.metrics.rouge import Rouge
from tests.analysis.results import bleu_rows, result


def test_every_resample_has_as_many_photos_as_there_are() -> None:
    draws = photo_draws(7, draws=50)
    assert draws.shape == (50, 7)
    assert set(draws.sum(axis=1)) == {7.0}
    assert np.array_equal(draws, photo_draws(7, draws=50))
    assert not np.array_equal(draws, photo_draws(7, draws=50, seed=1))


def test_a_corpus_score_is_computed_anew_from_the_photos_drawn() -> None:
    metric, rows, draws = Bleu(NoOptions()), bleu_rows(0, photos=30), photo_draws(30, draws=200)
    found = intervals(metric, result(metric, rows), draws)
    values = []
    for draw in draws.astype(int):
        chosen = [place for place, times in enumerate(draw) for _ in range(times)]
        values.append(np.mean([metric.aggregate(turn[chosen])["BLEU-4"] for turn in rows]))
    assert found["BLEU-4"] == pytest.approx(tuple(np.percentile(values, (2.5, 97.5))))
    assert tuple(found) == metric.scores


def test_the_interval_of_a_mean_is_the_normal_one_where_photos_are_many() -> None:
    metric, rows = Rouge(NoOptions()), np.random.default_rng(1).gamma(2.0, 0.1, (1, 800, 1))
    low, high = intervals(metric, result(metric, rows), photo_draws(800, draws=3_000))["ROUGE-L"]
    reach = 1.96 * rows.std() / np.sqrt(800)
    assert (low, high) == pytest.approx((rows.mean() - reach, rows.mean() + reach), abs=0.06 * reach)


def test_nineteen_intervals_in_twenty_hold_the_truth() -> None:
    metric, draws, generator = Rouge(NoOptions()), photo_draws(100, draws=400), np.random.default_rng(2)
    held = 0
    for _ in range(400):
        low, high = intervals(metric, result(metric, generator.beta(2.0, 3.0, (1, 100, 1))), draws)["ROUGE-L"]
        held += low <= 0.4 <= high
    assert held / 400 == pytest.approx(0.95, abs=0.035)  # three standard errors of the count


def test_rounds_move_together_because_the_photo_is_what_is_drawn() -> None:
    metric, once = Rouge(NoOptions()), np.random.default_rng(3).random((1, 40, 1))
    five = intervals(metric, result(metric, np.repeat(once, 5, axis=0)), photo_draws(40))
    assert five["ROUGE-L"] == pytest.approx(intervals(metric, result(metric, once), photo_draws(40))["ROUGE-L"])


def test_a_metric_that_only_aggregates_is_resampled_as_one_of_sums_is() -> None:
    metric, rows = Bleu(NoOptions()), bleu_rows(6, photos=20)
    sums = (photo_draws(20, draws=15) @ rows.transpose(1, 0, 2).reshape(20, -1)).reshape(15, 2, 10)
    assert Metric.from_sums(metric, sums, 20) == pytest.approx(metric.from_sums(sums, 20))
