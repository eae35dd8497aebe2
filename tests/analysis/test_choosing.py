"""Choosing between systems: bounds by brute force, and a sign that tells is learned from."""

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData
from stages.analysis.choosing import Chooser, as_chosen, best_choice, worth
from stages.metrics.rouge import Rouge
from tests.analysis.results import result

METRIC = Rouge(NoOptions())


def test_the_best_choice_takes_the_caption_worth_most_of_every_photo() -> None:
    rows = np.random.default_rng(0).random((3, 2, 20, 1))  # systems, rounds, photos
    results = [result(METRIC, one) for one in rows]
    choice = best_choice(results)
    each = [max(range(3), key=lambda system: rows[system, :, photo, 0].mean()) for photo in range(20)]
    assert choice.tolist() == each
    chosen = as_chosen(results, choice)
    assert chosen.rows.shape == (2, 20, 1)
    assert chosen.rows.mean() == pytest.approx(np.mean([rows[s, :, p, 0].mean() for p, s in enumerate(each)]))
    assert worth([chosen])[:, 0] == pytest.approx(worth(results).max(axis=1))


def test_signs_that_tell_are_learned_from_and_missing_ones_say_nothing() -> None:
    draw = np.random.default_rng(1)
    sure = draw.random((400, 2))
    values = np.stack([sure[:, 0], np.full(400, 0.5)], axis=1) + draw.normal(0, 0.05, (400, 2))
    first = np.stack([sure[:, 0], np.full(400, np.nan), np.where(sure[:, 1] > 0.5, sure[:, 1], np.nan)], axis=1)
    second = np.full((400, 3), np.nan)
    chooser = Chooser.fit([first[:200], second[:200]], values[:200])
    choice = chooser.choose([first[200:], second[200:]])
    clear = np.abs(sure[200:, 0] - 0.5) > 0.1
    assert np.array_equal(choice[clear], (sure[200:, 0] < 0.5).astype(int)[clear])


def test_a_photos_choice_is_its_own_whoever_is_described_with_it() -> None:
    draw = np.random.default_rng(2)
    signs = [np.where(draw.random((60, 3)) < 0.3, np.nan, draw.normal(5, 2, (60, 3))) for _ in range(2)]
    values = np.stack([np.nan_to_num(signs[0][:, 0], nan=5), np.nan_to_num(signs[1][:, 1], nan=5)], axis=1)
    chooser = Chooser.fit([one[:40] for one in signs], values[:40])
    together = chooser.choose([one[40:] for one in signs])
    alone = [int(chooser.choose([one[[photo]] for one in signs])[0]) for photo in range(40, 60)]
    assert together.tolist() == alone
    assert set(alone) == {0, 1}


def test_what_a_caption_lacks_is_taken_as_it_was_on_average_where_it_was_learned() -> None:
    table = np.arange(20, dtype=float)[:, np.newaxis]
    chooser = Chooser.fit([table, table], np.stack([table[:, 0], np.full(20, 9.0)], axis=1))
    lacking, other = np.array([[np.nan]]), np.array([[0.0]])
    assert chooser.choose([lacking, other]).tolist() == [0]  # 9.5 on average, against 9


def test_one_system_or_a_handful_of_photos_is_nothing_to_learn_from() -> None:
    with pytest.raises(BadData, match="1 systems on 20 photos"):
        Chooser.fit([np.zeros((20, 1))], np.zeros((20, 1)))
    with pytest.raises(BadData, match="2 systems on 5 photos"):
        Chooser.fit([np.zeros((5, 1))] * 2, np.zeros((5, 2)))
