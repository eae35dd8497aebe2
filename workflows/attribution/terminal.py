"""What the command line prints of an ablation and of a substitution matrix."""

import json
from pathlib import Path

from rich.table import Table

from pipeline.codec import decode
from stages.analysis.attribution import Attribution
from workflows.printing import say, show
from workflows.report.ablation import Ablation, shown
from workflows.terminal import SHOWN, score_cell


def print_ablation(out: Path) -> None:
    """What each stage costs and each field carries, the stage blamed, and where the rest is."""
    told: Ablation = decode(Ablation, json.loads((out / "ablation.json").read_text(encoding="utf-8")))
    references = told.references.replace("_", " ")
    say(f"{told.plan} on {told.dataset} {told.split}: {told.score}, {references}, {told.photos} photos")
    say(f"  as it is {shown(told.base)}; its captions of other photos {shown(told.floor)}")
    if told.replaced:
        _print_shares("stages replaced", told.replaced, told.stand_ins)
        say(f"  {told.verdict}")
    if told.foreign:
        _print_shares("fields of other photos", told.foreign, {})
    if told.sampled:
        say("  too many fields for all combinations: shares come of single fields, pairs and all together")
    for written, why in told.kept.items():
        say(f"  not replaced: {written} {why}")
    say(f"page: {out / 'ablation.html'}")


def print_substitution(out: Path) -> None:
    """A row a combination with the main scores, those that do not work with the reason."""
    content = json.loads((out / "substitution.json").read_text(encoding="utf-8"))
    for references, title in (("all", "all references"), ("leave_one_out", "leave one out")):
        table = Table(
            title=f"{content['plan']}, {content['dataset']} {content['split']}, {title}", title_justify="left"
        )
        fields = list((content["combinations"] or content["left_out"])[0]["stages"])
        found = [item for row in content["combinations"] for item in row["scores"] if item["references"] == references]
        known = {item["metric"] for item in found if item["value"] is not None}
        measured = [name for name in SHOWN if name in known]
        if not measured:
            continue
        for name in (*fields, *measured):
            table.add_column(name, justify="left" if name in fields else "right")
        for row in content["combinations"]:
            scores = {item["metric"]: item for item in row["scores"] if item["references"] == references}
            table.add_row(*row["stages"].values(), *(score_cell(scores.get(name, {})) for name in measured))
        show(table)
    without = [item["missing"] for row in content["combinations"] for item in row["scores"] if item.get("missing")]
    for reason in dict.fromkeys([*without, *content["missing"]]):
        say(f"  -: {reason}")
    for row in content["left_out"]:
        say(f"  left out: {' '.join(f'{name}={text}' for name, text in row['stages'].items())}: {row['reason']}")
    say(f"scores: {out / 'substitution.json'}")


def _print_shares(title: str, told: Attribution, stand_ins: dict[str, str]) -> None:
    table = Table(title=f"  {title}", title_justify="left")
    columns = ("field", "by", "alone", "share") if stand_ins else ("field", "alone", "share")
    for name in (*columns, *(("at fault on",) if stand_ins else ())):
        table.add_column(name, justify="left" if name in ("field", "by") else "right")
    for share in told.shares:
        by, fault = ((stand_ins[share.field],), (str(share.at_fault),)) if stand_ins else ((), ())
        table.add_row(share.field, *by, shown(share.alone), shown(share.share, signed=True), *fault)
    table.add_row("all", *(("",) if stand_ins else ()), shown(told.all), *(("",) * (1 + bool(stand_ins))))
    show(table)
