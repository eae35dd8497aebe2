"""What stands in for the stages of one plan, and the tasks that score the plan so.

Nothing is fitted for it that the plan has not: what stands in does so when photos are described (`Plan.stand_in`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

import luigi

from pipeline.config import split_spec
from pipeline.errors import BadOption, BadPlan
from pipeline.keys import annotated, check_truth
from pipeline.plan import Plan
from pipeline.records import OF_THE_WHOLE_PHOTO
from pipeline.registry import choose, get, registered
from stages.analysis.shapley import coalitions
from workflows.evaluation import Evaluate
from workflows.outer import OnSplit

ABLATION_VERSION = 1
ORACLE = "oracle"


@dataclass(frozen=True)
class Replacing:
    """A plan on the split of a task, with every coalition of its stages replaced.

    Attributes:
        by: what stands in for a stage besides oracles, each "field=stage".
        score: the name of a score, judged against `references`.

    Raises:
        BadOption: for people against all references, of which their captions are one.
    """

    on: OnSplit
    plan: Plan
    by: tuple[str, ...] = ()
    score: str = "CIDEr-D"
    references: str = "all"

    def __post_init__(self) -> None:
        if self.references == "all" and split_spec(self.plan.stages["captions"])[0] == "human":
            raise BadOption(
                f"plan {self.plan.name!r} to ablate is people's own captions, which are among the references:"
                " leave it out, or ablate it with --references leave_one_out"
            )

    @property
    def stand_ins(self) -> dict[str, str]:
        """field -> the stage that stands in for the plan's own.

        Raises:
            BadOption, BadPlan: for what `by` says of no field of the plan.
        """
        given, order = dict(_given(self.by, self.plan)), self.plan.order()
        return {name: given.get(name, ORACLE) for name in order if name in given or not self._why_not(name)}

    @property
    def kept(self) -> dict[str, str]:
        """field -> why nothing stands in for it."""
        fields = (name for name in self.plan.order() if name not in self.stand_ins)
        return {name: self._why_not(name) for name in fields}

    def _why_not(self, written: str) -> str:
        """Why the oracle cannot stand in for a stage; empty where it can."""
        if ORACLE not in registered(written):
            return "has no oracle"
        if split_spec(self.plan.stages[written])[0] == ORACLE:
            return "is its oracle already"
        return "" if annotated(written, self.on.on) else f"nobody annotated it in {self.on.on.choice.name}"

    @property
    def foreign(self) -> tuple[str, ...]:
        """The fields that can be another photo's."""
        return tuple(name for name in self.plan.order() if name in OF_THE_WHOLE_PHOTO)

    @cached_property
    def metric_text(self) -> str:
        """The metric that has the score.

        Raises:
            UnknownName: naming the nearest score.
            BadOption: if more of it is not better, so that nobody could be blamed for less.
            BadData: if it cannot run here.
        """
        owner = self.on.metric_of(self.score)
        if get("metrics", owner).better.get(self.score, "more") != "more":
            raise BadOption(f"of {self.score} more is not better; choose a score such as CIDEr-D or tuple_f1")
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
            plan = reduce(change, (name for i, name in enumerate(fields) if mask >> i & 1), self.plan)
            plan.check()
            check_truth(plan, self.on.on)
            tasks[mask] = self.on.scoring(plan, (self.metric_text,))
        return tasks

    def tasks(self) -> list[luigi.Task]:
        """All that has to be done first."""
        said = (task.captions() for task in self.replaced.values())
        return [*said, *self.replaced.values(), *self.strange.values()]

    def recipe(self) -> Mapping[str, Any]:
        """What an ablation hangs on, beside the split."""
        scores = [
            {str(mask): task.output()[0].key for mask, task in tasks.items()} for tasks in (self.replaced, self.strange)
        ]
        return {
            "ablate": ABLATION_VERSION,
            "plan": [self.plan.name, self.plan.title, self.plan.text],
            "fields": [self.stand_ins, self.kept, self.foreign],
            "score": [self.score, self.references],
            "scores": scores,
        }


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
