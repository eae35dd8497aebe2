"""What the command line prints of answers to questions."""

import json
from pathlib import Path

from workflows.printing import say


def print_answers(out: Path) -> None:
    """Every question: what the papers predict, what decides, and how it came out."""
    content = json.loads((out / "answers.json").read_text(encoding="utf-8"))
    left_out = ", leave one out" if content["references"] == "leave_one_out" else ""
    for answer in content["answers"]:
        say(answer["title"], style="bold")
        say(f"  {answer['claim']}")
        for one in answer["decided"]:
            number = f"{one['value']:+.3f} [{one['low']:+.3f}, {one['high']:+.3f}]"
            of = ", ".join(f"{name} {value['value']:.3f}" for name, value in one["of"].items())
            seeds = f"; seeds {one['deviation']:.4f} apart" if "deviation" in one else ""
            about = f"({of}; {one['photos']} photos{seeds})"
            words = f"  {one['says']}: {one['score']}{left_out} {number}, {one['verdict']} {about}"
            say(words)
    for question, reason in content["left_out"].items():
        say(f"left out: {question}, {reason}")
    say(f"answers: {out / 'answers.json'}")
