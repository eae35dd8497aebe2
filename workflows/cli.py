"""`captionloom`: a thin door to the Luigi tasks, and to what can be looked up without running anything."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pipeline.config import split_spec
from pipeline.errors import CaptionloomError
from workflows import messages

app = typer.Typer(help="Photographs in sentences, by every road the field has taken.", no_args_is_help=True)

Swap = Annotated[str, typer.Option(help="other stages: field=stage or plan.field=stage, separated by commas")]
FitOn = Annotated[str, typer.Option(help="dataset to fit on, when not the one described")]
Store = Annotated[Path, typer.Option(help="directory of everything computed")]
Workers = Annotated[int, typer.Option(min=1, help="tasks run at a time")]
Processes = Annotated[int, typer.Option(min=1, help="processes a predicting stage may use")]
FitProcesses = Annotated[int, typer.Option(min=1, help="processes that train one network together")]
TensorBoard = Annotated[str, typer.Option("--tensorboard", help="directory for what TensorBoard shows of trainings")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N")]
OnBadPhoto = Annotated[
    Literal["fail", "skip"], typer.Option(help="end the run, or leave out photos that cannot be used")
]
Traceback = Annotated[bool, typer.Option("--traceback", help="show where an error arose")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would run and what that would cost, and run nothing")]
STORE = Path(".captionloom")


@app.command()
def compare(
    plans: Annotated[str, typer.Option(help="plans, .toml or .json files, separated by commas")],
    dataset: Annotated[str, typer.Option(help="dataset to describe, such as scenes:test=100")] = "scenes",
    dataset_root: Annotated[str, typer.Option(help="folder of the dataset, as in DATASET:root=FOLDER")] = "",
    split: Annotated[str, typer.Option(help="split to describe and score")] = "test",
    metrics: Annotated[str, typer.Option(help="metrics, separated by commas; all by default")] = "",
    out: Annotated[str, typer.Option(help="directory for the results; reports/<dataset>-<split> by default")] = "",
    swap: Swap = "",
    fit_on: FitOn = "",
    on_bad_photo: OnBadPhoto = "fail",
    store: Store = STORE,
    workers: Workers = 1,
    processes: Processes = 1,
    fit_processes: FitProcesses = 1,
    tensorboard: TensorBoard = "",
    device: Device = "auto",
    traceback: Traceback = False,
    dry_run: DryRun = False,
) -> None:
    """Run several plans on the same photos and put captions, scores and a report into one directory."""
    from workflows.compare import Compare

    task = Compare(
        plans=plans,
        dataset=dataset,
        dataset_root=dataset_root,
        split=split,
        metrics=metrics,
        out=out,
        swap=swap,
        fit_on=fit_on,
        on_bad_photo=on_bad_photo,
        store=str(store),
        processes=processes,
        fit_processes=fit_processes,
        tensorboard=tensorboard,
        device=device,
        traceback=traceback,
        dry_run=dry_run,
    )
    _run(task, workers)
    if not dry_run:
        from workflows.terminal import print_scores

        print_scores(task.output().out)


@app.command()
def cost(
    results: Annotated[Path, typer.Argument(help="directory of results of `captionloom compare`")],
) -> None:
    """Show what every stage of every system of a comparison cost."""
    from workflows.costs.printed import print_stages, read_costs

    print_stages(read_costs(results))


@app.command()
def caption(
    photos: Annotated[list[str], typer.Argument(help="photos and folders of photos")],
    plan: Annotated[str, typer.Option(help="a shipped plan, or the .toml file of one; babytalk by default")] = "",
    bundle: Annotated[str, typer.Option(help="file of a fitted plan, in place of --plan and --fit-on")] = "",
    out: Annotated[str, typer.Option(help="directory for the results; reports/captions by default")] = "",
    swap: Swap = "",
    fit_on: FitOn = "",
    on_bad_photo: OnBadPhoto = "fail",
    store: Store = STORE,
    workers: Workers = 1,
    processes: Processes = 1,
    fit_processes: FitProcesses = 1,
    tensorboard: TensorBoard = "",
    device: Device = "auto",
    traceback: Traceback = False,
    dry_run: DryRun = False,
) -> None:
    """Describe photos by one plan, fitted on a dataset (scenes by default) or out of a bundle."""
    from workflows.caption import Caption

    task = Caption(
        photos=tuple(photos),
        plan=plan,
        bundle=bundle,
        out=out,
        swap=swap,
        fit_on=fit_on,
        on_bad_photo=on_bad_photo,
        store=str(store),
        processes=processes,
        fit_processes=fit_processes,
        tensorboard=tensorboard,
        device=device,
        traceback=traceback,
        dry_run=dry_run,
    )
    _run(task, workers)
    if not dry_run:
        from workflows.terminal import print_captions

        print_captions(task.output().out)


@app.command()
def export(
    plan: Annotated[str, typer.Argument(help="a shipped plan, or the .toml file of one")],
    to: Annotated[str, typer.Option(help="the file to write, such as babytalk.zip")],
    fit_on: Annotated[str, typer.Option(help="dataset to fit on, scenes by default")] = "",
    swap: Swap = "",
    on_bad_photo: OnBadPhoto = "fail",
    store: Store = STORE,
    workers: Workers = 1,
    processes: Processes = 1,
    fit_processes: FitProcesses = 1,
    tensorboard: TensorBoard = "",
    device: Device = "auto",
    traceback: Traceback = False,
) -> None:
    """Put a fitted plan into one file, for `captionloom caption --bundle`."""
    from workflows.export import Export

    task = Export(
        plan=plan,
        to=to,
        fit_on=fit_on,
        swap=swap,
        on_bad_photo=on_bad_photo,
        store=str(store),
        processes=processes,
        fit_processes=fit_processes,
        tensorboard=tensorboard,
        device=device,
        traceback=traceback,
    )
    _run(task, workers)
    from workflows.terminal import print_bundle

    print_bundle(task.output().out)


@app.command()
def stages(field: Annotated[str, typer.Argument(help="one field; all by default")] = "") -> None:
    """List what can be plugged in: stages by field, resources, metrics and datasets, with their options."""
    from workflows.terminal import print_registered

    print_registered(field)


@app.command()
def plan(
    name: Annotated[str, typer.Argument(help="a shipped plan or a .toml file; all by default")] = "",
    swap: Swap = "",
    fit_on: Annotated[str, typer.Option(help="dataset it is fitted on: some plans are otherwise on some")] = "scenes",
) -> None:
    """List the plans, or show what one does, field by field, and check it."""
    from workflows.terminal import print_plan, print_plans

    if name:
        print_plan(name, tuple(item for item in swap.split(",") if item), split_spec(fit_on)[0])
    else:
        print_plans()


@app.command()
def doctor(
    store: Store = STORE,
    repair: Annotated[
        bool, typer.Option("--repair", help="remove damaged artefacts and leftovers of killed runs")
    ] = False,
    bundle: Annotated[str, typer.Option(help="also check a bundle, every byte of it")] = "",
) -> None:
    """Check packages, Java, weights and the store; exit status 1 when something needs a hand."""
    from workflows.doctor import examine

    if not examine(store, repair, bundle):
        raise typer.Exit(1)


def _run(task: Any, workers: int) -> None:
    """Run a task and what it needs, in as many processes; the exit status is 1 where it did not come to its end."""
    import luigi

    try:
        done = luigi.build([task], workers=workers, local_scheduler=True, log_level="WARNING")
    except KeyboardInterrupt:
        sys.stderr.write("captionloom: interrupted; the same command goes on from here\n")
        raise typer.Exit(130) from None
    if not done:
        raise typer.Exit(1)


def main() -> None:
    """The entry point: errors meant for people are one line and exit status 1."""
    try:
        app()
    except CaptionloomError as error:
        messages.show(error)
        if messages.traceback_wanted():
            raise
        sys.exit(1)
