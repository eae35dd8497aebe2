"""Questions as they are written down: shipped ones fit the plans there are, bad ones are refused by name."""

import json
from pathlib import Path
from typing import Any

import luigi
import pytest

from pipeline.errors import BadData, BadPlan, UnknownName
from pipeline.registry import choose, registered
from stages.analysis.contrasts import Contrast
from tests.datasets.trees import photo, written
from workflows.planning import find_plan, find_plans
from workflows.questions.answer import Answer, verdict
from workflows.questions.question import Deciding, Term, find_question, question_names, terms_of
from workflows.sources import forget

GOOD = """
title = "Which?"
claim = "The first."

[[decides]]
says = "one against the other"
sum = "babytalk - babytalk[graph=argmax, captions=template:lone=one]"
score = "CIDEr-D"
expects = "more"
"""


@pytest.mark.parametrize("name", question_names())
def test_shipped_questions_ask_about_plans_and_scores_that_exist(name: str) -> None:
    question = find_question(name)
    scores = {score for metric in registered("metrics") for score in choose("metrics", metric).kind.scores}
    assert question.title.endswith("?")
    assert "Predicted: " in question.claim
    for one in question.deciding:
        assert one.at or one.score in scores
        for term in one.terms:
            find_plans((term.plan,), term.swaps, None)


