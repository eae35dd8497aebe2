"""The inner tasks: Prepare, FitResource, Fit and Predict. Keys, order and caching; the computing is elsewhere.

Each carries the plan restricted to what it needs, so that two plans which share a stage share its tasks.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import luigi

from pipeline.columns import write_column
from pipeline.datasets import Dataset
from pipeline.errors import BadData
from pipeline.executor import Job, SplitFiles, StageFiles, fit, fit_resource, killed, spans
from pipeline.keys import Fold, Recipes, Source, fold_list, key_of
from pipeline.store import Store
from workflows import messages
from workflows.drift import check
from workflows.parameters import HowToRun
from workflows.sources import recipes_of, source_of, store_at
from workflows.targets import Artefact


class Work(luigi.Task):
    """What every task has: how to run, and our own words when it fails."""

    @property
    @abstractmethod
    def run_as(self) -> str:
        """How to run, as the text of a HowToRun."""

    @property
    def how(self) -> HowToRun:
        return HowToRun.from_text(self.run_as)

    @property
    def stored(self) -> Store:
        return store_at(self.how.store)

    def source(self, dataset: str) -> Source:
        return source_of(dataset, self.how.store, self.how.skip)

    def split_files(self, dataset: str, split: str, columns: dict[str, Path]) -> SplitFiles:
        recipe = self.source(dataset).split_recipe(split)
        return SplitFiles(self.stored.path("datasets", key_of(recipe)), columns)

    def complete(self) -> bool:
        try:
            return bool(super().complete())
        except Exception as error:
            messages.show(error)
            raise

    def on_failure(self, exception: BaseException) -> Any:
        messages.show(exception)
        return super().on_failure(exception)


def _on_process_failure(task: Work, _: str) -> None:
    """Say that a worker was killed: Luigi itself is silent."""
    messages.show(killed(f"{task.task_family} {getattr(task, 'field', '')}".strip(), "--workers"))


Work.event_handler(luigi.Event.PROCESS_FAILURE)(_on_process_failure)


class _Inner(Work):
    """A task that is told how to run by the task that needs it."""

    run_as = luigi.Parameter(default="run", significant=False, description="how to run, such as run:store=DIR")


class Prepare(_Inner):
    """One split of a dataset: its photos' records, its truth and, where they are drawn, the photos."""

    dataset = luigi.Parameter()
    split = luigi.Parameter()
    priority = 1  # a photo that cannot be read should be known before an hour of fitting

    def output(self) -> Artefact:
        return Artefact(self.stored, "datasets", self.source(self.dataset).split_recipe(self.split))

    def run(self) -> None:
        dataset: Dataset[Any] = self.source(self.dataset).dataset
        with self.stored.making("datasets", self.output().recipe) as workspace:
            if workspace:
                examples = dataset.examples(self.split, workspace.out, self.source(self.dataset).photos.inspect)
                shown = self.how.runtime().progress(examples, f"prepare {self.split}", 0)
                images, truth = [], []
                for image, true in shown:
                    images.append(image)
                    truth.append(true)
                ids = [image.id for image in images]
                if not ids:
                    raise BadData(f"dataset {self.dataset!r} has no photos in its split {self.split!r}")
                self.source(self.dataset).check_unchanged(self.split)
                for written, values in (("images", images), ("truth", truth)):
                    (workspace.out / written).mkdir(exist_ok=True)
                    write_column(workspace.out / written, written, ids, partial(_from, values))
                workspace.about["photos"] = len(ids)


class FitResource(_Inner):
    """A resource, from the training truth alone."""

    plan = luigi.Parameter()
    name = luigi.Parameter()
    fit_on = luigi.Parameter()

    @property
    def recipes(self) -> Recipes:
        return recipes_of(self.plan, self.fit_on, self.how.store, self.how.skip)

    def requires(self) -> list[luigi.Task]:
        plan = self.recipes.plan
        used = [
            self.clone(FitResource, plan=plan.restrict_to_resource(name).text, name=name)
            for name in plan.resource_uses(self.name)
        ]
        return [self.clone(Prepare, dataset=self.fit_on, split="train"), *used]

    def output(self) -> Artefact:
        return Artefact(self.stored, "resources", self.recipes.resource(self.name))

    def run(self) -> None:
        plan = self.recipes.plan
        with self.stored.making("resources", self.output().recipe) as workspace:
            if workspace:
                uses = resource_files(self, plan.resource_uses(self.name))
                split = self.split_files(self.fit_on, "train", {})
                made = fit_resource(plan.resource(self.name).text, uses, split, self.how.runtime(workspace.scratch))
                made.save_state(workspace.out)
                workspace.about["photos"] = len(split.truth())


class OfStage(_Inner):
    """A task about the stage that writes one field of a plan, fitted on one dataset."""

    plan = luigi.Parameter()
    field = luigi.Parameter()
    fit_on = luigi.Parameter()

    @property
    def recipes(self) -> Recipes:
        return recipes_of(self.plan, self.fit_on, self.how.store, self.how.skip)

    def resource_tasks(self) -> list[luigi.Task]:
        plan = self.recipes.plan
        return [
            self.clone(FitResource, plan=plan.restrict_to_resource(name).text, name=name)
            for name in plan.uses(self.field)
        ]

    def column_tasks(self, on: str, split: str, fields: tuple[str, ...], learning: bool) -> dict[str, "Predict"]:
        """The tasks of some columns on a split; those for learning are cross-fitted where the plan says so."""
        needed = {field: self.recipes.plan.restrict(field) for field in fields}
        return {
            field: self.clone(
                Predict,
                plan=plan.text,
                field=field,
                on=on,
                split=split,
                learning=learning and split == "train" and bool(plan.folds),
            )
            for field, plan in needed.items()
        }

    def fit_columns(self, split: str) -> dict[str, "Predict"]:
        """The columns this stage learns from on a split."""
        return self.column_tasks(self.fit_on, split, self.recipes.plan.fit_reads(self.field), learning=True)

    def stage_files(self, model: Path | None) -> StageFiles:
        plan = self.recipes.plan
        return StageFiles(self.field, plan.stages[self.field], resource_files(self, plan.uses(self.field)), model)


