"""Compare: several plans on the same photos, scored by the same code, side by side in one report."""

from functools import cached_property

import luigi

from pipeline.errors import UnknownName
from pipeline.plan import Plan
from workflows.attribution.replacing import Replacing
from workflows.evaluation import Evaluate
from workflows.outer import OnSplit
from workflows.parameters import CommaList
from workflows.planning import find_plans, seeded
from workflows.results import Results
from workflows.tasks import Predict

REPORT_VERSION = 10


class Compare(OnSplit):
    """Several plans on one split of a dataset: captions, scores and a report in one directory."""

    plans = CommaList(description="shipped plans, .toml files of plans, .json files of captions")
    metrics = CommaList(default=(), description="metrics to score with (default: all)")
    seeds = CommaList(default=(), description="seeds that each plan which draws is fitted with (default: its own)")
    ablate = CommaList(default=(), description="plans of these whose stages are replaced, as by Ablate")

    @cached_property
    def families(self) -> dict[str, tuple[Plan, ...]]:
        """plan -> itself, or as it is with each seed.

        Raises:
            BadOption: for a seed that is no whole number.
        """
        return seeded(find_plans(self.plans, self.swap, self.on, self.fitted_on.name), self.seeds)

    @cached_property
    def found(self) -> tuple[Plan, ...]:
        return tuple(plan for family in self.families.values() for plan in family)

    @cached_property
    def ablated(self) -> dict[str, Replacing]:
        """plan -> it with its stages replaced.

        Raises:
            UnknownName: for a plan that is not compared.
            BadOption: for people; see `Replacing`.
        """
        plans = {plan.name: plan for plan in self.found}
        for name in self.ablate:
            if name not in plans:
                raise UnknownName("plan to ablate", name, plans)
        return {name: Replacing(self, plans[name]) for name in self.ablate}

    @cached_property
    def missing(self) -> dict[str, str]:
        """metric -> why it cannot run here."""
        return self.unfit(self.metrics, self.found)

    def requires(self) -> list[luigi.Task]:
        columns = [task for plan in self.found for task in self.plan_columns(plan).values()]
        scores = (self.evaluation(plan) for plan in self.found)
        replaced = (task for changed in self.ablated.values() for task in changed.tasks())
        return [self.prepared(), *columns, *scores, *replaced]

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
            **({"ablated": [changed.recipe() for changed in self.ablated.values()]} if self.ablate else {}),
        }
        return self.results(recipe, f"reports/{self.on.choice.name}-{self.split}")

    def run(self) -> None:
        from workflows.comparison import write_comparison

        with self.output().replacing() as directory:
            write_comparison(directory, self)
