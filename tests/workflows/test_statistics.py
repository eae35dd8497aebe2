"""How results of a comparison become intervals and verdicts, partial systems among them."""

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Caption
from stages.analysis.bootstrap import photo_draws
from stages.language import ptb
from stages.metrics.cider import Cider
from stages.metrics.rouge import Rouge
from tests.analysis.results import result
from workflows import statistics
from workflows.statistics import all_pairs, correlated, over_seeds, with_intervals

PHOTOS = tuple(f"photo {place}" for place in range(6))
NOUNS = ("dog", "dog", "cow", "bus", "kite", "boat")
REFERENCES = {photo: (f"a {noun} on grass", f"the red {noun}") for photo, noun in zip(PHOTOS, NOUNS, strict=True)}


def said(text: str) -> dict[str, tuple[Caption, ...]]:
    return {photo: (Caption(text.format(noun), ()),) for photo, noun in zip(PHOTOS, NOUNS, strict=True)}


@pytest.fixture(autouse=True)
def _no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptb, "tokenise", lambda sentences: list(sentences))


def test_intervals_hold_their_scores_and_missing_scores_have_none() -> None:
    metric, draw = Rouge(NoOptions()), np.random.default_rng(0)
    rows = {name: draw.random((2, 40, 1)) for name in ("a", "b")}
    systems = {name: [(metric, result(metric, table))] for name, table in rows.items()}
    gap = statistics.MetricResult("rouge", "all", (result(metric, rows["a"]).scores[0],))
    found = with_intervals({**systems, "gap": [(metric, gap)]})
    for name, table in rows.items():
        (score,) = found[name]
        assert score.interval is not None
        assert score.interval[0] < table.mean() < score.interval[1]
    assert found["gap"][0].interval is None
    assert with_intervals(systems)["a"] == found["a"]


def test_two_scores_go_together_as_their_resamples_do() -> None:
    metric, draw = Rouge(NoOptions()), np.random.default_rng(1)  # the resamples are drawn by seed 0
    rows = draw.random((1, 300, 1))
    same, other = ((metric, result(metric, table)) for table in (rows, draw.random((1, 300, 1))))
    against = (metric, result(metric, 1 - rows))
    names = (metric.scores[0], metric.scores[0])
    assert correlated(names, [same, same], photo_draws(300)) == pytest.approx(
        1, abs=1e-3
    )  # the logarithm is all but straight here
    assert correlated(names, [same, against], photo_draws(300)) == pytest.approx(-1, abs=1e-3)
    assert abs(correlated(names, [same, other], photo_draws(300))) < 0.2
    flat = (metric, result(metric, np.ones((1, 300, 1))))
    assert correlated(names, [same, flat], photo_draws(300)) == 0


def test_a_partial_system_is_compared_on_its_photos_by_scores_of_these_alone() -> None:
    metric = Cider(NoOptions())
    words = {"whole": said("a {} runs on grass"), "part": dict(list(said("a red {}").items())[:4])}
    measured = {
        name: [(metric, statistics.score(captions, REFERENCES, [metric], ["all"])[0])]
        for name, captions in words.items()
    }
    (told,) = all_pairs(measured, words, REFERENCES)
    few = {photo: REFERENCES[photo] for photo in PHOTOS[:4]}
    alone = [
        statistics.score({photo: captions[photo] for photo in few}, few, [metric], ["all"])[0].scores[0].value or 0.0
        for captions in words.values()
    ]
    assert (told.photos, told.higher) == (4, "part" if alone[1] > alone[0] else "whole")
    assert told.difference == pytest.approx(abs(alone[0] - alone[1]))
    every = measured["whole"][0][1].rows[0, :4].mean()
    assert every != pytest.approx(alone[0])  # the idf of six photos is another


def test_a_partial_system_leaves_out_as_many_references_as_the_split_allows() -> None:
    metric, many = Cider(NoOptions()), {photo: (*group, f"grass and {group[1]}") for photo, group in REFERENCES.items()}
    references = {**many, PHOTOS[5]: REFERENCES[PHOTOS[5]]}
    words = {"whole": said("a {} runs on grass"), "part": dict(list(said("a red {}").items())[:5])}
    measured = {
        name: [(metric, statistics.score(captions, references, [metric], ["leave_one_out"])[0])]
        for name, captions in words.items()
    }
    (told,) = all_pairs(measured, words, references)
    assert told.photos == 5


def test_systems_without_a_common_photo_are_no_pair() -> None:
    metric = Rouge(NoOptions())
    first, second = result(metric, np.zeros((1, 3, 1))), result(metric, np.ones((1, 3, 1)), first=3)
    assert all_pairs({"a": [(metric, first)], "b": [(metric, second)]}, {}, {}) == []


def test_results_of_other_references_are_refused() -> None:
    metric = Rouge(NoOptions())
    first = result(metric, np.zeros((1, 3, 1)))
    other = statistics.replace(first, truth="elsewhere")
    with pytest.raises(BadData, match="unlike references"):
        all_pairs({"a": [(metric, first)], "b": [(metric, other)]}, {}, {})


def test_seeds_of_a_plan_come_to_a_mean_and_to_how_far_they_lie_apart() -> None:
    metric, draw = Rouge(NoOptions()), np.random.default_rng(0)
    tables = [draw.random((1, 50, 1)) for _ in range(3)]
    (found,) = over_seeds("adaptive", [[(metric, result(metric, rows))] for rows in tables])
    means = [rows.mean() for rows in tables]
    assert (found.plan, found.metric, found.seeds) == ("adaptive", "ROUGE-L", 3)
    assert found.mean == pytest.approx(np.mean(means))
    assert found.deviation == pytest.approx(np.std(means, ddof=1))
    together = with_intervals({"a": [(metric, result(metric, np.mean(tables, axis=0)))]})["a"][0].interval
    assert found.interval == pytest.approx(together)


def test_one_seed_has_no_spread() -> None:
    metric = Rouge(NoOptions())
    assert over_seeds("adaptive", [[(metric, result(metric, np.zeros((1, 3, 1))))]]) == []
