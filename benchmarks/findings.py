"""Write docs/findings.md from the questions and from benchmarks/results (questions, guidance, variants, layers,
seeds, seeded, ablations, substitution, confidence, together): `python -m benchmarks.findings`.
"""

from collections import Counter
from typing import Any

from benchmarks.chance import apart, learned_apart, pooled, trainings
from benchmarks.tables import ROOT, figures_of
from workflows.questions.question import Deciding, Question, find_question, question_names

FINDINGS = ROOT / "docs" / "findings.md"
_HEAD = """# Findings

What the papers predict, and what decides, was written down (`workflows/questions`) before the runs; the five networks
first fitted, `show_and_tell`, `att_lstm`, `up_down`, `adaptive` and `show_attend_tell`, had been scored by then. A
number is a difference of scores with the interval that 95 % of 1,000 resamples of the photos lie in, all systems on the
same draws; where it holds 0, the photos cannot say. But where seeds are named, each network was trained once, and what
chance does in training is not in the interval: the last part says how much that is, and verdicts on smaller differences
of two networks say so.
Where a detector is to be trained on boxes, Pascal alone was asked, and a network learns little from its 275 photos:
`up_down_regions` stays far below nearest neighbours there, and what a detector brings it is read with that.
To ask on data of your own: `captionloom ask --questions NAME`.

Made by `python -m benchmarks.run questions guidance variants layers seeds seeded ablations substitution confidence
together` and `python -m benchmarks.findings`.
"""
_NOTES = {
    "grounding": "Pointing was measured before this question was written down: nothing here was predicted blindly.",
    "channel_gates": "The captioners that attend learned in batches of 32 photos here, in those of 16 elsewhere.",
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
_BY_CHANCE = ", as chance in training may have it"
_PHOTOS = ("Flickr8k", "Pascal, fitted on Flickr8k", "Pascal")
_SHORT = """## In short

How many of the sums that decide a question came out how. Open: the photos cannot say. Within chance: the interval over
photos does not hold 0, but two trainings of one and the same network may lie as far apart.

| question | Flickr8k | Pascal, fitted on Flickr8k | Pascal |
|---|---|---|---|"""
_SUBSTITUTED = """## What each stage brings beside the others

`captionloom substitute --plan babytalk`: every combination of stages on Pascal val, fitted on its train. A row is a
detector with its attributes, a column a graph with its sentences: CIDEr-D, and, in brackets, the share of things named
that are there among the 20 kinds that are boxed. `argmax` names what it is at least half sure of, `crf` also what goes
well with the rest. Nothing was predicted of these numbers.
"""
_CALIBRATED = """## Who knows when it is right

`captionloom confidence` on Flickr8k's development photos: a caption is good where its CIDEr-D is at least that of
{good:.0%} of people's captions; how sure a plan is of each is calibrated on `tune`. Risk is the share of captions that
are not good: among the half that a plan is surest of, and as the area under its curve over all shares, beside what an
order by chance and one that knows all would have. Nothing was predicted of these numbers.

| plan | good | calibration error | risk, surest half | area of risk | by chance | at best |
|---|---|---|---|---|---|---|"""
_SEEDS = """## What chance does in training

Networks trained more than once on Flickr8k, each time alike but for chance. Two trainings, of one network or of two
that are as good, lie farther apart than {apart:.3f} in one pair of twenty, whatever interval over photos their
difference has. `captionloom ask --seeds 0,1` has seeds in its intervals. Nothing was predicted of these numbers.

| network | trainings | mean CIDEr-D | standard deviation |
|---|---|---|---|"""
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
    for name, runs in figures_of("seeded").items():
        answered[name] |= {f"{photos}, two seeds": decided for photos, decided in runs.items()}
    questions = [find_question(name) for name in question_names()]
    parts = [_part(question, answered.get(question.name, {})) for question in questions]
    others = [
        _ablations(figures_of("ablations")),
        _substitution(figures_of("substitution")),
        _confidence(figures_of("confidence")),
        _together(figures_of("together")),
        _seeds(),
    ]
    return "\n".join([_HEAD, _short(questions, answered), *parts, *others])


def _short(questions: list[Question], answered: dict[str, Any]) -> str:
    """A row a question: how many of its sums came out how, on each set of photos."""
    lines = []
    for question in questions:
        runs = answered.get(question.name, {})
        cells = []
        for photos in _PHOTOS:
            decided = zip(question.deciding, runs[photos], strict=True) if photos in runs else ()
            found = Counter(_in_short(_verdict(*each)) for each in decided)
            cells.append(", ".join(f"{found[verdict]} {verdict}" for verdict in sorted(found)) or "-")
        lines.append(f"| {question.title} | {' | '.join(cells)} |")
    return "\n".join([_SHORT, *lines, ""])


def _in_short(verdict: str) -> str:
    if verdict.endswith(_BY_CHANCE):
        return "within chance"
    return {"as predicted": "as predicted", "against the prediction": "against it"}.get(verdict, "open")


def _verdict(deciding: Deciding, one: dict[str, Any]) -> str:
    """As it was given; of two networks whose scores lie nearer to each other than two trainings of one may by chance,
    that they do."""
    verdict: str = one["verdict"]
    if "deviation" in one:  # the interval holds it
        return verdict
    near = one["score"] == "CIDEr-D" and abs(one["value"]) < apart()
    shown = one["low"] > 0 or one["high"] < 0
    return verdict + _BY_CHANCE if near and shown and learned_apart(deciding) else verdict


def _part(question: Question, answers: dict[str, list[dict[str, Any]]]) -> str:
    lines = [f"## {question.title}", "", question.claim, ""]
    if not answers:
        sums = "; ".join(one.says for one in question.deciding)
        return "\n".join([*lines, f"Not answered yet: {sums}.", ""])
    lines += ["| photos | what decides | score | difference | of | verdict |", "|---|---|---|---|---|---|"]
    for photos, decided in answers.items():
        for deciding, one in zip(question.deciding, decided, strict=True):
            of = ", ".join(f"`{name}` {value['value']:.3f}" for name, value in one["of"].items())
            told = f"{one['says']} | {one['score']} | {_signed(one)} | {of} | {_verdict(deciding, one)}"
            lines.append(f"| {photos} | {told} |")
    if note := _NOTES.get(question.name):
        lines += ["", note]
    return "\n".join([*lines, ""])


def _seeds() -> str:
    """A row a network, and how far two trainings lie apart."""
    rows = [
        f"| {what} | {count} | {mean:.3f} | {deviation:.3f} |" for what, (count, mean, deviation) in trainings().items()
    ]
    return "\n".join([_SEEDS.format(apart=apart()), *rows, f"| all | | | {pooled()[0]:.3f} |", ""])


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


def _substitution(found: dict[str, Any]) -> str:
    """A row a detector and its attributes, a column a graph and its sentences."""
    cells: dict[tuple[str, str], dict[tuple[str, str], str]] = {}
    for row in found["combinations"]:
        seen, attributes, graph, captions = (text.partition(":")[0] for text in row["stages"].values())
        value, right = (row["scores"][name]["value"] for name in ("CIDEr-D", "boxed precision"))
        cells.setdefault((seen, attributes), {})[graph, captions] = f"{value:.3f} ({right:.2f})"
    columns = list(next(iter(cells.values())))
    head = [*("detections", "attributes"), *(f"`{graph}`, `{captions}`" for graph, captions in columns)]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for (seen, attributes), each in cells.items():
        lines.append(f"| `{seen}` | `{attributes}` | {' | '.join(each[column] for column in columns)} |")
    return "\n".join([_SUBSTITUTED, *lines, ""])


def _confidence(found: dict[str, Any]) -> str:
    """A row a plan, those whose confidence tells most first."""
    lines = []
    for plan in sorted(found["plans"], key=lambda one: one["area"] / one["area_by_chance"]):
        error, area = (_bounded(plan[name], plan[f"{name}_interval"]) for name in ("calibration_error", "area"))
        known = f"{plan['area_by_chance']:.3f} | {plan['area_of_an_oracle']:.3f}"
        half = f"{plan['risk_of_half']:.2f}"
        lines.append(f"| `{plan['plan']}` | {plan['share_good']:.0%} | {error} | {half} | {area} | {known} |")
    return "\n".join([_CALIBRATED.format(good=found["good"]), *lines, ""])


def _together(found: dict[str, Any]) -> str:
    """A row a plan, then those of the choices between them."""
    lines = [f"| `{plan['plan']}` alone | {_plain(plan)} | - | - |" for plan in found.get("plans", ())]
    for choice in found.get("choices", ()):
        speaks = ", ".join(f"`{plan}` {share:.0%}" for plan, share in choice["speaks"].items())
        lines.append(f"| {choice['choice']} | {_plain(choice)} | {_signed(choice['above_best_alone'])} | {speaks} |")
    return "\n".join([_TOGETHER, *lines, ""])


def _plain(one: dict[str, Any]) -> str:
    return _bounded(one["value"], (one["low"], one["high"]))


def _bounded(value: float, bounds: tuple[float, float]) -> str:
    return f"{value:.3f} [{bounds[0]:.3f}, {bounds[1]:.3f}]"


def _signed(one: dict[str, Any]) -> str:
    return f"{one['value']:+.3f} [{one['low']:+.3f}, {one['high']:+.3f}]"


if __name__ == "__main__":
    FINDINGS.write_text(findings(), encoding="utf-8")
