"""Compare: several plans on the same photos, scored by the same code, side by side in one report."""

import shlex
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import luigi

from pipeline.errors import BadOption
from pipeline.keys import Source, key_of
from pipeline.plan import Plan
from pipeline.records import is_array
from pipeline.registry import Choice, choose, registered
from workflows import messages
from workflows.parameters import CommaList, HowToRun, Whole
from workflows.planning import dataset_at, find_plans, seeded
from workflows.results import Results
from workflows.skipped import counted
from workflows.sources import forget
from workflows.tasks import Evaluate, Predict, Prepare, Work

REPORT_VERSION = 6


class OnDataset(Work):
    """What Compare, Caption and Export share: where to run, what to fit on, and the columns a plan makes."""

    fit_on = luigi.Parameter(default="", description="dataset the plans are fitted on, such as scenes")
    swap = CommaList(default=(), description="stages in place of a plan's own: field=stage or plan.field=stage,...")
    on_bad_photo = luigi.ChoiceParameter(
        default="fail", choices=("fail", "skip"), description="end the run, or leave out photos that cannot be used"
    )
    store = luigi.Parameter(default=".captionloom", significant=False, description="directory of everything computed")
    device = luigi.Parameter(default="auto", significant=False, description="auto, cpu, cuda or cuda:N")
    processes = Whole(default=1, low=1, significant=False, description="processes a predicting stage may use")
    fit_processes = Whole(default=1, low=1, significant=False, description="processes that train one network together")
    tensorboard = luigi.Parameter(
        default="", significant=False, description="directory for what TensorBoard shows of trainings"
    )
    batch = Whole(default=32, low=1, significant=False, description="photos a network looks at together")
    traceback = luigi.BoolParameter(default=False, significant=False, description="show where an error arose")
    dry_run = luigi.BoolParameter(
        default=False, significant=False, description="say what would run and what that would cost, and run nothing"
    )

    def __init__(self, *args: Any, **parameters: Any) -> None:
        super().__init__(*args, **parameters)
        if self.traceback:
            messages.want_traceback()

    def complete(self) -> bool:
        """Whether the results are there for the files as they are now, also when Luigi knows the task from before.

        A dry run says what would be done, and has nothing to do.
        """
        if self.dry_run:
            self._foretell()
            return True
        forget()
        for remembered in ("on", "opened", "fitted_on", "found", "families", "missing"):
            self.__dict__.pop(remembered, None)
        return super().complete()

    def _foretell(self) -> None:
        from workflows.costs.forecast import forecast
        from workflows.costs.printed import print_forecast

        try:
            print_forecast(forecast(self))
        except Exception as error:
            messages.show(error)
            raise

    def on_success(self) -> Any:
        """Say where the results are: Luigi itself is silent when all went well."""
        out, left_out = self.output().out, counted(self.skipped)
        sys.stderr.write(f"captionloom: results in {out}{f' ({left_out})' if left_out else ''}\n")
        return super().on_success()

    @property
    def run_as(self) -> str:
        names = ("store", "device", "batch", "processes", "fit_processes", "tensorboard", "on_bad_photo")
        return HowToRun(**{name: getattr(self, name) for name in names}).text

    @property
    def skipped(self) -> dict[str, str]:
        """path -> why, of the photos left out; known once the keys are."""
        return {path: why for source in self.sources() for path, why in source.skipped.items()}

    def sources(self) -> tuple[Source, ...]:
        """The datasets whose photos are looked at."""
        return (self.fitted_on, self.on)

    @property
    def command(self) -> str:
        """The luigi command that runs this again, without what does not change its result."""
        given = [
            f"--{name.replace('_', '-')} {shlex.quote(parameter.serialize(getattr(self, name)))}"
            for name, parameter in self.get_params()
            if parameter.significant and getattr(self, name) not in ("", (), "fail")
        ]
        return " ".join(["luigi --module workflows", self.task_family, *given, "--local-scheduler"])

    def columns(self, plan: Plan, fit_on: str, on: str, split: str) -> dict[str, Predict]:
        """The column task of every field of a plan that holds records; arrays are too big to be read by people."""
        return {
            written: Predict(
                plan=plan.restrict(written).text,
                field=written,
                fit_on=fit_on,
                on=on,
                split=split,
                run_as=self.run_as,
            )
            for written in plan.order()
            if not is_array(written)
        }


