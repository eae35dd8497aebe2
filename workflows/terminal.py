"""What the command line prints: scores, captions, plans and what can be plugged in."""

import dataclasses
import json
import typing
from pathlib import Path
from typing import Any

from rich.table import Table

from pipeline.config import NoOptions, spelt
from pipeline.errors import UnknownName
from pipeline.plan import Plan
from pipeline.registry import FOLDERS, get, registered
from pipeline.stage import Stage
from stages.analysis.randomisation import LEVEL
from workflows.costs.printed import print_costs, read_costs
from workflows.planning import find_plan, find_plans, plan_names
from workflows.printing import say, show
from workflows.skipped import counted, reasons

SHOWN = ("BLEU-1", "BLEU-4", "METEOR", "ROUGE-L", "CIDEr-D")
OF_BOXES = {
    "what is boxed": ("boxed precision", "boxed recall", "made up", "annotated attributes", "annotated relations"),
    "grounding": ("nouns with evidence", "pointing", "pointing, centre", "mass inside", "mass, uniform"),
}
"""Tables of scores that only photos with boxes have."""


def print_scores(out: Path) -> None:
    """The main scores of a comparison, plans by rows, both choices of references, and where the rest is."""
    content = json.loads((out / "scores.json").read_text(encoding="utf-8"))
    scores = {(item["plan"], item["references"], item["metric"]): item for item in content["scores"]}
    tables = [
        ("all", "all references", SHOWN),
        ("leave_one_out", "leave one out", SHOWN),
        *(("all", title, names) for title, names in OF_BOXES.items()),
    ]
    for references, title, wanted in tables:
        names = [name for name in wanted if any(key[1:] == (references, name) for key in scores)]
        if all(item["value"] is None for key, item in scores.items() if key[1] == references and key[2] in names):
            continue
        table = Table(title=f"{content['dataset']} {content['split']}, {title}", title_justify="left")
        table.add_column("plan", no_wrap=True)
        for name in names:
            table.add_column(name, justify="right")
        for plan in dict.fromkeys(item["plan"] for item in content["scores"]):
            table.add_row(plan, *(score_cell(scores.get((plan, references, name), {})) for name in names))
        show(table)
    for reason in dict.fromkeys(item["missing"] for item in content["scores"] if item.get("missing")):
        say(f"  -: {reason}")
    _print_pairs([item for item in content["pairs"] if item["metric"] == SHOWN[-1]])
    for item in content["seeds"]:
        if item["metric"] == SHOWN[-1]:
            words = f"{item['mean']:.3f}, {item['deviation']:.3f} apart (standard deviation of {item['seeds']} seeds)"
            where = f"{item['metric']}, {item['references'].replace('_', ' ')}"
            say(f"  {item['plan']}: {where}: {words}")
    print_costs(read_costs(out))
    print_skipped(content["skipped"])
    say(f"report: {out / 'report.html'}")


def print_captions(out: Path) -> None:
    """One line a photo, what was skipped, and where the page is."""
    for item in json.loads((out / "captions.json").read_text(encoding="utf-8")):
        say(f"{item['image_id']}: {item['caption']}")
    print_skipped(json.loads((out / "skipped.json").read_text(encoding="utf-8")))
    say(f"page: {out / 'captions.html'}")


def print_bundle(file: Path) -> None:
    """Where a bundle is, its size, and how to use it."""
    size = f"{file.stat().st_size / 1e6:.1f} MB"
    say(f"bundle: {file} ({size}); captionloom caption PHOTOS --bundle {file}")


def print_registered(folder: str) -> None:
    """Everything that can be plugged in, with options, bounds and what each option makes stale.

    Raises:
        UnknownName: for a folder that does not exist.
    """
    if folder and folder not in FOLDERS:
        raise UnknownName("field", folder, FOLDERS)
    for group in (folder,) if folder else FOLDERS:
        for name in registered(group):
            kind = get(group, name)
            say(f"{group}/{name}: {_first_line(kind)}")
            if kind.config_type is not NoOptions:
                _print_options(kind.config_type)


def print_plans() -> None:
    """The shipped plans and their titles."""
    for name in plan_names():
        say(f"{name}: {find_plan(name).title}")


def print_plan(text: str, swaps: tuple[str, ...], fitted_on: str) -> None:
    """A plan field by field: stage, what it reads and uses, and what it learns from.

    Raises:
        CaptionloomError: where the plan cannot work.
    """
    (plan,) = find_plans((text,), swaps, None, fitted_on)
    say(f"{plan.name}: {plan.title}")
    for written in plan.order():
        say(f"  {written} <- {_described(plan, written)}")


def score_cell(score: dict[str, Any]) -> str:
    """A score and half the width of its interval."""
    if score.get("value") is None:
        return "-"
    low, high = score.get("interval") or (None, None)
    return f"{score['value']:.3f}" + ("" if low is None else f" ±{(high - low) / 2:.3f}".replace("±0.", "±."))


def _print_pairs(pairs: list[dict[str, Any]]) -> None:
    """The pairs of the last score that cannot be told apart, by the choice of references that has most pairs."""
    modes = [item["references"] for item in pairs]
    told = [item for item in pairs if item["references"] == max(modes, key=modes.count)]
    alike = [f"{item['higher']} and {item['lower']}" for item in told if item["adjusted"] > LEVEL]
    if told:
        words = f"not separable: {'; '.join(alike)}" if alike else "every two systems are separable"
        say(f"  {SHOWN[-1]}, {told[0]['references'].replace('_', ' ')}: {words}")


def print_skipped(skipped: dict[str, str]) -> None:
    """How many photos were left out, and why each."""
    if skipped:
        say(f"{counted(skipped)}:")
        for reason in reasons(skipped):
            say(f"  {reason}")


def _described(plan: Plan, written: str) -> str:
    kind: type[Stage[Any, Any]] = plan.stage(written).kind
    parts = [f"{plan.stages[written]} reads {', '.join(('image', *plan.reads(written)))}"]
    if plan.uses(written):
        parts.append(f"uses {', '.join(plan.uses(written))}")
    if kind.fit_on:
        parts.append(f"learns from {', '.join(kind.fit_on)}")
    if kind.sees_truth:
        parts.append("hands on the truth")
    return "; ".join(parts)


def _print_options(config: type[Any]) -> None:
    hints = typing.get_type_hints(config)
    for item in dataclasses.fields(config):
        rule, hint = item.metadata, hints[item.name]
        limits = [
            f"{word} {rule[side]}" for word, side in (("from", "low"), ("to", "high")) if rule.get(side) is not None
        ]
        choices = rule.get("choices") or (typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ())
        if choices:
            limits = ["one of " + ", ".join(map(str, choices))]
        about = "; ".join([str(rule.get("help", "")), *limits, f"affects {rule.get('affects', 'fit')}"])
        say(f"    {item.name}={spelt(item.default)}: {about}")


def _first_line(kind: type[Any]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]
