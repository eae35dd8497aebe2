"""The inner task Evaluate, and what its metrics measured."""

from itertools import chain
from typing import Any

import luigi

from pipeline.executor import open_resources
from pipeline.registry import choose
from pipeline.stage import EvidenceMetric, Metric
from stages.analysis.scoring import SCORING_VERSION, MetricResult
from workflows.parameters import CommaList
from workflows.scores import read_results, write_scores
from workflows.targets import Artefact
from workflows.tasks import FitResource, OfStage, Predict, Prepare, resource_files


class Evaluate(OfStage):
    """The scores of a plan's captions on a split: one artefact a metric, so that a new metric runs alone."""

    on = luigi.Parameter()
    split = luigi.Parameter()
    metrics = CommaList(description="metrics that can run here")

    def captions(self) -> Predict:
        task: Predict = self.clone(Predict, learning=False)
        return task

    def seen(self, text: str) -> dict[str, Predict]:
        """The columns that a metric looks at beside the captions, of those the plan writes."""
        kind = choose("metrics", text).kind
        wanted = kind.reads if issubclass(kind, EvidenceMetric) else ()
        written = tuple(field for field in wanted if field in self.recipes.plan.stages)
        return self.column_tasks(self.on, self.split, written, learning=False)

    def columns(self) -> dict[str, Predict]:
        """Everything that is scored."""
        return {"captions": self.captions()} | {
            field: task for text in self.metrics for field, task in self.seen(text).items()
        }

    def judged_by(self, metrics: tuple[str, ...]) -> dict[str, FitResource]:
        """The resources that some metrics use, of what the plan learns from."""
        plan, uses = self.recipes.plan, [choose("metrics", text).kind.uses for text in metrics]
        return {
            name: self.clone(FitResource, plan=plan.restrict_to_resource(name).text, name=name)
            for name in sorted(set(chain.from_iterable(uses)))
        }

    def requires(self) -> list[luigi.Task]:
        prepared = self.clone(Prepare, dataset=self.on, split=self.split)
        return [prepared, *self.columns().values(), *self.judged_by(self.metrics).values()]

    def output(self) -> list[Artefact]:
        prints = self.source(self.on).fingerprint(self.split)
        captions = self.captions().output().key
        recipes = []
        for text in self.metrics:
            recipe = {
                "metric": choose("metrics", text).recipe(),
                "fingerprint": choose("metrics", text).create().fingerprint(),
                "scoring": SCORING_VERSION,
                "captions": captions,
                "references": prints.truth,
            }
            if seen := {field: task.output().key for field, task in self.seen(text).items()}:
                recipe["seen"] = seen
            if uses := {name: task.output().key for name, task in self.judged_by((text,)).items()}:
                recipe["uses"] = uses
            recipes.append(recipe)
        return [Artefact(self.stored, "scores", recipe) for recipe in recipes]

    def run(self) -> None:
        todo = [(text, made) for text, made in zip(self.metrics, self.output(), strict=True) if not made.exists()]
        columns = {field: task.output().path for field, task in self.columns().items()}
        files = self.split_files(self.on, self.split, columns)
        uses = resource_files(self, tuple(self.judged_by(self.metrics)))
        write_scores(self.stored, todo, files.scenes(), files.truth(), open_resources(uses))


def measured(evaluation: Evaluate) -> list[tuple[Metric[Any], MetricResult]]:
    """Every metric of a finished evaluation with what it says, for each choice of references."""
    made = zip(evaluation.metrics, evaluation.output(), strict=True)
    metrics = [(choose("metrics", text).create(), artefact) for text, artefact in made]
    return [(metric, result) for metric, artefact in metrics for result in read_results(artefact, metric)]
