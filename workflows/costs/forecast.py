"""What a run would do, in order, and the time, disk and memory to expect of it; nothing is run and nothing written.

An artefact is expected to cost what the nearest recorded one did (`Recorded.nearest`): time as seconds a photo times
photos; disk likewise for splits, columns and scores, and as it was for models and resources; memory as it was.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import luigi
from luigi.task import flatten

from pipeline.config import split_spec
from pipeline.keys import Source
from workflows.costs.recorded import Precedent, Recorded
from workflows.costs.shadow import shadow
from workflows.evaluation import Evaluate
from workflows.targets import Artefact
from workflows.tasks import Fit, FitResource, Predict, Prepare

if TYPE_CHECKING:
    from workflows.outer import OnDataset

_GROWS = ("datasets", "columns", "scores")
"""Kinds of artefact whose bytes grow with the photos."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One task that would run: None is what no manifest of the store lets one expect, and `why` says what does."""

    task: str
    work: str
    photos: int | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    disk: float | None = None
    memory: int | None = None
    why: str = "unknown"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Tasks that are done, those that would run in an order they can run in, and the bytes free where the store is."""

    done: tuple[str, ...]
    todo: tuple[Expected, ...]
    free: int

    @property
    def disk(self) -> float:
        """The bytes that are expected, of all tasks of which something is."""
        return sum(each.disk or 0.0 for each in self.todo)


def forecast(task: "OnDataset") -> Forecast:
    """That of any task that fits plans; its store is left as it is, also where there is none yet.

    Raises:
        CaptionloomError: whatever the run itself would refuse before its first task.
    """
    store = Path(task.store)
    there = next(folder for folder in (store.absolute(), *store.absolute().parents) if folder.exists())
    with shadow(store) as root:
        aim = task.clone(store=str(root), dry_run=False)
        done, todo = dict[str, luigi.Task](), dict[str, luigi.Task]()
        _walk(aim, done, todo)
        recorded = Recorded(aim.stored)
        for prepared in (each for each in todo.values() if isinstance(each, Prepare)):
            _count(prepared.source(prepared.dataset), prepared.split, recorded)
        expected = tuple(_expected(each, recorded) for each in todo.values())
        return Forecast(tuple(map(_work, done.values())), expected, shutil.disk_usage(there).free)


def _walk(task: luigi.Task, done: dict[str, luigi.Task], todo: dict[str, luigi.Task]) -> None:
    """As Luigi does: what is complete needs nothing, all else comes after what it needs."""
    if task.task_id in done or task.task_id in todo:
        return
    if all(target.exists() for target in flatten(task.output())):
        done[task.task_id] = task
        return
    for needed in sorted(flatten(task.requires()), key=lambda each: -each.priority):
        _walk(needed, done, todo)
    todo[task.task_id] = task


def _count(source: Source, split: str, recorded: Recorded) -> None:
    prints = source.fingerprint(split)
    recorded.counts[prints.photos] = recorded.counts[prints.truth] = source.count(split)


def _expected(task: luigi.Task, recorded: Recorded) -> Expected:
    wanted = [made for made in flatten(task.output()) if isinstance(made, Artefact) and not made.exists()]
    if not wanted:
        return Expected(task.task_id, _work(task), why="not recorded")
    found = [recorded.nearest(made.kind, made.recipe) for made in wanted]
    photos = [recorded.photos(made.recipe) for made in wanted]
    costs = [_scaled(*each) for each in zip(wanted, found, photos, strict=True)]
    seconds, cpu_seconds, disk = (_sum(each) for each in zip(*costs, strict=True))
    memory = max((made.cost.memory for made in found if made and made.cost.memory), default=None)
    return Expected(task.task_id, _work(task), photos[0], seconds, cpu_seconds, disk, memory, _why(found[0], wanted[0]))


def _scaled(
    made: Artefact, nearest: Precedent | None, photos: int | None
) -> tuple[float | None, float | None, float | None]:
    """Seconds, CPU seconds and bytes of so many photos."""
    if nearest is None:
        return None, None, None
    cost = nearest.cost
    times = photos / cost.photos if photos and cost.photos else None
    seconds, cpu_seconds = (
        None if times is None or one is None else one * times for one in (cost.seconds, cost.cpu_seconds)
    )
    grown = times if made.kind in _GROWS else 1.0
    return seconds, cpu_seconds, None if grown is None else cost.disk * grown


def _sum(parts: Iterable[float | None]) -> float | None:
    """None where a part is."""
    known = list(parts)
    return None if None in known else sum(part for part in known if part is not None)


def _why(nearest: Precedent | None, made: Artefact) -> str:
    if nearest is None:
        return "unknown"
    photos = "not recorded" if nearest.cost.photos is None else f"{nearest.cost.photos:,} photos"
    return photos if nearest.alike(made.recipe) else f"{photos}, other options"


def _work(task: luigi.Task) -> str:
    """A task in few words."""
    if isinstance(task, Prepare):
        return f"prepare {_split(task.dataset, task.split)}"
    if isinstance(task, FitResource):
        return f"fit {task.name}"
    if isinstance(task, Evaluate):
        return f"score {_stage(task)} by {', '.join(task.metrics)}"
    if isinstance(task, Fit):
        return f"fit {_stage(task)}" + (f", part {task.fold_index + 1} of {task.fold_count}" if task.fold_count else "")
    if isinstance(task, Predict):
        return f"run {_stage(task)} on {_split(task.on, task.split)}"
    made = task.output()
    return task.task_family.lower() if isinstance(made, Artefact) else f"write {made.out.name}"


def _split(dataset: str, split: str) -> str:
    return f"{split_spec(dataset)[0]} {split}"


def _stage(task: Any) -> str:
    return f"{task.field}/{task.recipes.plan.stage(task.field).name}"
