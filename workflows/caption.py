"""Caption: photos in, sentences out: as JSON, as a page, and on the terminal."""

from collections.abc import Sequence
from functools import cached_property

import luigi

from pipeline.codec import encode
from pipeline.config import spell
from pipeline.errors import BadOption
from pipeline.executor import SplitFiles
from pipeline.keys import Source
from pipeline.plan import Plan
from pipeline.records import Scene
from pipeline.registry import get
from workflows.bundles.bundle import Bundled
from workflows.confidence.calibrate import GOOD, Calibrate, calibration
from workflows.confidence.withheld import withheld
from workflows.outer import DRAWN, OnDataset
from workflows.parameters import CommaList, Share
from workflows.planning import find_plans, ready
from workflows.results import Results
from workflows.skipped import notes
from workflows.tasks import Predict, Prepare

CAPTION_VERSION = 2
PLAN = "babytalk"
"""What describes photos where nothing else is asked for."""


class Caption(OnDataset):
    """Describe photos by one plan: fitted on a dataset of photos and captions, or out of a bundle."""

    plan = luigi.Parameter(default="", description=f"a shipped plan, or the .toml file of one; {PLAN} by default")
    bundle = luigi.Parameter(default="", description="the file of a fitted plan, in place of a plan and a dataset")
    photos = CommaList(description="photos and folders of photos")
    min_confidence = Share(default=0.0, low=0, high=1, description="withhold captions less surely good")
    good = Share(default=GOOD, low=0, high=1, description="share of people's captions a good one matches")
    out = luigi.Parameter(
        default="", significant=False, description="directory of the results (default: under reports)"
    )

    @cached_property
    def on(self) -> Source:
        folder = get("datasets", "folder").config_type
        return self.source(spell("folder", folder(paths=tuple(self.photos), captions="none")))

    @cached_property
    def fitted_on(self) -> Source:
        if self.bundle and (self.plan or self.fit_on):
            given = "--plan" if self.plan else "--fit-on"
            raise BadOption(f"bundle {self.bundle!r} brings its plan and all that was fitted; leave out {given}")
        return self.source(f"bundle:{self.bundle}" if self.bundle else self.fit_on or DRAWN)

    @cached_property
    def found(self) -> Plan:
        learned = self.fitted_on
        if not isinstance(learned, Bundled):
            return find_plans((self.plan or PLAN,), self.swap, self.on, learned.name)[0]
        (plan,) = ready([learned.bundle.plan], self.swap, self.on)
        learned.check_fitted(plan)
        return plan

    def plan_columns(self) -> dict[str, Predict]:
        return self.columns(self.found, self.fitted_on.text, self.on.text, "all")

    def calibration(self) -> Calibrate | None:
        """The task that says how sure captions are, where some are to be withheld.

        Raises:
            BadOption: for a bundle, which brings no photos to calibrate by.
        """
        if not self.min_confidence:
            return None
        if self.bundle:
            raise BadOption(f"bundle {self.bundle!r} brings no photos to calibrate by; give --plan and --fit-on")
        return calibration(self.found, self.fitted_on.text, self.good, self.run_as)

    def requires(self) -> list[luigi.Task]:
        prepared = Prepare(dataset=self.on.text, split="all", run_as=self.run_as)
        calibrated = self.calibration()
        if not self.bundle:
            self.tell_if_drawn()
        return [prepared, *self.plan_columns().values(), *([calibrated] if calibrated else [])]

    def output(self) -> Results:
        columns = {written: task.output().key for written, task in self.plan_columns().items()}
        recipe = {
            "caption": CAPTION_VERSION,
            "plan": self.found.text,
            "title": self.found.title,
            "columns": columns,
            "skipped": self.skipped,
        }
        if calibrated := self.calibration():
            recipe["confidence"] = [self.min_confidence, calibrated.output().key]
        return self.results(recipe, "reports/captions")

    def run(self) -> None:
        import json

        from workflows.report.comparison import System
        from workflows.report.page import render_captions

        columns = {written: task.output().path for written, task in self.plan_columns().items()}
        directory = self.split_files(self.on.text, "all", {}).directory
        scenes: Sequence[Scene] = SplitFiles(directory, columns).scenes()
        sure: dict[str, float] = {}
        if calibrated := self.calibration():
            scenes, sure = withheld(scenes, calibrated.calibrator(), self.min_confidence)
        system = System(
            name=self.found.name,
            title=self.found.title,
            stages={written: self.found.stages[written] for written in self.found.order()},
            oracle=(),
            differs=f"fitted on {self.fitted_on.about}",
            scores=(),
            scenes=scenes,
        )
        answers = [
            {"image_id": scene.image.id, "caption": scene.captions[0].text, "captions": encode(scene.captions)}
            | ({"confidence": sure[scene.image.id]} if sure else {})
            for scene in scenes
            if scene.captions
        ]
        with self.output().replacing() as fresh:
            for name, content in (("captions.json", answers), ("skipped.json", self.skipped)):
                text = json.dumps(content, ensure_ascii=False, indent=1)
                (fresh / name).write_text(text, encoding="utf-8")
            photos = [scene.image for scene in scenes]
            page = render_captions(self.on.text, photos, system, self.command, notes(self.skipped))
            (fresh / "captions.html").write_text(page, encoding="utf-8")
