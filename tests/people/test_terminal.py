"""What is printed of people's answers."""

import json
from pathlib import Path

import pytest

from pipeline.codec import encode
from stages.analysis.choices import Choice
from stages.analysis.preferences import preferences
from workflows.people.terminal import print_judged


def test_judges_who_all_give_one_answer_are_not_said_to_have_had_no_question_in_common(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    choices = [Choice(f"q{n}", judge, f"p{n}", ("a", "b"), 1) for judge in ("x", "y") for n in range(3)]
    content = json.dumps(encode(preferences(choices)))
    (tmp_path / "judged.json").write_text(content, encoding="utf-8")
    print_judged(tmp_path)
    said = capsys.readouterr().out
    assert "(Krippendorff's alpha): -: no two judges answered one question, or all gave one answer" in said
