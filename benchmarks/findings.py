"""Write docs/findings.md from the questions and from benchmarks/results (questions, guidance, variants, layers,
seeds, ablations, together): `python -m benchmarks.findings`.
"""

import math
import statistics
from typing import Any

from scipy.stats import t

from benchmarks.tables import ROOT, figures_of
from workflows.questions.question import Question, find_question, question_names

FINDINGS = ROOT / "docs" / "findings.md"
ROUNDED = "cbam[grid=cbam_grid:gates=none]"
_HEAD = """# Findings

What the papers predict, and what decides, was written down (`workflows/questions`) before the runs; the five
networks first fitted, `show_and_tell`, `att_lstm`, `up_down`, `adaptive` and `show_attend_tell`, had been scored by
then. A number is a difference of scores with the interval that 95 % of 1,000 resamples of the photos lie in, all
systems on the same draws; where it holds 0, the photos cannot say. Each network was trained once, and what chance does
in training is not in the interval: the last part but two says how much that is, and a difference of networks that is
smaller is not shown, whatever the verdict.
Where a detector is to be trained on boxes, Pascal alone was asked, and a network learns little from its 275 photos:
`up_down_regions` stays far below nearest neighbours there, and what a detector brings it is read with that.
Relevance was measured before what captions deny and wear was read as such (changelog).
To ask on data of your own: `captionloom ask --questions NAME`.

Made by `python -m benchmarks.run questions guidance variants layers seeds ablations together` and
`python -m benchmarks.findings`.
"""
_LARGER = "The captioners that attend learned in batches of 32 photos here, in those of 16 elsewhere."
_NOTES = {
    "channel_gates": _LARGER,
    "guidance": _LARGER,
    "second_layer": (
        "Both networks learned for four epochs in place of the plan's eight, and in batches of 32"
        " (`captions=sca_cnn:epochs=4:batch=32`):\nan epoch of two layers takes a quarter of an hour. What longer"
        " training would make of the difference is not known."
    ),
}
_ABLATED = """## What each stage costs

`captionloom ablate --plan NAME`: every stage replaced by the truth where the photos are annotated, every field of a
whole photo by another photo's; a share is the Shapley share of what replacing all of them changes of CIDEr-D. Chance is
the score of the plan's captions said of other photos. Nothing was predicted of these numbers.

| plan | photos | as it is | chance | what is replaced | alone | share | largest in | at fault on |
|---|---|---|---|---|---|---|---|---|"""
_SEEDS = """## What chance does in training

Trainings of `show_attend_tell` on Flickr8k, in batches of 32 photos, that differ by nothing a paper would name. Two
networks trained once each, with a deviation like theirs, lie farther apart than {apart:.3f} by chance in one pair of
twenty, whatever interval over photos their difference has. `captionloom ask --seeds 0,1,2` has seeds in its intervals.
Nothing was predicted of these numbers.

| `show_attend_tell` | CIDEr-D |
|---|---|"""
_TOGETHER = """## Who should speak

`captionloom choose`: of several plans one speaks, photo by photo; learned from signs, as how sure a plan is, or chosen
as only someone could who knows the references. Nothing was predicted of these numbers.

| who speaks | CIDEr-D | above the best plan alone | photos of each |
|---|---|---|---|"""


def findings() -> str:
    """The page, every shipped question on it, answered or not."""
    answered: dict[str, Any] = {}
    for bench in ("questions", "guidance", "variants", "layers"):
        answered |= figures_of(bench)
    parts = [_part(find_question(name), answered.get(name, {})) for name in question_names()]
    others = [_seeds(), _ablations(figures_of("ablations")), _together(figures_of("together"))]
    return "\n".join([_HEAD, *parts, *others])


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
    if note := _NOTES.get(question.name):
        lines += ["", note]
    return "\n".join([*lines, ""])


def _seeds() -> str:
    """A row a training, and how far two lie apart: by Student's t, of as many."""
    gates = figures_of("variants")["channel_gates"]["Flickr8k"][1]["of"][ROUNDED]["value"]
    found = {
        **figures_of("seeds"),
        "seed 0, and a grid whose maps went through float16 (`cbam` without gates)": gates,
    }
    values = list(found.values())
    apart = float(t.ppf(0.975, len(values) - 1)) * statistics.stdev(values) * math.sqrt(2)
    rows = [f"| {what} | {value:.3f} |" for what, value in found.items()]
    rows.append(f"| mean, and standard deviation | {statistics.mean(values):.3f}, {statistics.stdev(values):.3f} |")
    return "\n".join([_SEEDS.format(apart=apart), *rows, ""])


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
