"""A question asked from the command line, on drawn photos whose truth is known."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.small import captionloom

QUESTION = """
title = "Do true relations say more?"
claim = "Kulkarni et al. (CVPR 2011): objects with their prepositions say more than objects alone. Predicted: more."

[[decides]]
says = "with relations against without"
sum = "babytalk_oracle - babytalk_oracle[captions=template:most_relations=0]"
score = "ROUGE-L"
expects = "more"
"""


def test_a_question_is_answered_by_the_scores_of_its_plans(tmp_path: Path) -> None:
    (tmp_path / "relations.toml").write_text(QUESTION, encoding="utf-8")
    given = ["ask", "--questions", "relations.toml", "--dataset", "scenes:train=10:val=2:test=8", "--out", "out"]
    outcome = captionloom(given, tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    (answer,) = json.loads((tmp_path / "out" / "answers.json").read_text(encoding="utf-8"))["answers"]
    (one,) = answer["decided"]
    with_them, without = (value["value"] for value in one["of"].values())
    assert one["value"] == pytest.approx(with_them - without)
    assert one["low"] <= one["value"] <= one["high"]
    assert one["photos"] == 8
    assert one["verdict"] in outcome.stdout
    assert answer["title"] in outcome.stdout


def test_what_draws_is_asked_with_every_seed(tmp_path: Path) -> None:
    """HOG detectors draw the background that they learn from; from true boxes and relations nothing is drawn."""
    question = QUESTION.replace("[captions=template:most_relations=0]", "[detections=hog_svm,relations=prepositions]")
    (tmp_path / "detectors.toml").write_text(question, encoding="utf-8")
    given = ["ask", "--questions", "detectors.toml", "--dataset", "scenes:train=10:val=2:test=8", "--out", "out"]
    outcome = captionloom([*given, "--seeds", "0,1"], tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    content = json.loads((tmp_path / "out" / "answers.json").read_text(encoding="utf-8"))
    ((one,),) = (answer["decided"] for answer in content["answers"])
    drawn, given = one["of"].popitem()[1], one["of"].popitem()[1]
    assert drawn["deviation"] == one["deviation"] > 0
    assert "deviation" not in given
    assert one["value"] == pytest.approx(given["value"] - drawn["value"])
    assert content["seeds"] == ["0", "1"]
    assert "apart)" in outcome.stdout
