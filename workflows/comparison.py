"""The files of a comparison: captions in COCO results format, scores as JSON and parquet, and the report."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.codec import encode
from pipeline.executor import SplitFiles
from pipeline.plan import Plan
from pipeline.records import Image, Score
from pipeline.registry import choose
from stages.captions.from_file import FromFile
from stages.metrics.facts import TUPLE_F1
from stages.metrics.fluency import PERPLEXITY
from workflows import messages
from workflows.attribution.ablation import ablation
from workflows.costs.recorded import Recorded
from workflows.costs.systems import system_costs
from workflows.evaluation import measured
from workflows.report.axes import picture
from workflows.report.comparison import Comparison, System
from workflows.report.learning import Learning
from workflows.report.page import render
from workflows.scores import missing_results
from workflows.skipped import notes
from workflows.statistics import Measured, all_pairs, over_seeds, together, with_intervals

if TYPE_CHECKING:
    from workflows.compare import Compare

PICTURE = "relevance_and_fluency.svg"


def write_comparison(directory: Path, task: "Compare") -> None:
    """Write captions/<plan>.json, scores.json, scores.parquet, intervals.parquet, report.html and
    the report's first picture into a directory."""
    files = task.split_files(task.on.text, task.split, {})
    measured = {plan.name: _measured(task, plan) for plan in task.found}
    scored = with_intervals(measured)
    axes = together(measured, (PERPLEXITY, TUPLE_F1))
    systems = tuple(_system(task, plan, files, scored[plan.name], axes[plan.name]) for plan in task.found)
    (directory / "captions").mkdir()
    for system in systems:
        said = [
            {"image_id": scene.image.id, "caption": scene.captions[0].text} for scene in system.scenes if scene.captions
        ]
        _write_json(directory / "captions" / f"{system.name}.json", said)
    scores = [{"plan": system.name, **encode(score)} for system in systems for score in system.scores]
    scenes, truth = files.scenes(), files.truth()
    words = {system.name: {scene.image.id: scene.captions for scene in system.scenes} for system in systems}
    pairs = all_pairs(measured, words, {true.id: true.captions for true in truth})
    families = {name: [measured[plan.name] for plan in family] for name, family in task.families.items()}
    spreads = [spread for name, family in families.items() for spread in over_seeds(name, family)]
    about = {"dataset": task.on.text, "split": task.split, "skipped": task.skipped}
    costs = system_costs({plan.name: task.evaluation(plan).captions() for plan in task.found}, Recorded(task.stored))
    found = {
        "pairs": pairs,
        "seeds": spreads,
        "costs": costs,
        "ablations": [system.ablation for system in systems if system.ablation],
    }
    _write_json(directory / "scores.json", {**about, "scores": scores, **encode(found)})
    _write_parquet(directory / "scores.parquet", systems)
    _write_intervals(directory / "intervals.parquet", systems)
    comparison = Comparison(
        dataset=task.on.text,
        split=task.split,
        images=[scene.image for scene in scenes],
        truth=truth,
        systems=systems,
        command=task.command,
        notes=notes(task.skipped),
        pairs=tuple(pairs),
        costs=costs,
    )
    (directory / "report.html").write_text(render(comparison), encoding="utf-8")
    if drawn := picture(comparison):
        (directory / PICTURE).write_text(drawn, encoding="utf-8")


def _measured(task: "Compare", plan: Plan) -> Measured:
    gaps = [(choose("metrics", text).create(), reason) for text, reason in task.missing.items() if reason]
    found = measured(task.evaluation(plan))
    return [*found, *((metric, result) for metric, reason in gaps for result in missing_results(metric, reason))]


def _system(
    task: "Compare", plan: Plan, files: SplitFiles, scores: tuple[Score, ...], axes: Mapping[str, float]
) -> System:
    tasks = task.plan_columns(plan)
    columns = {written: made.output().path for written, made in tasks.items()}
    scenes = SplitFiles(files.directory, columns).scenes()
    strangers = _strangers(plan, (scene.image for scene in scenes))
    if strangers:
        messages.note(f"{plan.name}: {strangers}")
    fits = [(written, fitted.output().path) for written, made in tasks.items() for fitted in made.model_tasks()]
    return System(
        name=plan.name,
        title=plan.title,
        stages={written: plan.stages[written] for written in plan.order()},
        oracle=plan.sees_truth(),
        differs="; ".join(part for part in (_difference(task, plan), strangers) if part),
        scores=scores,
        scenes=scenes,
        learning=tuple(learned for written, model in fits for learned in Learning.read(written, model)),
        together=axes,
        ablation=ablation(task.ablated[plan.name]) if plan.name in task.ablated else None,
    )


def _strangers(plan: Plan, images: Iterable[Image]) -> str:
    """How many captions made elsewhere are of no photo of the split; empty where none is, or none was made there."""
    stage = plan.stage("captions").create()
    if not isinstance(stage, FromFile):
        return ""
    entries, strange = stage.strangers(images)
    few = ", ".join(map(repr, strange[:3])) + (" ..." if len(strange) > 3 else "")
    return f"{len(strange)} of its {entries} captions are of no photo of this split: {few}" if strange else ""


def _difference(task: "Compare", plan: Plan) -> str:
    """What this plan had that the others had not: its stages' options and resources, and what it was fitted on."""
    options = [f"{written}/{text}" for written, text in plan.stages.items() if ":" in text]
    parts = [*options, *plan.resources.values()]
    if plan.learns() and task.fitted_on.text != task.on.text:
        parts.append(f"fitted on {task.fitted_on.about}")
    return "; ".join(parts)


def _write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_parquet(file: Path, systems: Iterable[System]) -> None:
    """One row a plan, metric, references and photo, for any tool that reads tables."""
    rows = [
        {"plan": system.name, "metric": score.metric, "references": score.references, "photo": photo, "value": value}
        for system in systems
        for score in system.scores
        for photo, value in score.per_photo.items()
    ]
    _write_table(file, rows, ("plan", "metric", "references", "photo"), ("value",))


def _write_intervals(file: Path, systems: Iterable[System]) -> None:
    """One row a plan, metric and references: the score of all photos and its bounds."""
    rows = [
        dict(zip(("plan", "metric", "references", "value", "low", "high"), cells, strict=True))
        for system in systems
        for score in system.scores
        for cells in [(system.name, score.metric, score.references, score.value, *(score.interval or (None, None)))]
    ]
    _write_table(file, rows, ("plan", "metric", "references"), ("value", "low", "high"))


def _write_table(file: Path, rows: list[dict[str, Any]], texts: Iterable[str], numbers: Iterable[str]) -> None:
    import pyarrow
    import pyarrow.parquet

    kinds = [*((name, pyarrow.string()) for name in texts), *((name, pyarrow.float64()) for name in numbers)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(kinds)), file)
