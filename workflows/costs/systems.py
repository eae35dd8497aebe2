"""What every system of a comparison cost to fit, and costs to describe one photo, stage by stage."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import luigi

from pipeline.errors import BadBundle
from workflows.costs.recorded import Cost, Recorded
from workflows.tasks import Fit, FitResource, Predict, Prepare

Work = Literal["resource", "fit", "column", "caption"]


@dataclass(frozen=True, slots=True)
class StageCost:
    """One artefact on a system's way to captions; a "column" is what another stage learns from.

    `cost` is None where it is not in the store. `shared`: others of the comparison need it too; it counts whole for
    each.
    """

    work: Work
    made: str
    key: str
    cost: Cost | None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """Of several stages what was recorded; `gaps` of them say nothing. Memory is the largest, and a `bound` where that
    of any is; all else is the sum."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory: int = 0
    disk: float = 0.0
    parameters: int = 0
    gaps: int = 0
    bound: bool = False


@dataclass(frozen=True, slots=True)
class SystemCost:
    """A system's stages, all its fitting, and the captioning of one photo, from the photo on: every stage's share of
    what its whole column took, the opening of models included."""

    system: str
    stages: tuple[StageCost, ...]
    fit: Total
    photo: Total


def system_costs(captions: Mapping[str, Predict], recorded: Recorded) -> tuple[SystemCost, ...]:
    """System -> the task of its captions, to what these cost."""
    found = {name: list(_stages(task, recorded)) for name, task in captions.items()}
    times = Counter(key for stages in found.values() for key in {stage.key for stage in stages if stage.key})
    return tuple(
        _system(name, [replace(stage, shared=times[stage.key] > 1) for stage in found[name]]) for name in found
    )


def _system(name: str, stages: Sequence[StageCost]) -> SystemCost:
    learned = [stage for stage in stages if stage.work != "caption"]
    said = [stage for stage in stages if stage.work == "caption"]
    return SystemCost(name, tuple(stages), _total(learned), _total(said, by_photo=True))


def _total(stages: Iterable[StageCost], by_photo: bool = False) -> Total:
    total = Total()
    for stage in stages:
        cost = stage.cost
        if cost is None or cost.seconds is None or cost.cpu_seconds is None or (by_photo and not cost.photos):
            total = replace(total, gaps=total.gaps + 1)
            continue
        parts = cost.photos if by_photo and cost.photos else 1
        total = Total(
            total.seconds + cost.seconds / parts,
            total.cpu_seconds + cost.cpu_seconds / parts,
            max(total.memory, cost.memory or 0),
            total.disk + cost.disk / parts,
            total.parameters + (cost.parameters or 0),
            total.gaps,
            total.bound or cost.bound,
        )
    return total


def _stages(captions: Predict, recorded: Recorded) -> Iterator[StageCost]:
    said = {task.task_id for task in _columns(captions)}
    tasks: dict[str, luigi.Task] = {}
    _walk(captions, tasks)
    for name, task in sorted(tasks.items(), key=lambda item: item[0] in said):
        work, made = _described(task, name in said)
        try:
            output = task.output()
            yield StageCost(work, made, output.key, recorded.cost(output.kind, output.key))
        except BadBundle:  # it came fitted: the columns it learned from are elsewhere
            yield StageCost(work, made, "", None)


def _columns(task: Predict) -> Iterator[Predict]:
    """What is made of a photo for its caption."""
    for column in task.columns().values():
        yield from _columns(column)
    yield task


def _walk(task: luigi.Task, seen: dict[str, luigi.Task]) -> None:
    """Note a task by its id, after all that it needs; splits of photos are nobody's cost."""
    for needed in task.requires():
        if needed.task_id not in seen and not isinstance(needed, Prepare):
            _walk(needed, seen)
    seen[task.task_id] = task


def _described(task: luigi.Task, said: bool) -> tuple[Work, str]:
    if isinstance(task, FitResource):
        return "resource", task.name
    stage = f"{task.field}/{task.recipes.plan.stage(task.field).name}"
    if isinstance(task, Fit):
        return "fit", f"{stage} (part {task.fold_index + 1} of {task.fold_count})" if task.fold_count else stage
    return ("caption", stage) if said else ("column", f"{stage}, {task.split}")
