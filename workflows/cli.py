"""`captionloom`: a thin door to the Luigi tasks, and to what can be looked up without running anything."""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.config import split_spec
from pipeline.errors import CaptionloomError
from pipeline.registry import get
from workflows import (
    Ablate,
    Answer,
    Caption,
    Choose,
    Compare,
    Confidence,
    Correlate,
    Export,
    Judge,
    Judged,
    Substitute,
    messages,
)
from workflows.door import command

app = typer.Typer(help="Photographs in sentences, by every road the field has taken.", no_args_is_help=True)

for _name, _task, _show, _first in (
    ("compare", Compare, "workflows.terminal:print_scores", ""),
    ("caption", Caption, "workflows.terminal:print_captions", "photos"),
    ("export", Export, "workflows.terminal:print_bundle", "plan"),
    ("ask", Answer, "workflows.questions.terminal:print_answers", ""),
    ("ablate", Ablate, "workflows.attribution.terminal:print_ablation", ""),
    ("substitute", Substitute, "workflows.attribution.terminal:print_substitution", ""),
    ("choose", Choose, "workflows.together.terminal:print_choices", ""),
    ("confidence", Confidence, "workflows.confidence.terminal:print_confidence", ""),
    ("judge", Judge, "workflows.people.terminal:print_questions", "comparison"),
    ("judged", Judged, "workflows.people.terminal:print_judged", "answers"),
    ("correlate", Correlate, "workflows.people.terminal:print_correlations", ""),
):
    app.command(_name)(command(_task, _show, _first))


@app.command()
def cost(
    results: Annotated[Path, typer.Argument(help="directory of results of `captionloom compare`")],
) -> None:
    """Show what every stage of every system of a comparison cost."""
    from workflows.costs.printed import print_stages, read_costs

    print_stages(read_costs(results))


@app.command()
def stages(field: Annotated[str, typer.Argument(help="one field; all by default")] = "") -> None:
    """List what can be plugged in: stages by field, resources, metrics and datasets, with their options."""
    from workflows.terminal import print_registered

    print_registered(field)


@app.command()
def plan(
    name: Annotated[str, typer.Argument(help="a shipped plan or a .toml file; all by default")] = "",
    swap: Annotated[str, typer.Option(help="other stages, as field=stage, separated by commas")] = "",
    fit_on: Annotated[str, typer.Option(help="dataset it is fitted on: some plans are otherwise on some")] = "scenes",
) -> None:
    """List the plans, or show what one does, field by field, and check it."""
    from workflows.terminal import print_plan, print_plans

    if name:
        learned = split_spec(fit_on)[0]
        get("datasets", learned)
        print_plan(name, tuple(item for item in swap.split(",") if item), learned)
    else:
        print_plans()


@app.command()
def doctor(
    store: Annotated[Path, typer.Option(help="directory of everything computed")] = Path(".captionloom"),
    repair: Annotated[
        bool, typer.Option("--repair", help="remove damaged artefacts and leftovers of killed runs")
    ] = False,
    bundle: Annotated[str, typer.Option(help="also check a bundle, every byte of it")] = "",
) -> None:
    """Check packages, Java, weights and the store; exit status 1 when something needs a hand."""
    from workflows.doctor import examine

    if not examine(store, repair, bundle):
        raise typer.Exit(1)


def main() -> None:
    """The entry point: errors meant for people are one line and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter shows another in its place
            stream.reconfigure(errors="replace")
    try:
        app()
    except CaptionloomError as error:
        messages.show(error)
        if messages.traceback_wanted():
            raise
        sys.exit(1)
