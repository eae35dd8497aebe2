"""Calibrate: what tells a plan's good captions from its bad ones, learnt on `tune`, as an artefact of the store."""

import json
from collections.abc import Sequence
from typing import Any

import luigi

from pipeline.codec import decode, encode
from pipeline.errors import BadData, BadOption, BadPlan
from pipeline.keys import Source
from pipeline.plan import Plan
from pipeline.records import Array, Scene, Truth
from pipeline.registry import choose
from pipeline.stage import Metric
from stages.analysis.calibration import Calibrator
from stages.analysis.good import Good, good_captions
from stages.analysis.signs import FIELDS, SIGNS, SIGNS_VERSION, signs
from workflows.targets import Artefact
from workflows.tasks import Predict, Prepare, Work

CALIBRATE_VERSION = 1
GOOD = 0.5
LEARNT_ON = "tune"


def check_apart(fitted_on: Source, on: Source, split: str) -> None:
    """Refuse to report of the photos that were learned from.

    Raises:
        BadOption: where they are the same.
    """
    if (on.text, split) == (fitted_on.text, LEARNT_ON):
        raise BadOption(f"--split {split} of {on.text} is what is learned from: describe another, such as --split val")


class Calibrate(Work):
    """The calibrator of a plan fitted on one dataset: from its captions of `tune`, which no result reports on."""

    plan = luigi.Parameter()
    fit_on = luigi.Parameter()
    good = luigi.FloatParameter(default=GOOD)
    run_as = luigi.Parameter(default="run", significant=False)

    def columns(self) -> dict[str, Predict]:
        return seen(Plan.from_text(self.plan), self.fit_on, self.fit_on, LEARNT_ON, self.run_as)

    def requires(self) -> list[luigi.Task]:
        prepared = Prepare(dataset=self.fit_on, split=LEARNT_ON, run_as=self.run_as)
        return [prepared, *self.columns().values()]

    def output(self) -> Artefact:
        recipe = {
            "calibrate": CALIBRATE_VERSION,
            "signs": SIGNS_VERSION,
            "judge": judge().fingerprint(),
            "good": self.good,
            "seen": {field: task.output().key for field, task in self.columns().items()},
            "references": self.source(self.fit_on).fingerprint(LEARNT_ON).truth,
        }
        return Artefact(self.stored, "models", recipe)

    def run(self) -> None:
        columns = {field: task.output().path for field, task in self.columns().items()}
        files = self.split_files(self.fit_on, LEARNT_ON, columns)
        with self.stored.making("models", self.output().recipe) as workspace:
            if workspace:
                table, told = judged(files.scenes(), files.truth(), self.good)
                try:
                    made = Calibrator.fit(SIGNS, table, told.good)
                except BadData as error:
                    remedy = f"good begins at CIDEr-D {told.threshold:.2f}; give another --good than {self.good:g}"
                    raise BadData(f"{LEARNT_ON} of {self.fit_on} cannot calibrate: {error} ({remedy})") from None
                (workspace.out / "calibrator.json").write_text(json.dumps(encode(made)), encoding="utf-8")

    def calibrator(self) -> Calibrator:
        """What was learnt."""
        file = self.output().path / "calibrator.json"
        made: Calibrator = decode(Calibrator, json.loads(file.read_text(encoding="utf-8")))
        return made


def calibration(plan: Plan, fit_on: str, good: float, run_as: str) -> Calibrate:
    """The task that calibrates a plan.

    Raises:
        BadPlan: for a plan whose captions are people's own.
    """
    if "captions" in plan.sees_truth():
        raise BadPlan(f"plan {plan.name!r} hands on people's captions, by which others are judged; leave it out")
    return Calibrate(plan=plan.restrict("captions").text, fit_on=fit_on, good=good, run_as=run_as)


def seen(plan: Plan, fit_on: str, on: str, split: str, run_as: str) -> dict[str, Predict]:
    """The columns that signs are read from."""
    written = [field for field in FIELDS if field in plan.restrict("captions").stages]
    return {
        field: Predict(plan=plan.restrict(field).text, field=field, fit_on=fit_on, on=on, split=split, run_as=run_as)
        for field in written
    }


def judge() -> Metric[Any]:
    """What says how like people's a caption is."""
    made: Metric[Any] = choose("metrics", "cider").create()
    return made


def judged(scenes: Sequence[Scene], truth: Sequence[Truth], quantile: float) -> tuple[Array, Good]:
    """The signs of every scene with a caption, and whether that is good."""
    spoken = [scene for scene in scenes if scene.captions]
    references = {true.id: true.captions for true in truth}
    good = good_captions({scene.image.id: scene.captions for scene in spoken}, references, quantile, judge())
    return signs(spoken), good
