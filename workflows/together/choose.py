"""Choose: several systems together, the best choice between their captions there could be, and one that is learned."""

import json
from functools import cached_property
from typing import Any

import luigi

from pipeline.codec import encode
from pipeline.errors import BadPlan
from pipeline.plan import Plan
from pipeline.records import Array, Scene
from pipeline.registry import choose
from pipeline.stage import Metric
from stages.analysis.choosing import Chooser, as_chosen, best_choice, worth
from stages.analysis.contrasts import contrast
from stages.analysis.scoring import MetricResult
from stages.analysis.signs import SIGNS_VERSION, signs
from workflows.confidence.calibrate import LEARNT_ON, check_apart, seen
from workflows.evaluation import Evaluate, measured
from workflows.outer import OnSplit
from workflows.parameters import CommaList
from workflows.planning import find_plans
from workflows.results import Results
from workflows.tasks import Predict, Prepare

CHOOSE_VERSION = 2
METRIC, SCORE = "cider", "CIDEr-D"


class Choose(OnSplit):
    """Of several systems the one that speaks is chosen photo by photo: what knowing best would bring, and what can be
    learned on `tune` of the dataset they were fitted on."""

    plans = CommaList(description="shipped plans and .toml files of plans")

    @cached_property
    def found(self) -> tuple[Plan, ...]:
        """The plans.

        Raises:
            BadPlan: for fewer than two, or for one that hands on people's captions.
            BadOption: for the split that is learned from.
        """
        check_apart(self.fitted_on, self.on, self.split)
        plans = find_plans(self.plans, self.swap, self.on, self.fitted_on.name)
        people = next((plan.name for plan in plans if "captions" in plan.sees_truth()), "")
        if people:
            raise BadPlan(f"plan {people!r} hands on people's captions, which nobody can choose; leave it out")
        if len(plans) < 2:
            raise BadPlan("choosing needs two or more plans")
        return plans

    def places(self) -> dict[str, tuple[str, str]]:
        """What is learned on, and what is described: (dataset, split)."""
        return {"learned": (self.fitted_on.text, LEARNT_ON), "described": (self.on.text, self.split)}

    def scores(self, place: str) -> list[Evaluate]:
        """Of each plan, the scores of its captions there."""
        return [self.scoring(plan, (METRIC,), self.places()[place]) for plan in self.found]

    def read(self, place: str) -> list[dict[str, Predict]]:
        """Of each plan, the columns that signs are read from there."""
        on, split = self.places()[place]
        return [seen(plan, self.fitted_on.text, on, split, self.run_as) for plan in self.found]

    def requires(self) -> list[luigi.Task]:
        tasks: list[luigi.Task] = []
        for place, (on, split) in self.places().items():
            tasks.append(Prepare(dataset=on, split=split, run_as=self.run_as))
            tasks += self.scores(place)
            tasks += [task for columns in self.read(place) for task in columns.values()]
        return tasks

    def output(self) -> Results:
        made = {
            place: [
                [plan.name, *(score.key for score in scored.output()), *(task.output().key for task in read.values())]
                for plan, scored, read in zip(self.found, self.scores(place), self.read(place), strict=True)
            ]
            for place in self.places()
        }
        recipe = {"choose": CHOOSE_VERSION, "signs": SIGNS_VERSION, "made": made}
        return self.results(recipe, f"reports/{self.on.choice.name}-{self.split}-together")

    def run(self) -> None:
        metric: Metric[Any] = choose("metrics", METRIC).create()
        chooser = Chooser.fit(_signs(self._scenes("learned")), worth(self._results("learned", metric)))
        results, names = self._results("described", metric), [plan.name for plan in self.found]
        alone = [contrast(SCORE, [(1, metric, result)]) for result in results]
        single = max(range(len(names)), key=lambda place: alone[place].value)
        scenes = self._scenes("described")
        choices = {"learned": chooser.choose(_signs(scenes)), "best there could be": best_choice(results)}
        told = [self._told(name, choice, metric, results, single) for name, choice in choices.items()]
        plans = [{"plan": name, **encode(value)} for name, value in zip(names, alone, strict=True)]
        captions = _captions(scenes, choices["learned"])
        about = {"dataset": self.on.text, "split": self.split, "score": SCORE, "best_alone": names[single]}
        with self.output().replacing() as fresh:
            for name, content in (("together", {**about, "plans": plans, "choices": told}), ("chosen", captions)):
                text = json.dumps(content, ensure_ascii=False, indent=1)
                (fresh / f"{name}.json").write_text(text, encoding="utf-8")

    def _told(
        self, name: str, choice: Array, metric: Metric[Any], results: list[MetricResult], single: int
    ) -> dict[str, Any]:
        """A choice's score, how much that is above the best plan alone, and how often each plan speaks."""
        chosen = as_chosen(results, choice)
        above = contrast(SCORE, [(1, metric, chosen), (-1, metric, results[single])])
        shares = {plan.name: float((choice == place).mean()) for place, plan in enumerate(self.found)}
        value = encode(contrast(SCORE, [(1, metric, chosen)]))
        return {"choice": name, **value, "above_best_alone": encode(above), "speaks": shares}

    def _scenes(self, place: str) -> list[list[Scene]]:
        """Of each plan the scenes of the photos that all plans describe."""
        on, split = self.places()[place]
        read = [{field: task.output().path for field, task in columns.items()} for columns in self.read(place)]
        photos = zip(*(self.split_files(on, split, columns).scenes() for columns in read), strict=True)
        described = [photo for photo in photos if all(scene.captions for scene in photo)]
        return [[photo[plan] for photo in described] for plan in range(len(self.found))]

    def _results(self, place: str, metric: Metric[Any]) -> list[MetricResult]:
        """Those of the photos that all plans describe, against all references."""
        found = [measured(task)[0][1] for task in self.scores(place)]
        common = set.intersection(*(set(result.photos) for result in found))
        return [result.of([photo for photo in result.photos if photo in common]) for result in found]


def _signs(scenes: list[list[Scene]]) -> list[Array]:
    return [signs(own) for own in scenes]


def _captions(scenes: list[list[Scene]], choice: Array) -> list[dict[str, str]]:
    """In COCO's results format, so that what was chosen can stand in a comparison as chosen.json."""
    said = [scenes[plan][photo] for photo, plan in enumerate(choice.tolist())]
    return [{"image_id": scene.image.id, "caption": scene.captions[0].text} for scene in said]
