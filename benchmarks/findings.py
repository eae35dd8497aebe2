"""Write docs/findings.md from the questions and benchmarks/results/questions.json: `python -m benchmarks.findings`."""

import json
from pathlib import Path
from typing import Any

from workflows.questions.question import Question, find_question, question_names

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "questions.json"
FINDINGS = ROOT / "docs" / "findings.md"
_HEAD = """# Findings

What the papers predict, and what decides, was written down (`workflows/questions`) before the runs; the five
networks first fitted, `show_and_tell`, `att_lstm`, `up_down`, `adaptive` and `show_attend_tell`, had been scored by
then. A number is a difference of scores with the interval that 95 % of 1,000 resamples of the photos lie in, all
systems on the same draws; where it holds 0, the photos cannot say. Each network has one seed: how far seeds lie apart
is not in the interval.
To ask on data of your own: `captionloom ask --questions NAME`.

Made by `python -m benchmarks.run questions` and `python -m benchmarks.findings`.
"""


def findings() -> str:
    """The page, every shipped question on it, answered or not."""
    answered: Any = json.loads(RESULTS.read_text(encoding="utf-8"))["figures"] if RESULTS.exists() else {}
    parts = [_part(find_question(name), answered.get(name, {})) for name in question_names()]
    return "\n".join([_HEAD, *parts])


def _part(question: Question, answers: dict[str, list[dict[str, Any]]]) -> str:
    lines = [f"## {question.title}", "", question.claim, ""]
    if not answers:
        sums = "; ".join(one.says for one in question.deciding)
        return "\n".join([*lines, f"Not answered yet: {sums}.", ""])
    lines += ["| photos | what decides | score | difference | of | verdict |", "|---|---|---|---|---|---|"]
    for photos, decided in answers.items():
        for one in decided:
            of = ", ".join(f"`{name}` {value['value']:.3f}" for name, value in one["of"].items())
            number = f"{one['value']:+.3f} [{one['low']:+.3f}, {one['high']:+.3f}]"
            lines.append(f"| {photos} | {one['says']} | {one['score']} | {number} | {of} | {one['verdict']} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    FINDINGS.write_text(findings(), encoding="utf-8")