def test_a_sum_is_read_with_signs_and_swaps(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(GOOD, encoding="utf-8")
    (one,) = find_question(str(tmp_path / "own.toml")).deciding
    other = Term(-1, "babytalk", ("graph=argmax", "captions=template:lone=one"))
    assert one.terms == (Term(1, "babytalk"), other)
    assert other.name == "babytalk[graph=argmax,captions=template:lone=one]"
    assert [term.sign for term in terms_of("a - b - c + d")] == [1, -1, -1, 1]


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ('score = "CIDEr-D"', "", "score"),
        ('expects = "more"', 'expects = "better"', "'better'"),
        ("babytalk - babytalk", "babytalk babytalk", "sum of plans"),
        ("babytalk - babytalk[graph=argmax, captions=template:lone=one]", "", "sum of plans"),
        ("babytalk - babytalk[graph=argmax, captions=template:lone=one]", "  ", "sum of plans"),
        ('expects = "more"', 'expects = "more"\nat = ["nouns", "verbs"]', "sum = .* should be one plan"),
        (
            'babytalk - babytalk[graph=argmax, captions=template:lone=one]"',
            '-adaptive"\nat = ["nouns", "verbs"]',
            "sum = '-adaptive' should be one plan",
        ),
        ('title = "Which?"', "title", "cannot be read"),
        ('expects = "more"', 'expects = "more"\nat = ["nouns"]', "two kinds"),
    ],
)
def test_a_bad_question_is_refused_with_what_is_bad(tmp_path: Path, old: str, new: str, names: str) -> None:
    (tmp_path / "bad.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(BadPlan, match=names):
        find_question(str(tmp_path / "bad.toml"))


def own(total: str, score: str) -> str:
    """A question of one's own that a sum of scores decides."""
    text = GOOD.replace("babytalk - babytalk[graph=argmax, captions=template:lone=one]", total)
    Path("own.toml").write_text(text.replace("CIDEr-D", score), encoding="utf-8")
    return "own.toml"


def ask(total: str, score: str, **options: Any) -> bool:
    """Whether a question of one's own on a few drawn scenes was answered."""
    forget()
    given = {"dataset": "scenes:train=10:val=2:test=4", "store": "store", "out": "out"}
    task = Answer(questions=(own(total, score),), **given, **options)
    return bool(luigi.build([task], local_scheduler=True, log_level="WARNING"))


@pytest.mark.parametrize(("total", "score"), [("human", "tuple_f1"), ("human - babytalk_oracle", "objects F1")])
def test_the_reason_of_a_missing_score_is_told_and_leaving_one_out_has_people(
    total: str, score: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not ask(total, score)
    said = capfd.readouterr().err
    assert f"{score} of 'human', references=all: a person's caption is one of the references: see leave one out" in said
    assert "internal" not in said
    assert ask(total, score, references="leave_one_out")
    content = json.loads(Path("out/answers.json").read_text(encoding="utf-8"))
    assert content["references"] == "leave_one_out"
    assert content["answers"][0]["decided"][0]["photos"] == 4


def test_what_has_no_value_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not ask("babytalk_oracle - human", "pointing")
    assert "pointing of 'human', references=all: these captions have no evidence" in capfd.readouterr().err
    assert not Path("out/answers.json").exists()


def test_what_the_photos_cannot_answer_is_left_out_unless_it_was_named(tmp_path: Path) -> None:
    names = [photo(tmp_path / f"{number:02d}.png").name for number in range(20)]
    written(tmp_path / "captions.csv", ["file,caption", *(f"{name},A dog runs." for name in names * 2)])
    drawn, unboxed = {"fit_on": "scenes:train=10:val=2:test=3"}, {"dataset": f"folder:{tmp_path}", "split": "val"}
    every = Answer(**unboxed, **drawn)
    assert list(every.left_out) == ["grounding"]
    assert "have no true detections" in every.left_out["grounding"]
    assert {question.name for question in every.asked} == {*question_names()} - {"grounding"}
    with pytest.raises(BadData, match=r"question grounding cannot be answered here: .* have no true detections"):
        _ = Answer(questions=("sentinel", "grounding"), **unboxed, **drawn).asked
    assert set(Answer(**unboxed).left_out) == {"grounding", "detector"}
    with pytest.raises(BadData, match=r"question detector .*: photos of folder.*would learn from"):
        _ = Answer(questions=("detector",), **unboxed).asked


def test_an_unknown_question_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="sentinel"):
        find_question("sentinels")


def test_a_swap_goes_into_every_plan_asked_about_that_it_fits_and_has_to_fit_one() -> None:
    given = {"questions": ("true_or_smooth",), "dataset": "scenes:train=10:val=2:test=3"}
    families = Answer(swap=("graph=argmax",), **given).families
    (fits,), (other,) = families["babytalk"], families["show_attend_tell"]
    assert fits.stages["graph"] == "argmax"
    assert "graph" not in other.stages
    ((named,), (kept,)) = (
        Answer(swap=("babytalk.graph=argmax",), **given).families[name] for name in ("babytalk", "babytalk_crf")
    )
    assert named.stages["graph"] == "argmax"
    assert kept.stages["graph"] == find_plan("babytalk_crf", "scenes").stages["graph"]
    for swap, says in (("triplets=oracle", "none of"), ("neuraltalk.captions=human", "neuraltalk")):
        with pytest.raises((BadPlan, UnknownName), match=says):
            _ = Answer(swap=(swap,), **given).families


def test_what_a_term_swaps_is_laid_over_what_is_swapped_in_all(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(GOOD, encoding="utf-8")
    swap = ("attributes=oracle", "graph=crf")
    families = Answer(questions=(str(tmp_path / "own.toml"),), swap=swap, dataset="scenes:train=10:test=3").families
    (plain,), (changed,) = families.values()
    assert (plain.stages["attributes"], changed.stages["attributes"]) == ("oracle", "oracle")
    assert plain.stages["graph"].startswith("crf")
    assert changed.stages["graph"] == "argmax"


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(0.1, 0.3, "as predicted"), (-0.3, -0.1, "against the prediction"), (-0.1, 0.3, "the photos cannot say")],
)
def test_the_verdict_is_the_intervals(low: float, high: float, told: str) -> None:
    one = Deciding("", (), "CIDEr-D", "more")
    assert verdict(Contrast((low + high) / 2, low, high, 10), one) == told


def test_of_a_handful_of_photos_there_is_no_verdict() -> None:
    told = verdict(Contrast(0.2, 0.1, 0.3, 9), Deciding("", (), "CIDEr-D", "more"))
    assert told == "the photos cannot say: 9 are too few, it takes 10"
