"""Answers read back through the key, and every way in which a file can be wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import BadData
from tests.people.asking import asked
from workflows.people.answers import read_choices
from workflows.people.key import Key


@pytest.fixture
def key(tmp_path: Path) -> Key:
    Key.of(asked()).write(tmp_path / "key.json")
    return Key.read(tmp_path / "key.json")


def content(key: Key, judge: str = "eve") -> dict[str, Any]:
    answers = [{"question": one.id, "choice": at % 3, "seconds": 2.5} for at, one in enumerate(key.questions)]
    return {"page": key.page, "judge": judge, "answers": answers}


def write(file: Path, content: object) -> Path:
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_the_key_survives_its_file(key: Key) -> None:
    assert key == Key.of(asked())


def test_answers_are_of_the_systems_behind_the_sides(key: Key, tmp_path: Path) -> None:
    found = read_choices(key, [write(tmp_path / "eve.json", content(key))])
    assert len(found) == len(key.questions)
    for at, (choice, question) in enumerate(zip(found, key.questions, strict=True)):
        assert choice.system == ("", *question.systems)[at % 3]
        assert (choice.again, choice.question) == (bool(question.of), question.of or question.id)


def test_a_judge_may_stop_early_and_several_are_taken_together(key: Key, tmp_path: Path) -> None:
    early = content(key, "al")
    del early["answers"][3:]
    files = [write(tmp_path / "a.json", early), write(tmp_path / "b.json", content(key))]
    assert len(read_choices(key, files)) == 3 + len(key.questions)


BAD = {
    "cut short": ('{"page": "ab', "is damaged, no JSON"),
    "something else": ([1, 2], "holds no answers of a page"),
    "another page": ({"page": "00000000"}, "answers page '00000000', the key is of"),
    "no name": ({"judge": " "}, "has no name of a judge"),
    "an unknown question": ({"answers": [{"question": "f00", "choice": 1}]}, "of question 'f00', which this page does"),
    "a choice of none": ({"answers": [{"question": "f00", "choice": 3}]}, "a choice is 1, 2 or 0"),
    "a choice of truth": ({"answers": [{"question": "f00", "choice": True}]}, "a choice is 1, 2 or 0"),
    "an answer of none": ({"answers": ["1"]}, "answer 1 is '1'"),
}


@pytest.mark.parametrize(("change", "says"), BAD.values(), ids=BAD)
def test_a_bad_file_is_named_with_a_remedy(change: Any, says: str, key: Key, tmp_path: Path) -> None:
    file = write(tmp_path / "x.json", {**content(key), **change} if isinstance(change, dict) else change)
    with pytest.raises(BadData, match=r"x\.json.*" + says):
        read_choices(key, [file])


def test_a_question_or_a_judge_counts_once(key: Key, tmp_path: Path) -> None:
    twice = content(key)
    twice["answers"].append(twice["answers"][0])
    with pytest.raises(BadData, match=r"answer 17 answers question .* a second time"):
        read_choices(key, [write(tmp_path / "x.json", twice)])
    both = [write(tmp_path / name, content(key)) for name in ("x.json", "y.json")]
    with pytest.raises(BadData, match=r"y\.json and .*x\.json are both by 'eve'"):
        read_choices(key, both)


@pytest.mark.parametrize("text", ["", "[]", '{"page": "x"}', '{"page": "x", "questions": [{"id": 3}]}', "{}"])
def test_what_is_no_key_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"key\.json .*give the key\.json that `captionloom judge` wrote"):
        Key.read(write(tmp_path / "key.json", text))


def test_a_key_with_a_question_taken_out_is_refused(key: Key, tmp_path: Path) -> None:
    Key(key.page, key.questions[1:]).write(tmp_path / "key.json")
    with pytest.raises(BadData, match="no whole key"):
        Key.read(tmp_path / "key.json")
