"""What the command line prints of a choice between systems."""

import json
from pathlib import Path

from rich.table import Table

from workflows.printing import say, show
from workflows.terminal import score_cell


def print_choices(out: Path) -> None:
    """Every plan alone, the best choice between them and the learned one, and who speaks how often."""
    content = json.loads((out / "together.json").read_text(encoding="utf-8"))
    table = Table(title=f"{content['dataset']} {content['split']}, {content['score']}", title_justify="left")
    for name in ("who speaks", content["score"], f"above {content['best_alone']}", "how often"):
        table.add_column(name, no_wrap=name == "who speaks")
    for plan in content["plans"]:
        table.add_row(plan["plan"], _bounded(plan), "", "")
    for choice in content["choices"]:
        often = ", ".join(f"{name} {share:.0%}" for name, share in choice["speaks"].items())
        table.add_row(choice["choice"], _bounded(choice), _bounded(choice["above_best_alone"]), often)
    show(table)
    say(f"captions chosen: {out / 'chosen.json'}")


def _bounded(number: dict[str, float]) -> str:
    return score_cell({"value": number["value"], "interval": (number["low"], number["high"])})
