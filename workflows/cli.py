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
Good = Annotated[float, typer.Option(min=0, max=1, help="share of people's captions that a good one is as good as")]
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
    seeds: Annotated[str, typer.Option(help="seeds, such as 0,1,2, that plans which draw are fitted with")] = "",
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
        seeds=seeds,
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
def ask(
    questions: Annotated[str, typer.Option(help="questions, or .toml files of them; all shipped ones by default")] = "",
    dataset: Annotated[str, typer.Option(help="dataset to describe, such as scenes:test=100")] = "scenes",
    dataset_root: Annotated[str, typer.Option(help="folder of the dataset, as in DATASET:root=FOLDER")] = "",
    split: Annotated[str, typer.Option(help="split to describe and score")] = "test",
    out: Annotated[str, typer.Option(help="directory for the answers; reports/answers by default")] = "",
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
) -> None:
    """Answer questions of the field: what decides, with its interval, against what the papers predict."""
    from workflows.questions.answer import Answer

    task = Answer(
        questions=questions,
        dataset=dataset,
        dataset_root=dataset_root,
        split=split,
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
    )
    _run(task, workers)
    from workflows.terminal import print_answers

    print_answers(task.output().out)


@app.command()
def ablate(
    plan: Annotated[str, typer.Option(help="a shipped plan, or the .toml file of one")],
    dataset: Annotated[str, typer.Option(help="dataset to describe, such as scenes:test=100")] = "scenes",
    dataset_root: Annotated[str, typer.Option(help="folder of the dataset, as in DATASET:root=FOLDER")] = "",
    split: Annotated[str, typer.Option(help="split to describe and score")] = "test",
    metric: Annotated[str, typer.Option(help="the score, such as CIDEr-D or BLEU-4")] = "CIDEr-D",
    references: Annotated[Literal["all", "leave_one_out"], typer.Option(help="references to score against")] = "all",
    by: Annotated[str, typer.Option(help="what stands in for a stage besides oracles: field=stage,...")] = "",
    out: Annotated[str, typer.Option(help="directory; reports/ablate-<plan>-<dataset>-<split> by default")] = "",
    swap: Swap = "",
    fit_on: FitOn = "",
    on_bad_photo: OnBadPhoto = "fail",
    store: Store = STORE,
    workers: Workers = 1,
    processes: Processes = 1,
    device: Device = "auto",
    traceback: Traceback = False,
) -> None:
    """Replace each stage of a plan by its oracle, one and several at a time: what each costs, and who is to blame."""
    from workflows.ablate import Ablate

    task = Ablate(
        plan=plan,
        dataset=dataset,
        dataset_root=dataset_root,
        split=split,
        metric=metric,
        references=references,
        by=by,
        out=out,
        swap=swap,
        fit_on=fit_on,
        on_bad_photo=on_bad_photo,
        store=str(store),
        processes=processes,
        device=device,
        traceback=traceback,
    )
    _run(task, workers)
    from workflows.terminal_attribution import print_ablation

    print_ablation(task.output().out)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def substitute(
    context: typer.Context,
    plan: Annotated[str, typer.Option(help="a shipped plan, or the .toml file of one")],
    dataset: Annotated[str, typer.Option(help="dataset to describe, such as scenes:test=100")] = "scenes",
    dataset_root: Annotated[str, typer.Option(help="folder of the dataset, as in DATASET:root=FOLDER")] = "",
    split: Annotated[str, typer.Option(help="split to describe and score")] = "test",
    metrics: Annotated[str, typer.Option(help="metrics, separated by commas; all by default")] = "",
    out: Annotated[str, typer.Option(help="directory; reports/substitute-<plan>-<dataset>-<split> by default")] = "",
    swap: Swap = "",
    fit_on: FitOn = "",
    on_bad_photo: OnBadPhoto = "fail",
    store: Store = STORE,
    workers: Workers = 1,
    processes: Processes = 1,
    fit_processes: FitProcesses = 1,
    device: Device = "auto",
    traceback: Traceback = False,
) -> None:
    """Score a plan with every combination of stages given by field: --detections oracle,nanodet --graph crf,argmax."""
    from workflows.planning import alternatives
    from workflows.substitute import Substitute

    task = Substitute(
        **alternatives(context.args),
        plan=plan,
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
        device=device,
        traceback=traceback,
    )
    _run(task, workers)
    from workflows.terminal_attribution import print_substitution

    print_substitution(task.output().out)


