"""Judge: a page on which people choose between captions of a comparison, and its key."""

from functools import cached_property
from pathlib import Path

import luigi

from workflows.parameters import CommaList, HowToRun, Whole
from workflows.people.compared import Compared
from workflows.people.work import OfPeople, sha256_of
from workflows.results import Results
from workflows.tasks import Prepare

JUDGE_VERSION = 1


class Judge(OfPeople):
    """`judge.html`, which names no system, and `key.json`, which tells which system wrote which side."""

    comparison = luigi.Parameter(description="directory of a comparison, such as reports/flickr-val")
    plans = CommaList(default=(), description="plans to judge (default: all that were compared)")
    questions = Whole(default=100, low=1, description="pairs of captions to judge")
    repeats = Whole(default=10, low=0, description="pairs to judge again, sides swapped; a third of them at most")
    seed = Whole(default=0, low=0, description="decides pairs, photos, sides and order")

    @cached_property
    def compared(self) -> Compared:
        return Compared(Path(self.comparison), self.plans)

    @property
    def run_as(self) -> str:
        skip = bool(self.compared.about["skipped"])
        return HowToRun(store=self.store, on_bad_photo="skip" if skip else "fail").text

    def requires(self) -> luigi.Task:
        about = self.compared.about
        return Prepare(dataset=about["dataset"], split=about["split"], run_as=self.run_as)

    def output(self) -> Results:
        about = self.compared.about
        recipe = {
            "judge": JUDGE_VERSION,
            "split": self.source(about["dataset"]).split_recipe(about["split"]),
            "captions": {plan: sha256_of(file, "compare again") for plan, file in self.compared.files.items()},
            "asked": [self.questions, self.repeats, self.seed],
        }
        return self.results(recipe, f"{Path(self.comparison)}-judge")

    def run(self) -> None:
        from workflows.people.key import Key
        from workflows.people.page import render
        from workflows.people.questions import questions

        about = self.compared.about
        images = {
            scene.image.id: scene.image for scene in self.split_files(about["dataset"], about["split"], {}).scenes()
        }
        asked = questions(self.compared.said(tuple(images)), self.questions, self.repeats, self.seed)
        with self.output().replacing() as fresh:
            (fresh / "judge.html").write_text(render(asked, images), encoding="utf-8")
            Key.of(asked).write(fresh / "key.json")
