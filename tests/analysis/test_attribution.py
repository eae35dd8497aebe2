"""Attribution against resampling by hand, and on scores whose cause is known."""

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Array
from stages.analysis.attribution import attribute
from stages.analysis.bootstrap import photo_draws
from stages.analysis.scoring import MetricResult
from stages.metrics.bleu import Bleu
from stages.metrics.rouge import Rouge
from tests.analysis.results import bleu_rows, result
from tests.analysis.test_shapley import over_orders

ROUGE, BLEU = Rouge(NoOptions()), Bleu(NoOptions())


def of_means(*columns: Array) -> dict[int, MetricResult]:
    """ROUGE-L of two fields replaced or not, a column of the photos' scores for each coalition."""
    return {mask: result(ROUGE, column.reshape(1, -1, 1)) for mask, column in enumerate(columns)}


def test_shares_of_a_corpus_score_and_their_intervals_are_those_of_resampled_corpora() -> None:
    rows = {mask: bleu_rows(mask, photos=20, share=0.3 + 0.1 * mask) for mask in range(4)}
    found = attribute(BLEU, "BLEU-4", ("a", "b"), {mask: result(BLEU, each) for mask, each in rows.items()})
    resamples = [np.arange(20)]
    resamples += [np.repeat(np.arange(20), draw.astype(int)) for draw in photo_draws(20)]
    values = {
        mask: np.array([np.mean([BLEU.aggregate(turn[chosen])["BLEU-4"] for turn in each]) for chosen in resamples])
        for mask, each in rows.items()
    }
    expected = over_orders(values, 2)
    for place, share in enumerate(found.shares):
        assert share.share.value == pytest.approx(expected[place, 0])
        bounds = np.percentile(expected[place, 1:], (2.5, 97.5))
        assert (share.share.low, share.share.high) == pytest.approx(tuple(bounds))
        assert share.largest == pytest.approx(np.mean(expected[:, 1:].argmax(axis=0) == place))
    assert sum(share.share.value for share in found.shares) == pytest.approx(found.all.value - found.none.value)
    assert found.none.value == pytest.approx(values[0][0])
    assert found.shares[1].alone.value == pytest.approx(values[2][0])


def test_the_field_that_changes_more_is_blamed_and_each_photo_has_its_own_fault() -> None:
    none = np.full(10, 0.2)
    first, second = none.copy(), none.copy()
    first[:3] += 0.1  # three photos gain by the first field
    second[3:8] += 0.5  # five by the second, two by neither
    found = attribute(ROUGE, "ROUGE-L", ("a", "b"), of_means(none, first, second, first + second - none))
    assert found.blamed == "b"
    assert [share.at_fault for share in found.shares] == [3, 5]
    assert found.faults == {f"photo {place}": "a" if place < 3 else "b" for place in range(8)}
    assert [photo for photo, _ in found.shares[0].gains] == ["photo 0", "photo 1", "photo 2"]
    assert [gain for _, gain in found.shares[1].gains] == pytest.approx([0.5] * 5)


def test_the_shares_of_photos_average_to_those_of_a_mean_score() -> None:
    columns = np.random.default_rng(3).random((4, 12))
    found = attribute(ROUGE, "ROUGE-L", ("a", "b"), of_means(*columns))
    each = over_orders(dict(enumerate(columns)), 2)
    assert [share.share.value for share in found.shares] == pytest.approx(each.mean(axis=1))


def test_where_no_replacement_helps_nobody_is_blamed() -> None:
    worse = np.full(5, 0.3)
    found = attribute(ROUGE, "ROUGE-L", ("a", "b"), of_means(worse, worse - 0.1, worse, worse - 0.2))
    assert (found.blamed, found.faults) == ("", {})
    assert [share.largest for share in found.shares] == [0.0, 0.0]
    assert found.shares[0].gains == ()


def test_scores_of_other_photos_are_refused() -> None:
    rows = np.full((1, 4, 1), 0.5)
    with pytest.raises(BadData, match="unlike photos"):
        attribute(ROUGE, "ROUGE-L", ("a",), {0: result(ROUGE, rows), 1: result(ROUGE, rows, first=1)})