@app.command()
def caption(
    photos: Annotated[list[str], typer.Argument(help="photos and folders of photos")],
    plan: Annotated[str, typer.Option(help="a shipped plan, or the .toml file of one; babytalk by default")] = "",
    bundle: Annotated[str, typer.Option(help="file of a fitted plan, in place of --plan and --fit-on")] = "",
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, help="withhold captions less surely good than this")
    ] = 0.0,
    good: Good = 0.5,
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
        min_confidence=min_confidence,
        good=good,
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
def confidence(
    plans: Annotated[str, typer.Option(help="plans and .toml files, separated by commas")],
    dataset: Annotated[str, typer.Option(help="dataset to describe, such as scenes:test=100")] = "scenes",
    dataset_root: Annotated[str, typer.Option(help="folder of the dataset, as in DATASET:root=FOLDER")] = "",
    split: Annotated[str, typer.Option(help="split to describe and judge")] = "test",
    good: Good = 0.5,
    out: Annotated[str, typer.Option(help="directory; reports/<dataset>-<split>-confidence by default")] = "",
    swap: Swap = "",
    fit_on: FitOn = "",
    on_bad_photo: OnBadPhoto = "fail",
    store: Store = STORE,
    workers: Workers = 1,
    processes: Processes = 1,
    device: Device = "auto",
    traceback: Traceback = False,
) -> None:
    """Say how well plans know which of their captions are good: calibrated on `tune`, judged on another split."""
    from workflows.confidence.confidence import Confidence

    task = Confidence(
        plans=plans,
        dataset=dataset,
        dataset_root=dataset_root,
        split=split,
        good=good,
        out=out,
        swap=swap,
        fit_on=fit_on,
        on_bad_photo=on_bad_photo,
        store=str(store),
        processes=processes,
        device=device,
        traceback=traceback,
    )
    _run(task, workers)
    from workflows.terminal import print_confidence

    print_confidence(task.output().out)


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
def judge(
    comparison: Annotated[str, typer.Argument(help="directory of a comparison, such as reports/flickr-val")],
    plans: Annotated[str, typer.Option(help="plans to judge, separated by commas; all that were compared")] = "",
    questions: Annotated[int, typer.Option(min=1, help="pairs of captions to judge")] = 100,
    repeats: Annotated[int, typer.Option(min=0, help="pairs to judge again with their sides swapped")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="decides pairs, photos, sides and order")] = 0,
    out: Annotated[str, typer.Option(help="directory for page and key; <comparison>-judge by default")] = "",
    store: Store = STORE,
    traceback: Traceback = False,
) -> None:
    """Make a page on which people choose blindly between two captions of a photo."""
    from workflows.people.judge import Judge

    task = Judge(
        comparison=comparison,
        plans=plans,
        questions=questions,
        repeats=repeats,
        seed=seed,
        out=out,
        store=str(store),
        traceback=traceback,
    )
    _run(task, workers=1)
    from workflows.people.terminal import print_questions

    print_questions(task.output().out)


@app.command()
def judged(
    answers: Annotated[list[str], typer.Argument(help="files that judges saved, such as answers-*.json")],
    key: Annotated[str, typer.Option(help="key.json, written beside the page that was judged")],
    out: Annotated[str, typer.Option(help="directory for the results; reports/judged by default")] = "",
    traceback: Traceback = False,
) -> None:
    """Tell from judges' answers which systems people prefer, and how far the answers can be trusted."""
    from workflows.people.judged import Judged

    task = Judged(answers=tuple(answers), key=key, out=out, traceback=traceback)
    _run(task, workers=1)
    from workflows.people.terminal import print_judged

    print_judged(task.output().out)


@app.command()
def correlate(
    judgements: Annotated[str, typer.Option(help="file of people's judgements, such as ExpertAnnotations.txt")],
    format: Annotated[Literal["expert", "crowdflower"], typer.Option(help="whose judgements they are")],
    dataset: Annotated[str, typer.Option(help="dataset whose captions were judged")] = "flickr",
    dataset_root: Annotated[str, typer.Option(help="folder of the dataset, as in DATASET:root=FOLDER")] = "",
    metrics: Annotated[str, typer.Option(help="metrics, separated by commas; all by default")] = "",
    out: Annotated[str, typer.Option(help="directory for the results; reports/correlation-<format> by default")] = "",
    traceback: Traceback = False,
) -> None:
    """Tell how well each metric agrees with people's judgements of captions."""
    from workflows.people.correlate import Correlate

    task = Correlate(
        judgements=judgements,
        format=format,
        dataset=dataset,
        dataset_root=dataset_root,
        metrics=metrics,
        out=out,
        traceback=traceback,
    )
    _run(task, workers=1)
    from workflows.people.terminal import print_correlations

    print_correlations(task.output().out)


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
