"""Ablate: what each stage of one plan costs, and what it carries, by putting the truth or another photo in its place.

Nothing is fitted for it that the plan has not: what stands in does so when photos are described (`Plan.stand_in`).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, reduce
from pathlib import Path

import luigi

from pipeline.config import split_spec
from pipeline.errors import BadOption, BadPlan
from pipeline.keys import annotated, check_truth, key_of
from pipeline.plan import Plan
from pipeline.records import OF_THE_WHOLE_PHOTO
from pipeline.registry import choose, get, registered
from stages.analysis.shapley import coalitions
from workflows.evaluation import Evaluate
from workflows.outer import OnSplit
from workflows.parameters import CommaList
from workflows.planning import find_plans
from workflows.results import Results

ABLATION_VERSION = 1
ORACLE = "oracle"


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

    @property
    def stand_ins(self) -> dict[str, str]:
        """field -> the stage that stands in for the plan's own.

        Raises:
            BadOption, BadPlan: for what `by` says of no field of the plan.
        """
        given, order = dict(_given(self.by, self.found)), self.found.order()
        return {name: given.get(name, ORACLE) for name in order if name in given or not self._why_not(name)}

    @property
    def kept(self) -> dict[str, str]:
        """field -> why nothing stands in for it."""
        fields = (name for name in self.found.order() if name not in self.stand_ins)
        return {name: self._why_not(name) for name in fields}

    def _why_not(self, written: str) -> str:
        """Why the oracle cannot stand in for a stage; empty where it can."""
        if ORACLE not in registered(written):
            return "has no oracle"
        if split_spec(self.found.stages[written])[0] == ORACLE:
            return "is its oracle already"
        return "" if annotated(written, self.on) else f"nobody annotated it in {self.on.choice.name}"

    @property
    def foreign(self) -> tuple[str, ...]:
        """The fields that can be another photo's."""
        return tuple(name for name in self.found.order() if name in OF_THE_WHOLE_PHOTO)

    @cached_property
    def metric_text(self) -> str:
        """The metric that has the score.

        Raises:
            UnknownName: naming the nearest score.
            BadOption: if more of it is not better, so that nobody could be blamed for less.
            BadData: if it cannot run here.
        """
        owner = self.metric_of(self.metric)
        if get("metrics", owner).better.get(self.metric, "more") != "more":
            raise BadOption(f"of {self.metric} more is not better; choose a score such as CIDEr-D or tuple_f1")
        return owner

    @cached_property
    def replaced(self) -> dict[int, Evaluate]:
        """coalition of `stand_ins` -> the scores with these standing in."""
        stand_ins = self.stand_ins
        return self._scored(tuple(stand_ins), lambda plan, name: plan.stand_in(name, stand_ins[name]))

    @cached_property
    def strange(self) -> dict[int, Evaluate]:
        """coalition of `foreign` -> the scores with these of another photo."""
        return self._scored(self.foreign, lambda plan, name: replace(plan, foreign=(*plan.foreign, name)))

    def _scored(self, fields: tuple[str, ...], change: Callable[[Plan, str], Plan]) -> dict[int, Evaluate]:
        """coalition -> the scores with these fields changed; bit i is the i-th field."""
        tasks = {}
        for mask in coalitions(len(fields)):
            plan = reduce(change, (name for i, name in enumerate(fields) if mask >> i & 1), self.found)
            plan.check()
            check_truth(plan, self.on)
            tasks[mask] = self.scoring(plan, (self.metric_text,))
        return tasks

    def requires(self) -> list[luigi.Task]:
        said = (task.captions() for task in self.replaced.values())
        return [self.prepared(), *said, *self.replaced.values(), *self.strange.values()]

    def output(self) -> Results:
        scores = [
            {str(mask): task.output()[0].key for mask, task in tasks.items()} for tasks in (self.replaced, self.strange)
        ]
        recipe = {
            "ablate": ABLATION_VERSION,
            "plan": [self.found.name, self.found.title, self.found.text],
            "fields": [self.stand_ins, self.kept, self.foreign],
            "score": [self.metric, self.references],
            "scores": scores,
            "split": self.on.split_recipe(self.split),
            "skipped": self.skipped,
        }
        out = self.out or f"reports/ablate-{self.found.name}-{self.on.choice.name}-{self.split}"
        return Results(Path(out), key_of(recipe))

    def run(self) -> None:
        from workflows.attribution.ablation import write_ablation

        with self.output().replacing() as directory:
            write_ablation(directory, self)


def _given(by: tuple[str, ...], plan: Plan) -> list[tuple[str, str]]:
    pairs = []
    for item in by:
        written, equals, text = (part.strip() for part in item.partition("="))
        if not equals or not text:
            raise BadOption(f"--by {item!r} should be field=stage, such as graph=argmax")
        if written not in plan.stages:
            raise BadPlan(f"--by {item!r}: plan {plan.name!r} writes no {written}; it writes {', '.join(plan.stages)}")
        pairs.append((written, choose(written, text).text))
    return pairs
