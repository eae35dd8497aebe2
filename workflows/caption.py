"""Caption: photos in, sentences out: as JSON, as a page, and on the terminal."""

from functools import cached_property
from pathlib import Path

import luigi

from pipeline.codec import encode
from pipeline.config import spell
from pipeline.executor import SplitFiles
from pipeline.keys import Source, key_of
from pipeline.plan import Plan
from pipeline.registry import get
from workflows.compare import OnDataset
from workflows.parameters import CommaList
from workflows.planning import find_plans
from workflows.results import Results
from workflows.tasks import Predict

CAPTION_VERSION = 1


class Caption(OnDataset):
    """Describe photos by one plan, fitted on a dataset of photos and captions."""

    plan = luigi.Parameter(default="babytalk", description="a shipped plan, or the .toml file of one")
    photos = CommaList(description="photos and folders of photos")

    @cached_property
    def on(self) -> Source:
        folder = get("datasets", "folder").config_type
        return self.source(spell("folder", folder(paths=tuple(self.photos), captions="none")))

    @cached_property
    def fitted_on(self) -> Source:
        return self.source(self.fit_on or "scenes")

    @cached_property
    def found(self) -> Plan:
        plans = find_plans((self.plan,), self.swap, self.on, self.fitted_on.choice.name)
        return plans[0]

    def plan_columns(self) -> dict[str, Predict]:
        return self.columns(self.found, self.fitted_on.text, self.on.text, "all")

    def requires(self) -> list[luigi.Task]:
        return list(self.plan_columns().values())

    def output(self) -> Results:
        columns = {written: task.output().key for written, task in self.plan_columns().items()}
        recipe = {"caption": CAPTION_VERSION, "plan": self.found.text, "title": self.found.title, "columns": columns}
        return Results(Path(self.out or "reports/captions"), key_of(recipe))

    def run(self) -> None:
        import json

        from workflows.report.comparison import System
        from workflows.report.page import render_captions

        columns = {written: task.output().path for written, task in self.plan_columns().items()}
        directory = self.split_files(self.on.text, "all", {}).directory
        scenes = SplitFiles(directory, columns).scenes()
        system = System(
            name=self.found.name,
            title=self.found.title,
            stages={written: self.found.stages[written] for written in self.found.order()},
            oracle=(),
            differs=f"fitted on {self.fitted_on.text}",
            scores=(),
            scenes=scenes,
        )
        answers = [
            {"image_id": scene.image.id, "caption": scene.captions[0].text, "captions": encode(scene.captions)}
            for scene in scenes
            if scene.captions
        ]
        with self.output().replacing() as fresh:
            text = json.dumps(answers, ensure_ascii=False, indent=1)
            (fresh / "captions.json").write_text(text, encoding="utf-8")
            page = render_captions(self.on.text, [scene.image for scene in scenes], system, self.command)
            (fresh / "captions.html").write_text(page, encoding="utf-8")