class Fit(OfStage):
    """A fitted stage; with `fold_count`, fitted without one part of `train`."""

    fold_index = luigi.IntParameter(default=0)
    fold_count = luigi.IntParameter(default=0)

    @property
    def fold(self) -> Fold | None:
        return Fold(self.fold_index, self.fold_count) if self.fold_count else None

    def requires(self) -> list[luigi.Task]:
        needed = self.resource_tasks()
        for split in self.recipes.plan.stage(self.field).kind.fit_on:
            needed.append(self.clone(Prepare, dataset=self.fit_on, split=split))
            needed.extend(self.fit_columns(split).values())
        return needed

    def output(self) -> Artefact:
        return Artefact(self.stored, "models", self.recipes.model(self.field, self.fold))

    def run(self) -> None:
        with self.stored.making("models", self.output().recipe) as workspace:
            if workspace:
                splits = {}
                for split in self.recipes.plan.stage(self.field).kind.fit_on:
                    splits[split] = self.split_files(self.fit_on, split, checked(self.fit_columns(split)))
                stage = self.recipes.plan.stage(self.field)
                runtime = self.how.runtime(workspace.scratch, f"{self.field}-{stage.name}-{self.output().key[:8]}")
                made = fit(self.stage_files(None), splits, runtime, self.fold)
                made.save_state(workspace.out)
                learned_from = sum(len(files.images()) for files in splits.values())
                if self.fold and "train" in splits:
                    whole = len(splits["train"].images())
                    learned_from -= len(range(self.fold.index, whole, self.fold.count))
                workspace.about.update({"photos": learned_from} | self.how.machine(self.how.fit_processes))
                if made.parameters is not None:
                    workspace.about["parameters"] = made.parameters


class Predict(OfStage):
    """A column: the values of one field on a split. With `learning` it is what a later stage learns from: where the
    plan has folds, each part is by a model that did not see it."""

    on = luigi.Parameter()
    split = luigi.Parameter()
    learning = luigi.BoolParameter(default=False)

    def columns(self) -> dict[str, "Predict"]:
        """The columns this one is made from."""
        return self.column_tasks(self.on, self.split, self.recipes.plan.reads(self.field), self.learning)

    def requires(self) -> list[luigi.Task]:
        columns = self.columns().values()
        prepared = self.clone(Prepare, dataset=self.on, split=self.split)
        return [prepared, *columns, *self.resource_tasks(), *self.model_tasks()]

    def model_tasks(self) -> list[Fit]:
        """The fits this column is made with: none for a stateless stage, one, or one a fold."""
        if not self.recipes.plan.stage(self.field).kind.fit_on:
            return []
        count = self.recipes.folds(self.field, self.split) if self.learning else 0
        folds = [(fold.index, fold.count) if fold else (0, 0) for fold in fold_list(count)]
        plan = self.recipes.plan.as_fitted(self.field).restrict(self.field).text
        return [self.clone(Fit, plan=plan, fold_index=index, fold_count=count) for index, count in folds]

    def output(self) -> Artefact:
        recipe = self.recipes.column(self.field, self.source(self.on), self.split, self.learning)
        return Artefact(self.stored, "columns", recipe)

    def run(self) -> None:
        with self.stored.making("columns", self.output().recipe) as workspace:
            if workspace:
                checked(self.columns())
                jobs = self.jobs()
                ids = jobs[0].split.images().ids
                write_column(workspace.out, self.field, ids, lambda start: self._values(jobs, start, len(ids)))
                workspace.about.update({"photos": len(ids)} | self.how.machine(self.how.processes))

    def jobs(self) -> list[Job]:
        """The stage to be mapped over the split: with folds, the one of position modulo their number."""
        columns = {read: task.output().path for read, task in self.columns().items()}
        files = replace(self.split_files(self.on, self.split, columns), foreign=self.recipes.plan.foreign)
        models: list[Path | None] = [fitted.output().path for fitted in self.model_tasks()]
        return [Job(self.stage_files(model), files, self.how.runtime()) for model in models or [None]]

    def _values(self, jobs: list[Job], start: int, count: int) -> Iterator[Any]:
        what = f"{self.field}/{self.recipes.plan.stages[self.field]} on {self.split}"
        streams = [
            chain.from_iterable(
                self.how.engine(
                    job, spans(range(start + (fold - start) % len(jobs), count, len(jobs)), job.runtime.batch)
                )
            )
            for fold, job in enumerate(jobs)
        ]
        values = (next(streams[position % len(jobs)]) for position in range(start, count))
        return self.how.runtime().progress(values, what, count - start)


def checked(columns: Mapping[str, Predict]) -> dict[str, Path]:
    """Where the columns are, each still what its extractor makes."""
    for task in columns.values():
        check(task)
    return {read: task.output().path for read, task in columns.items()}


def _from(values: Sequence[Any], start: int) -> Iterator[Any]:
    return iter(values[start:])


def resource_files(task: Any, names: tuple[str, ...]) -> dict[str, tuple[str, Path]]:
    """name -> (text, directory) of the fitted resources that a task of a plan uses."""
    recipes = recipes_of(task.plan, task.fit_on, task.how.store, task.how.skip)
    return {
        name: (recipes.plan.resource(name).text, task.stored.path("resources", key_of(recipes.resource(name))))
        for name in names
    }
