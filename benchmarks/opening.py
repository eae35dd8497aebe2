"""Stages as a run leaves them: fitted, with what they read."""

from pathlib import Path
from typing import Any

import workflows  # first: it sets one thread a process before numpy loads
from pipeline.columns import Column
from pipeline.executor import Job, SplitFiles
from pipeline.plan import Plan
from pipeline.records import Scene
from pipeline.stage import Runtime
from workflows.parameters import HowToRun

STORE = Path(".captionloom")


def column(plan: Plan, field: str, dataset: str, split: str) -> tuple[list[Any], SplitFiles, float]:
    """The values of a field, the split, and the CPU seconds of its fit."""
    import luigi

    task = _task(plan, field, dataset, split)
    if not luigi.build([task], local_scheduler=True, log_level="WARNING"):
        raise SystemExit(f"{field} could not be computed")
    values = list(Column(task.output().path, field))
    fits = [task.stored.manifest("models", fit.output().key)["cpu_seconds"] for fit in task.model_tasks()]
    return values, task.split_files(task.on, split, {}), sum(fits)


def opened(plan: Plan, field: str, dataset: str, split: str) -> tuple[Any, Any, list[Scene]]:
    """A fitted stage, its resources and the scenes it would predict."""
    column(plan, field, dataset, split)
    task = _task(plan, field, dataset, split)
    columns = {read: made.output().path for read, made in task.columns().items()}
    models = [fit.output().path for fit in task.model_tasks()] or [None]
    job = Job(task.stage_files(models[0]), task.split_files(dataset, split, columns), Runtime())
    stage, resources = job.stage.open(job.runtime)
    return stage, resources, job.split.scenes()[:]


def _task(plan: Plan, field: str, dataset: str, split: str) -> workflows.Predict:
    how = HowToRun(store=str(STORE)).text
    return workflows.Predict(plan=plan.text, field=field, fit_on=dataset, on=dataset, split=split, run_as=how)
