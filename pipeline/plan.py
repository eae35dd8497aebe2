"""A plan: which stage writes which field. It is checked before anything runs, and cut to what one field needs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import Any

from pipeline.config import build, named, spell, split_spec
from pipeline.errors import BadPlan
from pipeline.registry import Choice, choose
from pipeline.stage import Resource, Stage


@dataclass(frozen=True)
class Plan:
    """Fields to stages, resource names to their configs, and fields to folds (both only where not the default).

    Attributes:
        stages: field -> stage text, such as `attributes -> svm:C=0.1`.
        resources: resource -> its text, such as `vocabulary -> vocabulary:min_count=3`.
        folds: field -> k: later stages learn from a column of this field on `train` that was cross-fitted in k parts.
        fitted: field -> the stage that later ones are fitted with, where the one in `stages` only stands in for it when
            photos are described; see `stand_in`.
        foreign: fields that later stages read of another photo of the split when photos are described.
    """

    name: str
    stages: Mapping[str, str]
    resources: Mapping[str, str] = field(default_factory=dict)
    folds: Mapping[str, int] = field(default_factory=dict)
    title: str = ""
    fitted: Mapping[str, str] = field(default_factory=dict)
    foreign: tuple[str, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> "Plan":
        """The inverse of `text`."""
        tables = json.loads(text)
        return cls("", **tables | {"foreign": tuple(tables.get("foreign", ()))})

    @property
    def text(self) -> str:
        """Canonical JSON of what the plan does; its name and title are no part of it."""
        tables: dict[str, Any] = {"stages": dict(self.stages), "resources": dict(self.resources)}
        tables["folds"] = dict(self.folds)
        if self.fitted:
            tables["fitted"] = dict(self.fitted)
        if self.foreign:
            tables["foreign"] = sorted(self.foreign)
        return json.dumps(tables, sort_keys=True, separators=(",", ":"))

    def stage(self, written: str) -> Choice:
        """The choice that writes a field."""
        return choose(written, self.stages[written])

    def reads(self, written: str) -> tuple[str, ...]:
        """The fields that the stage writing `written` reads."""
        stage: Stage[Any, Any] = self.stage(written).create()
        return tuple(stage.reads())

    def fit_reads(self, written: str) -> tuple[str, ...]:
        """The fields that the stage writing `written` reads when it is fitted."""
        stage: Stage[Any, Any] = self.stage(written).create()
        return tuple(stage.fit_reads())

    def uses(self, written: str) -> tuple[str, ...]:
        """The resources that the stage writing `written` uses itself."""
        stage: Stage[Any, Any] = self.stage(written).create()
        return tuple(stage.uses())

    def resource(self, name: str) -> Choice:
        """A resource as this plan configures it."""
        return choose("resources", self.resources.get(name, name))

    def resource_uses(self, name: str) -> tuple[str, ...]:
        """The resources that a resource is made from."""
        resource: Resource[Any] = self.resource(name).create()
        return tuple(resource.uses())

    def swap(self, written: str, text: str) -> "Plan":
        """The plan with another stage for one of its fields, or with other options for the stage it has: options that
        are not given stay as the plan has them. Its title says so."""
        chosen = over(written, self.stages[written], text)
        title = f"{self.title} [{written}: {chosen}]".strip()
        return replace(self, stages={**self.stages, written: chosen}, title=title)

    def stand_in(self, written: str, text: str) -> "Plan":
        """The plan with another stage for a field when photos are described; what learns from the field learns from
        the stage it had, so that nothing after it is fitted anew."""
        stages = {**self.stages, written: choose(written, text).text}
        if stages == self.stages:
            return self
        return replace(self, stages=stages, fitted={written: self.stages[written], **self.fitted})

    def as_fitted(self, written: str) -> "Plan":
        """The plan that the stage writing `written` is fitted in: nothing stands in for what it learns from."""
        before = {name: text for name, text in self.fitted.items() if name != written}
        return replace(self, stages={**self.stages, **before}, fitted={}, foreign=())

    def restrict(self, written: str) -> "Plan":
        """Only what `written` needs, without a name: two plans that share it have equal restrictions."""
        fields, pending, plans = set[str](), [written], (self, self.as_fitted(written))
        while pending:
            current = pending.pop()
            if current not in fields:
                fields.add(current)
                for plan in plans:
                    pending.extend((*plan.reads(current), *plan.fit_reads(current)))
        return replace(self._only(fields, written), name="", title="")

    def restrict_to_resource(self, name: str) -> "Plan":
        """Only what a resource needs: itself and the resources it is made from."""
        wanted = self._resource_closure((name,))
        return Plan("", {}, {key: text for key, text in self.resources.items() if key in wanted})

    def order(self) -> tuple[str, ...]:
        """The fields, each after those it reads.

        Raises:
            BadPlan: for a field that is read and not written, or a cycle.
        """
        needs = {written: {*self.reads(written), *self.fit_reads(written)} for written in self.stages}
        for written, reads in needs.items():
            for read in sorted(reads):
                if read not in self.stages:
                    raise BadPlan(
                        f"plan {self.name!r}: {written}/{self.stages[written]} reads {read}, which nothing writes;"
                        f' add a line {read} = "..." to its [stages]'
                    )
        try:
            return tuple(TopologicalSorter(needs).static_order())
        except CycleError as error:
            circle = " -> ".join(error.args[1])
            raise BadPlan(f"plan {self.name!r}: fields read each other in a circle: {circle}") from None

    def check(self, written: str = "captions") -> None:
        """Refuse a plan that cannot work.

        Raises:
            BadPlan: naming the stage or field at fault.
        """
        self.order()
        if written not in self.stages:
            raise BadPlan(f'plan {self.name!r} writes no {written}; add a line {written} = "..." to its [stages]')
        for name in self._resource_closure(name for kept in self.stages for name in self.uses(kept)):
            self.resource(name)
        for name, text in self.resources.items():
            if choose("resources", text).name != name:
                raise BadPlan(f"plan {self.name!r}: [resources] {name} = {text!r} should begin with {name!r}")
        for name, folds in self.folds.items():
            if name not in self.stages:
                raise BadPlan(f"plan {self.name!r}: [folds] names {name}, which nothing writes")
            if type(folds) is not int or folds < 2:
                raise BadPlan(f"plan {self.name!r}: [folds] {name} = {folds!r} should be a whole number of 2 or more")

    def sees_truth(self) -> tuple[str, ...]:
        """The fields written by stages that hand on the truth: a plan that has any is an oracle (or a person)."""
        return tuple(written for written in self.stages if self.stage(written).kind.sees_truth)

    def learns(self) -> bool:
        """Whether any of its stages is fitted, or uses what is."""
        return any(self.stage(written).kind.fit_on or self.uses(written) for written in self.stages)

    def _only(self, fields: set[str], last: str) -> "Plan":
        """What of the plan concerns some fields, the `last` of which nothing learns from."""
        used = (plan.uses(written) for plan in (self, self.as_fitted(last)) for written in fields)
        wanted = self._resource_closure(chain.from_iterable(used))
        return replace(
            self,
            stages={written: text for written, text in self.stages.items() if written in fields},
            resources={name: text for name, text in self.resources.items() if name in wanted},
            folds={written: folds for written, folds in self.folds.items() if written in fields},
            fitted={written: text for written, text in self.fitted.items() if written in fields - {last}},
            foreign=tuple(written for written in self.foreign if written in fields - {last}),
        )

    def _resource_closure(self, names: Any) -> set[str]:
        wanted, pending = set[str](), list(names)
        while pending:
            current = pending.pop()
            if current not in wanted:
                wanted.add(current)
                pending.extend(self.resource_uses(current))
        return wanted


def over(room: str, below: str, above: str) -> str:
    """A choice of a room in place of another: of the same name, options that are not given stay as they were."""
    (old, kept), (new, given) = split_spec(below), split_spec(above)
    if old != new:
        return choose(room, above).text
    config_type = choose(room, old).kind.config_type
    return spell(new, build(config_type, kept | named(config_type, given), f"{room}/{new}"))
