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
