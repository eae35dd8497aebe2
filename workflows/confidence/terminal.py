"""What the command line prints of confidence."""

import json
from pathlib import Path

from rich.table import Table

from workflows.printing import say, show
from workflows.terminal import print_skipped, score_cell


def print_confidence(out: Path) -> None:
    """What each plan's confidence is worth, and where the curves are."""
    content = json.loads((out / "confidence.json").read_text(encoding="utf-8"))
    table = Table(title=f"{content['dataset']} {content['split']}, confidence", title_justify="left")
    table.add_column("plan")
    for name in ("good", "calibration error", "area under risk", "oracle's", "chance"):
        table.add_column(name, justify="right")
    for plan in content["plans"]:
        measured = [
            {"value": plan[name], "interval": plan[f"{name}_interval"]} for name in ("calibration_error", "area")
        ]
        plain = [{"value": plan[name]} for name in ("share_good", "area_of_an_oracle", "area_by_chance")]
        table.add_row(plan["plan"], *map(score_cell, (plain[0], *measured, *plain[1:])))
    show(table)
    print_skipped(content["skipped"])
    say(f"curves: {out / 'risk.svg'}")
