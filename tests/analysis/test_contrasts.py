"""Sums of systems' scores against resampling photo by photo."""

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData, UnknownName
from stages.analysis.bootstrap import LEAST_PHOTOS, photo_draws
from stages.analysis.contrasts import Term, contrast, contrast_of_seeds
from stages.metrics.bleu import Bleu
from stages.metrics.rouge import Rouge
from tests.analysis.results import bleu_rows, result


def test_a_contrast_draws_the_same_photos_for_all_its_systems() -> None:
    metric = Bleu(NoOptions())
    rows = [bleu_rows(seed, photos=30, share=share) for seed, share in ((0, 0.6), (1, 0.5), (2, 0.5), (3, 0.4))]
    signs = (1, -1, -1, 1)
    found = contrast("BLEU-2", [(sign, metric, result(metric, one)) for sign, one in zip(signs, rows, strict=True)])

    def value(chosen: list[int]) -> float:
        each = [np.mean([metric.aggregate(turn[chosen])["BLEU-2"] for turn in one]) for one in rows]
        return float(np.dot(signs, each))

    drawn = [
        value([place for place, times in enumerate(draw) for _ in range(times)]) for draw in photo_draws(30).astype(int)
    ]
    assert found.value == pytest.approx(value(list(range(30))))
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(drawn, (2.5, 97.5))))
    assert found.photos == 30


def test_its_sign_is_told_only_where_the_interval_leaves_zero_out() -> None:
    metric, draw = Rouge(NoOptions()), np.random.default_rng(0)
    low, noise = draw.random((1, 60, 1)), draw.normal(0.0, 0.05, (1, 60, 1))
    base, above, equal = (result(metric, rows) for rows in (low, low + 0.2 + noise, low + noise - noise.mean()))
    assert contrast("ROUGE-L", [(1, metric, above), (-1, metric, base)]).sign == 1
    assert contrast("ROUGE-L", [(1, metric, base), (-1, metric, above)]).sign == -1
    assert contrast("ROUGE-L", [(1, metric, equal), (-1, metric, base)]).sign == 0


def test_a_handful_of_photos_has_no_sign_whatever_its_interval() -> None:
    metric = Rouge(NoOptions())
    for photos, sign in ((1, 0), (LEAST_PHOTOS - 1, 0), (LEAST_PHOTOS, 1)):
        found = contrast("ROUGE-L", [(1, metric, result(metric, np.full((1, photos, 1), 0.5)))])
        assert (found.low, found.sign) == (0.5, sign)


def test_unlike_photos_and_unknown_scores_are_refused() -> None:
    metric = Rouge(NoOptions())
    first, second = result(metric, np.zeros((1, 3, 1))), result(metric, np.zeros((1, 3, 1)), first=1)
    with pytest.raises(BadData, match="unlike photos"):
        contrast("ROUGE-L", [(1, metric, first), (-1, metric, second)])
    with pytest.raises(UnknownName, match="BLEU-9"):
        contrast("BLEU-9", [(1, metric, first)])


def of_seeds(values: np.ndarray, weight: float = 1.0) -> list[list[Term]]:
    """Of each seed, three photos that all have its value."""
    metric = Rouge(NoOptions())
    return [[(weight, metric, result(metric, np.full((1, 3, 1), value)))] for value in values]


def test_seeds_are_averaged_and_their_deviation_is_pooled() -> None:
    one, other = np.array([0.4, 0.5, 0.6]), np.array([0.2, 0.4])
    found = contrast_of_seeds("ROUGE-L", [of_seeds(one), of_seeds(other, -1.0), of_seeds(np.array([0.1]), -1.0)])
    assert found.value == pytest.approx(0.5 - 0.3 - 0.1)
    assert found.deviation == pytest.approx(np.sqrt((2 * one.var(ddof=1) + other.var(ddof=1)) / 3))
    alone = contrast_of_seeds("ROUGE-L", [of_seeds(one[:1]), of_seeds(other[:1], -1.0)])
    assert (alone.low, alone.high, alone.deviation) == (alone.value, alone.value, 0.0)


@pytest.mark.parametrize("seeds", [2, 3])
def test_the_interval_holds_the_difference_of_all_seeds_there_could_be(seeds: int) -> None:
    """Of 400 pairs of systems whose seeds are drawn around 0.5 and 0.4, 95 % of the intervals hold 0.1."""
    draw, held = np.random.default_rng(0), 0
    for _ in range(400):
        first, second = draw.normal(0.5, 0.02, seeds), draw.normal(0.4, 0.02, seeds)
        found = contrast_of_seeds("ROUGE-L", [of_seeds(first), of_seeds(second, -1.0)])
        held += found.low <= 0.1 <= found.high
    assert 0.925 <= held / 400 <= 0.975
