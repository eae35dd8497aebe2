"""The files of a comparison: captions in COCO results format, scores as JSON and parquet, and the report."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.codec import encode
from pipeline.executor import SplitFiles
from pipeline.plan import Plan
from pipeline.registry import choose
from workflows.report.comparison import Comparison, System
from workflows.report.learning import Learning
from workflows.report.page import render
from workflows.scores import missing_scores, read_scores
from workflows.skipped import notes

if TYPE_CHECKING:
    from workflows.compare import Compare


def write_comparison(directory: Path, task: "Compare") -> None:
    """Write captions/<plan>.json, scores.json, scores.parquet and report.html into a directory."""
    files = task.split_files(task.on.text, task.split, {})
    systems = tuple(_system(task, plan, files) for plan in task.found)
    (directory / "captions").mkdir()
    for system in systems:
        said = [
            {"image_id": scene.image.id, "caption": scene.captions[0].text} for scene in system.scenes if scene.captions
        ]
        _write_json(directory / "captions" / f"{system.name}.json", said)
    scores = [{"plan": system.name, **encode(score)} for system in systems for score in system.scores]
    about = {"dataset": task.on.text, "split": task.split, "skipped": task.skipped}
    _write_json(directory / "scores.json", {**about, "scores": scores})
    _write_parquet(directory / "scores.parquet", systems)
    scenes = files.scenes()
    comparison = Comparison(
        dataset=task.on.text,
        split=task.split,
        images=[scene.image for scene in scenes],
        truth=files.truth(),
        systems=systems,
        command=task.command,
        notes=notes(task.skipped),
    )
    (directory / "report.html").write_text(render(comparison), encoding="utf-8")


def _system(task: "Compare", plan: Plan, files: SplitFiles) -> System:
    tasks = task.plan_columns(plan)
    columns = {written: made.output().path for written, made in tasks.items()}
    fits = [(written, fitted.output().path) for written, made in tasks.items() for fitted in made.model_tasks()]
    scores = [score for made in task.evaluation(plan).output() for score in read_scores(made.path)]
    for text, reason in task.missing.items():
        if reason:
            scores += missing_scores(choose("metrics", text).create(), reason)
    return System(
        name=plan.name,
        title=plan.title,
        stages={written: plan.stages[written] for written in plan.order()},
        oracle=plan.sees_truth(),
        differs=_difference(task, plan),
        scores=tuple(scores),
        scenes=SplitFiles(files.directory, columns).scenes(),
        learning=tuple(learned for written, model in fits if (learned := Learning.read(written, model))),
    )


def _difference(task: "Compare", plan: Plan) -> str:
    """What this plan had that the others had not: its stages' options and resources, and what it was fitted on."""
    options = [f"{written}/{text}" for written, text in plan.stages.items() if ":" in text]
    parts = [*options, *plan.resources.values()]
    if task.fitted_on.text != task.on.text:
        parts.append(f"fitted on {task.fitted_on.about}")
    return "; ".join(parts)


def _write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_parquet(file: Path, systems: Iterable[System]) -> None:
    """One row a plan, metric, references and photo, for any tool that reads tables."""
    import pyarrow
    import pyarrow.parquet

    rows = [
        {"plan": system.name, "metric": score.metric, "references": score.references, "photo": photo, "value": value}
        for system in systems
        for score in system.scores
        for photo, value in score.per_photo.items()
    ]
    names = ("plan", "metric", "references", "photo")
    schema = pyarrow.schema([*((name, pyarrow.string()) for name in names), ("value", pyarrow.float64())])
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), file)
