"""Running stages: fitting one, and mapping a fitted one over the photos of a split, here or in several processes.

A Job names everything by path, so that it can be sent to another process (or, later, another machine), which opens
the stage once and then answers for span after span of photos.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pipeline.columns import Column, Foreign, Part, Scenes
from pipeline.errors import ContractViolation, ProcessFailed
from pipeline.keys import Fold
from pipeline.manifest import reading
from pipeline.registry import choose
from pipeline.stage import Examples, Resources, Runtime, Stage, silent
from pipeline.together import together

SPAN = 32

Engine = Callable[["Job", Sequence[range]], Iterator[list[Any]]]
"""Answers a job span by span, in order."""


@dataclass(frozen=True)
class SplitFiles:
    """Where a prepared split is, and the columns (field -> directory) that a stage may read there, some of them of
    another photo."""

    directory: Path
    columns: Mapping[str, Path] = field(default_factory=dict)
    foreign: tuple[str, ...] = ()

    def scenes(self, with_truth: bool = False) -> Scenes:
        """The scenes, with the columns as fields, and the truth only for stages that declare `sees_truth`."""
        columns = {
            written: (Foreign if written in self.foreign else Column)(path, written)
            for written, path in self.columns.items()
        }
        if with_truth:
            columns["truth"] = self.truth()
        return Scenes(self.images(), self.directory, columns)

    def images(self) -> Column:
        return Column(self.directory / "images", "images")

    def truth(self) -> Column:
        return Column(self.directory / "truth", "truth")


@dataclass(frozen=True)
class StageFiles:
    """A stage by field and text, with the directories of its model (None if it was never fitted) and resources."""

    written: str
    text: str
    resources: Mapping[str, tuple[str, Path]]
    model: Path | None = None

    def open(self, runtime: Runtime) -> tuple[Stage[Any, Any], Resources]:
        """The stage, loaded, and its resources."""
        stage: Stage[Any, Any] = choose(self.written, self.text).create(runtime)
        if self.model:
            with reading(self.model):
                stage.load_state(self.model)
        return stage, open_resources(self.resources)


@dataclass(frozen=True)
class Job:
    """A fitted stage to be mapped over a split."""

    stage: StageFiles
    split: SplitFiles
    runtime: Runtime

    def open(self) -> Callable[[range], list[Any]]:
        """The function that answers for a span of positions.

        Raises:
            ContractViolation: from that function, if the stage does not give one value per photo.
        """
        stage, resources = self.stage.open(self.runtime)
        scenes = self.split.scenes(type(stage).sees_truth)

        def answer(span: range) -> list[Any]:
            name = f"{self.stage.written}/{self.stage.text}"
            with _named(name):
                values = stage.predict([scenes[position] for position in span], resources)
            if len(values) != len(span):
                raise ContractViolation(f"{name} gave {len(values)} values for {len(span)} photos")
            return values

        return answer


def fit(
    stage: StageFiles, splits: Mapping[str, SplitFiles], runtime: Runtime, fold: Fold | None = None
) -> Stage[Any, Any]:
    """A fitted stage. `fold` leaves that part of `train` out.

    Raises:
        ProcessFailed: if one of several processes that fit it failed.
    """
    if runtime.fit_processes == 1 or not choose(stage.written, stage.text).kind.fits_together:
        return _fit(stage, splits, runtime, fold)
    with together(runtime.fit_processes, _fit, stage, splits, replace(runtime, progress=silent), fold):
        return _fit(stage, splits, runtime, fold)


def _fit(stage: StageFiles, splits: Mapping[str, SplitFiles], runtime: Runtime, fold: Fold | None) -> Stage[Any, Any]:
    made, resources = stage.open(runtime)
    examples = {}
    for split, files in splits.items():
        scenes, truth = files.scenes(), files.truth()
        if fold and split == "train":
            kept = [position for position in range(len(truth)) if position % fold.count != fold.index]
            examples[split] = Examples(Part(scenes, kept), Part(truth, kept))
        else:
            examples[split] = Examples(scenes, truth)
    with _named(f"{stage.written}/{stage.text}"):
        fitted: Stage[Any, Any] = made.fit(examples, resources)
    return fitted


def fit_resource(text: str, uses: Mapping[str, tuple[str, Path]], split: SplitFiles, runtime: Runtime) -> Any:
    """A resource fitted on the truth of a training split."""
    return choose("resources", text).create(runtime).fit(split.truth(), open_resources(uses))


def open_resources(files: Mapping[str, tuple[str, Path]]) -> Resources:
    """Load fitted resources from their directories: name -> (text, directory)."""
    resources = {}
    for name, (text, path) in files.items():
        with reading(path):
            resources[name] = choose("resources", text).create().load_state(path)
    return Resources(resources)


@contextmanager
def _named(stage: str) -> Iterator[None]:
    """Say in which stage an error arose."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in {stage}")
        raise


def spans(positions: range, batch: int) -> list[range]:
    """Positions cut into spans of SPAN photos, or of a batch where that is more."""
    step = max(SPAN, batch)
    return [positions[first : first + step] for first in range(0, len(positions), step)]


def in_process(job: Job, todo: Sequence[range]) -> Iterator[list[Any]]:
    """Answer span after span in this process."""
    answer = job.open()
    for span in todo:
        yield answer(span)


def process_pool(workers: int) -> Engine:
    """An engine of `workers` processes, each with the stage opened once; at most two spans a worker wait in memory."""

    def engine(job: Job, todo: Sequence[range]) -> Iterator[list[Any]]:
        with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_open_here, initargs=(job,)) as pool:
            rest = iter(todo)
            waiting: list[Future[list[Any]]] = []
            try:
                waiting.extend(pool.submit(_answer_here, span) for span in islice(rest, 2 * workers))
                while waiting:
                    yield waiting.pop(0).result()
                    waiting.extend(pool.submit(_answer_here, span) for span in islice(rest, 1))
            except BrokenProcessPool as error:
                raise killed(f"{job.stage.written}/{job.stage.text}", "--processes") from error

    return engine


def apart() -> Engine:
    """An engine of one process that fitted nothing and lives as long as this one: its libraries load once."""
    pool = ProcessPoolExecutor(1, get_context("spawn"))

    def engine(job: Job, todo: Sequence[range]) -> Iterator[list[Any]]:
        yield from pool.submit(_answer_all, job, todo).result()

    return engine


def killed(what: str, option: str) -> ProcessFailed:
    """The error for a process that ended without a word in the middle of `what`."""
    return ProcessFailed(
        f"a process was killed in the middle of {what}, perhaps because the memory was full; run again, with fewer"
        f" {option} if it was: what is finished is kept"
    )


_here: list[Callable[[range], list[Any]]] = []


def _open_here(job: Job) -> None:
    """Open a stage in this process. An error waits to be asked for: the pool would take it for the process's end."""
    try:
        _here[:] = [job.open()]
    except Exception as error:  # noqa: BLE001 - raised by the first answer
        _here[:] = [partial(_raise, error)]


def _raise(error: Exception, _: range) -> list[Any]:
    raise error


def _answer_all(job: Job, todo: Sequence[range]) -> list[list[Any]]:
    answer = job.open()
    return [answer(span) for span in todo]


def _answer_here(span: range) -> list[Any]:
    return _here[0](span)
