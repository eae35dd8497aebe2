"""The inner task Evaluate, and what its metrics measured."""

from typing import Any

import luigi

from pipeline.registry import choose
from pipeline.stage import EvidenceMetric, Metric
from stages.analysis.scoring import SCORING_VERSION, MetricResult
from workflows.parameters import CommaList
from workflows.scores import read_results, write_scores
from workflows.targets import Artefact
from workflows.tasks import OfStage, Predict, Prepare


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

    def requires(self) -> list[luigi.Task]:
        return [self.clone(Prepare, dataset=self.on, split=self.split), *self.columns().values()]

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
            recipes.append(recipe)
        return [Artefact(self.stored, "scores", recipe) for recipe in recipes]

    def run(self) -> None:
        todo = [(text, made) for text, made in zip(self.metrics, self.output(), strict=True) if not made.exists()]
        columns = {field: task.output().path for field, task in self.columns().items()}
        files = self.split_files(self.on, self.split, columns)
        write_scores(self.stored, todo, files.scenes(), files.truth())


def measured(evaluation: Evaluate) -> list[tuple[Metric[Any], MetricResult]]:
    """Every metric of a finished evaluation with what it says, for each choice of references."""
    made = zip(evaluation.metrics, evaluation.output(), strict=True)
    metrics = [(choose("metrics", text).create(), artefact) for text, artefact in made]
    return [(metric, result) for metric, artefact in metrics for result in read_results(artefact, metric)]
