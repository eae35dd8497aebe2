"""Intervals and verdicts on the page and in the terminal."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from stages.analysis.verdicts import Verdict
from tests.workflows.test_report import Page, comparison
from workflows.report.comparison import Comparison
from workflows.report.page import render
from workflows.report.pairs import chance, pairs
from workflows.report.scores import score_table
from workflows.terminal import print_scores

APART = Verdict("CIDEr-D", "all", "show_attend_tell", "babytalk", 4, 0.27, 0.0002, 0.0006)
ALIKE = Verdict("CIDEr-D", "all", "babytalk_oracle", "show_attend_tell", 4, 0.04, 0.2, 0.4)
OTHER = Verdict("BLEU-4", "all", "show_attend_tell", "babytalk", 4, 0.08, 0.01, 0.03)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    plain = comparison(tmp_path_factory.mktemp("photos"), photos=2)
    first = replace(plain.systems[0], scores=tuple(replace(s, interval=(0.25, 0.75)) for s in plain.systems[0].scores))
    return replace(plain, systems=(first, *plain.systems[1:]), pairs=(APART, ALIKE, OTHER))


def test_the_block_is_of_the_score_shown_and_begins_with_what_cannot_be_told_apart(made: Comparison) -> None:
    shown = pairs(made)
    assert shown is not None
    assert shown.verdicts == (ALIKE, APART)
    assert (shown.score, shown.summary) == ("CIDEr-D, all references", "1 of 2 pairs of systems are separable")
    assert pairs(replace(made, pairs=())) is None


def test_the_page_says_intervals_and_verdicts_only_where_there_are_some(made: Comparison) -> None:
    text = Page(render(made)).text
    assert "0.250 to 0.750" in text
    assert "not separable" in text
    assert "< 0.001" in text
    bare = replace(made, systems=made.systems[1:], pairs=())
    assert "resamples" not in Page(render(bare)).text
    assert "separable" not in Page(render(bare)).text
    assert {cell.interval for row in score_table(made).rows[1:] for cell in row.cells} == {""}


def test_a_chance_is_printed_to_its_third_digit() -> None:
    assert [chance(p) for p in (1.0, 0.0312, 0.001, 0.0002)] == ["1.000", "0.031", "0.001", "< 0.001"]


def test_the_terminal_prints_half_the_interval_and_names_who_is_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    score = {"plan": "a", "metric": "CIDEr-D", "references": "all", "value": 0.5, "interval": [0.45, 0.57]}
    pair = {"metric": "CIDEr-D", "references": "all", "higher": "a", "lower": "b", "adjusted": 0.06}
    about = {"dataset": "scenes", "split": "test", "skipped": {}}
    content = {**about, "scores": [score], "pairs": [pair], "seeds": [], "costs": []}
    (tmp_path / "scores.json").write_text(json.dumps(content))
    print_scores(tmp_path)
    said = capsys.readouterr().out
    assert "0.500 ±.060" in said
    assert "CIDEr-D, all: not separable: a and b" in said
    assert "METEOR" not in said  # which nobody asked for


def test_names_in_brackets_are_printed_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = [
        {"plan": name, "metric": "CIDEr-D", "references": "all", "value": 0.5, "interval": None}
        for name in ("up_down[greedy]", "up_down[beam]", "up_down:dog:")
    ]
    about = {"dataset": "folder:paths=[old]", "split": "all", "skipped": {}}
    content = {**about, "scores": scores, "pairs": [], "seeds": [], "costs": []}
    (tmp_path / "scores.json").write_text(json.dumps(content))
    print_scores(tmp_path)
    said = capsys.readouterr().out
    assert all(name in said for name in ("up_down[greedy]", "up_down[beam]", "up_down:dog:", "folder:paths=[old]"))
