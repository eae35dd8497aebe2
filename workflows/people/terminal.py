"""What the command line prints of people: what is asked, what they answered, which metrics agree with them."""

import json
from pathlib import Path
from typing import Any

from rich.table import Table

from workflows.people.key import Key
from workflows.printing import say, show


def print_questions(out: Path) -> None:
    """How much a page asks, where it is, and what to do with it."""
    asked = Key.read(out / "key.json").questions
    systems = sorted({system for question in asked for system in question.systems})
    repeats = sum(bool(question.of) for question in asked)
    photos = len({question.photo for question in asked})
    say(f"{len(asked)} questions ({repeats} asked again) about {len(systems)} systems on {photos} photos")
    say(f"page for the judges: {out / 'judge.html'}")
    say(f"then: captionloom judged answers-*.json --key {out / 'key.json'}")


def print_judged(out: Path) -> None:
    """Systems best first, every two of them, and the judges."""
    content = json.loads((out / "judged.json").read_text(encoding="utf-8"))
    strong = not content.get("missing")
    say("preferred, cannot say counting half, with intervals over photos:")
    table = Table()
    for name, side in (("system", "left"), ("answers", "right"), ("share", "right"), ("strength", "right")):
        table.add_column(name, justify="right" if side == "right" else "left")
    table.add_column("against a random other", justify="right")
    for one in content["standings"]:
        strength = _bounded(one["strength"], one["strength_interval"])
        share = one["preferred"]
        table.add_row(one["system"], str(share["count"]), _share(share), strength, _share(one["chance"]))
    show(table)
    if not strong:
        say(f"  -: {content['missing']}")
    say("every two systems:")
    duels = Table()
    for name in ("first", "second"):
        duels.add_column(name)
    for name in ("wins", "losses", "cannot say", "share of the first"):
        duels.add_column(name, justify="right")
    for one in content["duels"]:
        counts = (str(one[name]) for name in ("wins", "losses", "undecided"))
        duels.add_row(one["first"], one["second"], *counts, _share(one["share"]))
    show(duels)
    for one in content["judges"]:
        again = f", {one['consistent']} of {one['repeated']} repeats answered as before" if one["repeated"] else ""
        say(f"judge {one['name']}: {one['answers']} answers{again}")
    agreement = content["agreement"]
    said = "-: no two judges answered one question, or all gave one answer" if agreement is None else f"{agreement:.2f}"
    say(f"agreement of judges (Krippendorff's alpha): {said}")
    say(f"the first side was taken in {_share(content['first_side'])} of decided answers")


def print_correlations(out: Path) -> None:
    """Metrics by how well they agree with people."""
    content = json.loads((out / "correlations.json").read_text(encoding="utf-8"))
    title = (
        f"Kendall's tau-{content['variant']} with {content['judgements']} judgements of {content['captions']} captions"
    )
    say(f"{title} under {content['photos']} photos, with intervals over photos:")
    table = Table()
    table.add_column("score")
    table.add_column("tau", justify="right")
    for one in sorted(
        content["correlations"], key=lambda one: -2.0 if one["tau"] is None else one["tau"], reverse=True
    ):
        table.add_row(one["score"], _bounded(one["tau"], one["interval"]))
    show(table)
    for reason in dict.fromkeys(one["missing"] for one in content["correlations"] if one.get("missing")):
        say(f"  -: {reason}")
    if content["left_out"]:
        say(f"{content['left_out']} judged captions were left out: references of their photo, or without another")


def _share(share: dict[str, Any]) -> str:
    return _bounded(share["value"], share["interval"])


def _bounded(value: float | None, interval: list[float] | None) -> str:
    if value is None or interval is None:
        return "-"
    return f"{value:.2f} [{interval[0]:.2f}, {interval[1]:.2f}]"
