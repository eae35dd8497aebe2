"""Paired randomisation against all swaps of few photos, under the null, and Holm's steps by hand."""

import math
import tracemalloc
from itertools import combinations, product

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.records import Array
from pipeline.stage import Metric
from stages.analysis.randomisation import LEVEL, draws_for, holm, p_values, swaps
from stages.analysis.scoring import MetricResult
from stages.metrics.bleu import Bleu
from stages.metrics.rouge import Rouge
from tests.analysis.results import bleu_rows, result


class Shares(Rouge):
    """A share of all photos together, which has no value where there is nothing to share out."""

    scores = ("share",)

    def from_sums(self, sums: Array, photos: int) -> Array:
        with np.errstate(invalid="ignore"):
            return sums[..., :1] / sums[..., 1:]


def p_of(
    metric: Metric[object], first: MetricResult, second: MetricResult, draws: int, seed: int = 0
) -> dict[str, float]:
    """The p-values of one pair."""
    return p_values(metric, {("one", "other"): (first, second)}, draws, seed)["one", "other"]


def test_swaps_come_in_blocks_that_are_the_same_each_time() -> None:
    blocks = list(swaps(700_001, draws=3))
    assert [block.shape for block in blocks] == [(1, 700_001)] * 3
    (few,) = swaps(5, draws=1_000)
    assert set(few.ravel()) == {0.0, 1.0}
    assert np.abs(few.mean(axis=0) - 0.5).max() < 0.05
    assert np.array_equal(few, next(swaps(5, draws=1_000)))


def test_p_of_few_photos_is_the_share_of_all_swaps() -> None:
    metric, first, second = Bleu(NoOptions()), bleu_rows(0, 8), bleu_rows(1, 8, share=0.75)

    def difference(mask: tuple[int, ...]) -> float:
        swapped = np.array(mask, dtype=bool)[:, np.newaxis]
        pair = (np.where(swapped, second, first), np.where(swapped, first, second))
        return abs(np.subtract(*(np.mean([metric.aggregate(turn)["BLEU-2"] for turn in rows]) for rows in pair)))

    observed = difference((0,) * 8)
    exact = np.mean([difference(mask) >= observed - 1e-12 for mask in product((0, 1), repeat=8)])
    found = p_of(metric, result(metric, first), result(metric, second), draws=20_000)["BLEU-2"]
    assert 0.02 < exact < 0.5  # a case that could be told from its neighbours
    assert found == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))


def test_p_is_uniform_where_the_systems_are_one() -> None:
    metric, generator = Rouge(NoOptions()), np.random.default_rng(4)
    found = []
    for turn in range(300):
        first, second = (result(metric, generator.random((1, 30, 1))) for _ in range(2))
        found.append(p_of(metric, first, second, draws=199, seed=turn)["ROUGE-L"])
    for level in (0.05, 0.25, 0.5, 0.75):
        assert np.mean(np.array(found) <= level) == pytest.approx(level, abs=0.075)


def test_a_clear_difference_has_the_smallest_p_and_equal_systems_the_largest() -> None:
    metric, rows = Rouge(NoOptions()), np.random.default_rng(5).random((2, 60, 1))
    one, other = result(metric, rows), result(metric, rows + 0.1)
    assert p_of(metric, one, other, draws=499) == {"ROUGE-L": pytest.approx(1 / 500)}
    assert p_of(metric, one, one, draws=499) == {"ROUGE-L": 1.0}


def test_swaps_are_enough_for_every_number_of_pairs() -> None:
    assert draws_for(1) == draws_for(25) == 5_000
    for pairs in (276, 2_000):
        assert pairs / (1 + draws_for(pairs)) <= LEVEL / 10


def test_pairs_told_together_have_the_p_values_that_each_has_alone() -> None:
    metric = Bleu(NoOptions())
    systems = [result(metric, bleu_rows(seed, 20, share=0.5 + seed / 20)) for seed in range(3)]
    fewer = [one.of(one.photos[:12]) for one in systems[:2]]
    pairs = {("a", "b"): (systems[0], systems[1]), ("few", "few"): (fewer[0], fewer[1]), ("b", "c"): tuple(systems[1:])}
    found = p_values(metric, pairs, draws=300)
    assert list(found) == list(pairs)
    for names, (first, second) in pairs.items():
        assert found[names] == p_of(metric, first, second, draws=300)


def test_swaps_are_made_in_blocks_that_fit_in_memory() -> None:
    metric = Bleu(NoOptions())
    systems = [result(metric, bleu_rows(seed, 40, rounds=5)) for seed in range(12)]
    tracemalloc.start()
    p_values(metric, {(str(i), str(j)): (systems[i], systems[j]) for i, j in combinations(range(12), 2)}, draws=20_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 150e6  # the swapped sums alone are 96 MB of every 20,000 swaps and 12 systems


def test_what_has_no_value_is_never_the_smallest_p() -> None:
    """One of the first system's captions names objects, three of the second's: in 2 of 16 swaps one has none."""
    metric, rows = Shares(NoOptions()), np.zeros((2, 1, 4, 2))
    rows[0, 0, 0], rows[1, 0, 1:] = (3.0, 3.0), (1.0, 2.0)
    first, second, silent = (result(metric, one) for one in (*rows, np.zeros((1, 4, 2))))
    assert p_of(metric, first, second, draws=5_000)["share"] == pytest.approx(4 / 16, abs=0.03)
    assert math.isnan(p_of(metric, first, silent, draws=99)["share"])


def test_holm_multiplies_by_what_is_left_and_never_falls() -> None:
    # sorted .01 .02 .03 .04, times 4 3 2 1: .04 .06 .06 .04, and the last may not be less than those before it
    assert holm(np.array([0.03, 0.01, 0.04, 0.02])) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm(np.array([0.6, 0.7])) == pytest.approx([1.0, 1.0])
    assert holm(np.zeros(0)).size == 0
