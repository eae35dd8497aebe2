"""Write docs/findings.md from the questions and from benchmarks/results (questions, variants, ablations, together):
`python -m benchmarks.findings`.
"""

from typing import Any

from benchmarks.tables import ROOT, figures_of
from workflows.questions.question import Question, find_question, question_names

FINDINGS = ROOT / "docs" / "findings.md"
_HEAD = """# Findings

What the papers predict, and what decides, was written down (`workflows/questions`) before the runs; the five
networks first fitted, `show_and_tell`, `att_lstm`, `up_down`, `adaptive` and `show_attend_tell`, had been scored by
then. A number is a difference of scores with the interval that 95 % of 1,000 resamples of the photos lie in, all
systems on the same draws; where it holds 0, the photos cannot say. Each network has one seed: how far seeds lie apart
is not in the interval.
Where a detector is to be trained on boxes, Pascal alone was asked, and a network learns little from its 275 photos: no
score of `up_down_regions` there comes near nearest neighbours', and what a detector brings it is read with that.
To ask on data of your own: `captionloom ask --questions NAME`.

Made by `python -m benchmarks.run questions variants ablations together` and `python -m benchmarks.findings`.
"""
_ABLATED = """## What each stage costs

`captionloom ablate --plan NAME`: every stage replaced by the truth where the photos are annotated, every field of a
whole photo by another photo's; a share is the Shapley share of what replacing all of them changes of CIDEr-D. Chance is
the score of the plan's captions said of other photos. Nothing was predicted of these numbers.

| plan | photos | as it is | chance | what is replaced | alone | share | largest in | at fault on |
|---|---|---|---|---|---|---|---|---|"""
_TOGETHER = """## Who should speak

`captionloom choose`: of several plans one speaks, photo by photo; learned from signs, as how sure a plan is, or chosen
as only someone could who knows the references. Nothing was predicted of these numbers.

| who speaks | CIDEr-D | above the best plan alone | photos of each |
|---|---|---|---|"""


def findings() -> str:
    """The page, every shipped question on it, answered or not."""
    answered = {**figures_of("questions"), **figures_of("variants")}
    parts = [_part(find_question(name), answered.get(name, {})) for name in question_names()]
    return "\n".join([_HEAD, *parts, _ablations(figures_of("ablations")), _together(figures_of("together"))])


def _part(question: Question, answers: dict[str, list[dict[str, Any]]]) -> str:
    lines = [f"## {question.title}", "", question.claim, ""]
    if not answers:
        sums = "; ".join(one.says for one in question.deciding)
        return "\n".join([*lines, f"Not answered yet: {sums}.", ""])
    lines += ["| photos | what decides | score | difference | of | verdict |", "|---|---|---|---|---|---|"]
    for photos, decided in answers.items():
        for one in decided:
            of = ", ".join(f"`{name}` {value['value']:.3f}" for name, value in one["of"].items())
            lines.append(f"| {photos} | {one['says']} | {one['score']} | {_signed(one)} | {of} | {one['verdict']} |")
    return "\n".join([*lines, ""])


def _ablations(ablated: dict[str, dict[str, Any]]) -> str:
    """A row a plan, photos and what is replaced: a field by the truth, or by another photo's."""
    lines = []
    for plan, runs in ablated.items():
        for photos, run in runs.items():
            about = f"`{plan}` | {photos} | {_plain(run['base'])} | {_plain(run['floor'])}"
            for part, by in (("replaced", "the truth"), ("foreign", "another photo's")):
                for share in (run[part] or {"shares": ()})["shares"]:
                    blame = f"{share['largest']:.0%} | {share['at_fault']} of {run['photos']}"
                    fault = blame if part == "replaced" else "- | -"
                    cells = f"{_plain(share['alone'])} | {_signed(share['share'])} | {fault}"
                    lines.append(f"| {about} | `{share['field']}` by {by} | {cells} |")
    return "\n".join([_ABLATED, *lines, ""])


def _together(found: dict[str, Any]) -> str:
    """A row a plan, then those of the choices between them."""
    lines = [f"| `{plan['plan']}` alone | {_plain(plan)} | - | - |" for plan in found.get("plans", ())]
    for choice in found.get("choices", ()):
        speaks = ", ".join(f"`{plan}` {share:.0%}" for plan, share in choice["speaks"].items())
        lines.append(f"| {choice['choice']} | {_plain(choice)} | {_signed(choice['above_best_alone'])} | {speaks} |")
    return "\n".join([_TOGETHER, *lines, ""])


def _plain(one: dict[str, Any]) -> str:
    return f"{one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}]"


def _signed(one: dict[str, Any]) -> str:
    return f"{one['value']:+.3f} [{one['low']:+.3f}, {one['high']:+.3f}]"


if __name__ == "__main__":
    FINDINGS.write_text(findings(), encoding="utf-8")
