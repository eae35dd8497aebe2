"""What tasks share that people call: they look at the files anew, fit plans on a dataset, score them on a split."""

import shlex
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import luigi

from pipeline.errors import BadData, BadOption, UnknownName
from pipeline.keys import Source, key_of
from pipeline.plan import Plan
from pipeline.records import is_array
from pipeline.registry import choose, get, registered
from workflows import messages
from workflows.evaluation import Evaluate
from workflows.parameters import CommaList, HowToRun, Whole
from workflows.planning import dataset_at, metrics_of
from workflows.results import Results
from workflows.skipped import counted
from workflows.sources import forget
from workflows.tasks import Predict, Prepare, Work

DRAWN = "scenes"
"""What a command fits on that has no dataset of its own and is not told another."""

NOBODY = "{}: no plan here learns from anything"


class Outer(Work):
    """What every task shares that people call by name: it looks at the files as they are now, and says where its
    results are."""

    out: str  # directory of the results, where they are one
    store = luigi.Parameter(default=".captionloom", significant=False, description="directory of everything computed")
    traceback = luigi.BoolParameter(default=False, significant=False, description="show where an error arose")

    def __init__(self, *args: Any, **parameters: Any) -> None:
        super().__init__(*args, **parameters)
        if self.traceback:
            messages.want_traceback()

    def complete(self) -> bool:
        """Whether the results are there for the files as they are now, also when Luigi knows the task from before."""
        forget()
        kept = (name for kind in type(self).__mro__ for name, value in vars(kind).items() if _is_remembered(value))
        for name in kept:
            self.__dict__.pop(name, None)
        return super().complete()

    def on_success(self) -> Any:
        """Say where the results are: Luigi itself is silent when all went well."""
        left_out = counted(self.skipped)
        sys.stderr.write(f"captionloom: results in {self.output().out}{f' ({left_out})' if left_out else ''}\n")
        return super().on_success()

    def results(self, recipe: Mapping[str, Any], usual: str) -> Results:
        """What it makes: where `--out` says, or in the usual directory."""
        return Results(Path(self.out or usual), key_of(recipe), self.task_family)

    @property
    def skipped(self) -> dict[str, str]:
        """path -> why, of the photos left out."""
        return {}


def _is_remembered(value: object) -> bool:
    return isinstance(value, cached_property)


class OnDataset(Outer):
    """What tasks share that fit plans: where to run, what to fit on, and the columns a plan makes."""

    fit_on = luigi.Parameter(default="", description="dataset the plans are fitted on, such as flickr:DIR")
    swap = CommaList(default=(), description="stages in place of a plan's own: field=stage or plan.field=stage,...")
    on_bad_photo = luigi.ChoiceParameter(
        default="fail", choices=("fail", "skip"), description="end the run, or leave out photos that cannot be used"
    )
    device = luigi.Parameter(default="auto", significant=False, description="auto, cpu, cuda or cuda:N")
    processes = Whole(default=1, low=1, significant=False, description="processes a predicting stage may use")
    fit_processes = Whole(default=1, low=1, significant=False, description="processes that train one network together")
    tensorboard = luigi.Parameter(
        default="", significant=False, description="directory for what TensorBoard shows of trainings"
    )
    batch = Whole(default=32, low=1, significant=False, description="photos a network looks at together")
    dry_run = luigi.BoolParameter(
        default=False, significant=False, description="say what would run and what that would cost, and run nothing"
    )

    def complete(self) -> bool:
        """A dry run says what would be done, and has nothing to do."""
        if self.dry_run:
            self._foretell()
            return True
        return super().complete()

    def _foretell(self) -> None:
        from workflows.costs.forecast import forecast
        from workflows.costs.printed import print_forecast

        try:
            print_forecast(forecast(self))
        except Exception as error:
            messages.show(error)
            raise

    def tell_if_drawn(self) -> None:
        """Say that what is about to run is fitted on drawings, as nothing else was asked for."""
        if not self.fit_on:
            messages.note(f"fitting on {DRAWN}, which are drawings: photographs want --fit-on, as in flickr:DIR")

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
    """What tasks share that score plans: the split that is described, and which metrics can judge it."""

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

    def scoring(self, plan: Plan, metrics: tuple[str, ...], place: tuple[str, str] | None = None) -> Evaluate:
        """The task that scores a plan's captions by some metrics, here or at another (dataset, split)."""
        on, split = place or (self.on.text, self.split)
        return Evaluate(
            plan=plan.restrict("captions").text,
            field="captions",
            fit_on=self.fitted_on.text,
            on=on,
            split=split,
            metrics=metrics,
            run_as=self.run_as,
        )

    def unfit(self, metrics: tuple[str, ...], plans: Iterable[Plan]) -> dict[str, str]:
        """Metric, of those given or the usual ones -> why it cannot judge these plans here; empty where it can.

        Raises:
            BadOption: if none can.
        """
        learns = any(plan.learns() for plan in plans)
        found = {
            text: self.why_not(text) or ("" if learns or not choose("metrics", text).kind.uses else NOBODY.format(text))
            for text in metrics_of(metrics)
        }
        if all(found.values()):
            raise BadOption(f"no metric can judge here: {'; '.join(found.values())}; name others by --metrics")
        return found

    def why_not(self, metric: str) -> str:
        """Why a metric cannot judge this split; empty where it can."""
        chosen = choose("metrics", metric)
        unknown = [part for part in chosen.kind.needs if part not in self.on.dataset.annotates]
        reason: str = chosen.create().unavailable()
        if unknown:
            reason = reason or f"{chosen.name}: photos of {self.on.name} have no true {unknown[0]}"
        if chosen.kind.uses and "train" not in self.fitted_on.splits:
            reason = reason or f"{chosen.name}: {self.fitted_on.text} has no training photos"
        return reason

    def metric_of(self, score: str) -> str:
        """The metric that gives a score.

        Raises:
            UnknownName: naming the nearest score.
            BadData: if it cannot judge this split.
        """
        owners = {score: name for name in registered("metrics") for score in get("metrics", name).scores}
        if score not in owners:
            raise UnknownName("score", score, owners)
        if reason := self.why_not(owners[score]):
            raise BadData(f"{score} cannot be computed here: {reason}")
        return owners[score]
