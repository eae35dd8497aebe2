"""Ablate: what each stage of one plan costs, and what it carries: the truth or another photo is put in its place."""

import json
from functools import cached_property

import luigi

from pipeline.codec import encode
from pipeline.plan import Plan
from workflows.attribution.replacing import Replacing
from workflows.outer import OnSplit
from workflows.parameters import CommaList
from workflows.planning import find_plans
from workflows.results import Results


class Ablate(OnSplit):
    """Every stage of a plan replaced by its oracle, one and several at a time, and every field of the whole photo by
    another photo's: a score of each, shared out among the stages."""

    plan = luigi.Parameter(description="a shipped plan, or the .toml file of one")
    by = CommaList(default=(), description="what stands in for a stage besides oracles: field=stage,...")
    metric = luigi.Parameter(default="CIDEr-D", description="the score, such as CIDEr-D or BLEU-4")
    references = luigi.ChoiceParameter(
        default="all", choices=("all", "leave_one_out"), description="references to score against"
    )

    @cached_property
    def found(self) -> Plan:
        (plan,) = find_plans((self.plan,), self.swap, self.on, self.fitted_on.name)
        return plan

    @cached_property
    def replacing(self) -> Replacing:
        return Replacing(self, self.found, self.by, self.metric, self.references)

    def requires(self) -> list[luigi.Task]:
        return [self.prepared(), *self.replacing.tasks()]

    def output(self) -> Results:
        recipe = {
            **self.replacing.recipe(),
            "split": self.on.split_recipe(self.split),
            "skipped": self.skipped,
        }
        return self.results(recipe, f"reports/ablate-{self.found.name}-{self.on.choice.name}-{self.split}")

    def run(self) -> None:
        from workflows.attribution.ablation import ablation
        from workflows.report.ablation import render

        found = ablation(self.replacing)
        with self.output().replacing() as directory:
            text = json.dumps(encode(found), ensure_ascii=False, indent=1)
            (directory / "ablation.json").write_text(text, encoding="utf-8")
            (directory / "ablation.html").write_text(render(found), encoding="utf-8")