class OnSplit(OnDataset):
    """What Compare, Ablate and Substitute share: the split that is described, and the scores of a plan there."""

    dataset = luigi.Parameter(default="scenes", description="dataset described, such as scenes:test=100")
    dataset_root = luigi.Parameter(default="", description="folder of the dataset, as in DATASET:root=FOLDER")
    split = luigi.Parameter(default="test", description="split described and scored")
    out = luigi.Parameter(
        default="", significant=False, description="directory of the results (default: under reports)"
    )

    @cached_property
    def on(self) -> Source:
        return self.source(dataset_at(self.dataset, self.dataset_root))

    @cached_property
    def fitted_on(self) -> Source:
        return self.source(self.fit_on or self.on.text)

    def prepared(self) -> Prepare:
        """The task that makes the split."""
        return Prepare(dataset=self.on.text, split=self.split, run_as=self.run_as)

    def scoring(self, plan: Plan, metrics: tuple[str, ...]) -> Evaluate:
        """The task that scores a plan's captions by some metrics."""
        return Evaluate(
            plan=plan.restrict("captions").text,
            field="captions",
            fit_on=self.fitted_on.text,
            on=self.on.text,
            split=self.split,
            metrics=metrics,
            run_as=self.run_as,
        )


class Compare(OnSplit):
    """Several plans on one split of a dataset: captions, scores and a report in one directory."""

    plans = CommaList(description="shipped plans, .toml files of plans, .json files of captions")
    metrics = CommaList(default=(), description="metrics to score with (default: all)")
    seeds = CommaList(default=(), description="seeds that each plan which draws is fitted with (default: its own)")

    @cached_property
    def families(self) -> dict[str, tuple[Plan, ...]]:
        """plan -> itself, or as it is with each seed.

        Raises:
            BadOption: for a seed that is no whole number.
        """
        wrong = next((seed for seed in self.seeds if not seed.isdecimal()), None)
        if wrong is not None:
            raise BadOption(f"seed {wrong!r} should be a whole number, such as 0")
        seeds = [int(seed) for seed in dict.fromkeys(self.seeds)]
        return seeded(find_plans(self.plans, self.swap, self.on, self.fitted_on.name), seeds)

    @cached_property
    def found(self) -> tuple[Plan, ...]:
        return tuple(plan for family in self.families.values() for plan in family)

    @cached_property
    def missing(self) -> dict[str, str]:
        """metric -> why it cannot run here."""
        wanted = self.metrics or registered("metrics")
        return {text: self._unavailable(choose("metrics", text)) for text in wanted}

    def _unavailable(self, metric: Choice) -> str:
        unknown = [part for part in metric.kind.needs if part not in self.on.dataset.annotates]
        reason: str = metric.create().unavailable()
        return reason or (f"{metric.name}: photos of {self.on.name} have no true {unknown[0]}" if unknown else "")

    def requires(self) -> list[luigi.Task]:
        columns = [task for plan in self.found for task in self.plan_columns(plan).values()]
        return [self.prepared(), *columns, *(self.evaluation(plan) for plan in self.found)]

    def plan_columns(self, plan: Plan) -> dict[str, Predict]:
        return self.columns(plan, self.fitted_on.text, self.on.text, self.split)

    def evaluation(self, plan: Plan) -> Evaluate:
        """The task that scores a plan's captions by the metrics that can run here."""
        return self.scoring(plan, tuple(text for text, reason in self.missing.items() if not reason))

    def output(self) -> Results:
        plans = [
            {
                "name": plan.name,
                "title": plan.title,
                "plan": plan.text,
                "columns": {written: task.output().key for written, task in self.plan_columns(plan).items()},
                "scores": [score.key for score in self.evaluation(plan).output()],
            }
            for plan in self.found
        ]
        split = self.on.split_recipe(self.split)
        recipe = {
            "compare": REPORT_VERSION,
            "plans": plans,
            "split": split,
            "missing": self.missing,
            "skipped": self.skipped,
        }
        out = self.out or f"reports/{self.on.choice.name}-{self.split}"
        return Results(Path(out), key_of(recipe))

    def run(self) -> None:
        from workflows.comparison import write_comparison

        with self.output().replacing() as directory:
            write_comparison(directory, self)
