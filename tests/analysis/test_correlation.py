"""Agreement of scores with people against scipy's tau, and its interval against resampling by hand."""

import numpy as np
import pytest
from scipy.stats import kendalltau

from pipeline.records import Score
from stages.analysis.bootstrap import photo_draws
from stages.analysis.correlation import Judged, correlations

GENERATOR = np.random.default_rng(0)
JUDGED = [
    Judged(f"p{n // 4} c{n}", f"p{n // 4}", tuple(float(value) for value in GENERATOR.integers(1, 5, 3)))
    for n in range(48)
]
SCORES = {one.caption: float(np.mean(one.values) + GENERATOR.normal(0, 1)) for one in JUDGED}


def score(values: dict[str, float], name: str = "S") -> Score:
    return Score(name, 0.5, "all", "ours", values)


def test_it_is_scipys_over_every_value_of_every_caption() -> None:
    (found,) = correlations([score(SCORES)], JUDGED, "c", {}, draws=20)
    rows = [(SCORES[one.caption], value) for one in JUDGED for value in one.values]
    expected = kendalltau(*zip(*rows, strict=True), variant="c")[0]
    assert found.tau == pytest.approx(expected)
    assert expected > 0.2


def test_a_resample_draws_photos_with_all_their_captions() -> None:
    (found,) = correlations([score(SCORES)], JUDGED, "b", {}, draws=40, seed=3)
    drawn = []
    for times in photo_draws(12, 40, 3).astype(int):
        by_name = dict(zip(sorted({one.photo for one in JUDGED}), times, strict=True))
        rows = [
            (SCORES[one.caption], value) for one in JUDGED for _ in range(by_name[one.photo]) for value in one.values
        ]
        drawn.append(kendalltau(*zip(*rows, strict=True))[0])
    assert found.interval == pytest.approx(tuple(np.percentile(drawn, (2.5, 97.5))))


def test_a_score_of_which_less_is_better_agrees_where_it_falls() -> None:
    turned = score({name: -value for name, value in SCORES.items()}, "L")
    up, down = correlations([score(SCORES), turned], JUDGED, "c", {"L": "less"}, draws=20)
    assert (up.tau, up.interval) == (down.tau, down.interval)


def test_captions_that_a_score_has_no_value_for_do_not_count() -> None:
    some = {name: value for place, (name, value) in enumerate(SCORES.items()) if place % 3}
    (found,) = correlations([score(some)], JUDGED, "c", {}, draws=20)
    rows = [(some[one.caption], value) for one in JUDGED if one.caption in some for value in one.values]
    assert found.tau == pytest.approx(kendalltau(*zip(*rows, strict=True), variant="c")[0])


def test_what_cannot_be_said_has_a_reason() -> None:
    alike, absent = score(dict.fromkeys(SCORES, 1.0), "A"), Score("B", None, "all", "ours", missing="no Java")
    found = correlations([alike, absent, score(SCORES, "N")], JUDGED, "c", {"N": "neither"}, draws=20)
    assert [(one.score, one.tau, one.missing) for one in found] == [
        ("A", None, "A or the judgements are the same for all captions"),
        ("B", None, "no Java"),
    ]
