"""Substitute: one plan with every combination of several stages for some of its fields, scored side by side."""

from dataclasses import replace
from functools import cached_property
from itertools import product

import luigi

from pipeline.config import split_spec
from pipeline.errors import BadPlan, CaptionloomError
from pipeline.keys import check_truth
from pipeline.plan import Plan
from pipeline.records import FIELDS
from pipeline.registry import choose
from workflows.evaluation import Evaluate
from workflows.outer import OnSplit
from workflows.parameters import CommaList
from workflows.planning import find_plans
from workflows.results import Results

SUBSTITUTION_VERSION = 2


class Substitute(OnSplit):
    """The substitution matrix of a plan. Every field has a parameter of its name, with the stages to be tried there;
    what learns from a stage is fitted with it, as by `swap`."""

    plan = luigi.Parameter(description="a shipped plan, or the .toml file of one")
    metrics = CommaList(default=(), description="metrics to score with (default: all)")
    descriptors = CommaList(default=(), description="stages to be tried for descriptors")
    grid = CommaList(default=(), description="stages to be tried for grid")
    maps = CommaList(default=(), description="stages to be tried for maps")
    detections = CommaList(default=(), description="stages to be tried for detections")
    regions = CommaList(default=(), description="stages to be tried for regions")
    attributes = CommaList(default=(), description="stages to be tried for attributes")
    concepts = CommaList(default=(), description="stages to be tried for concepts")
    relations = CommaList(default=(), description="stages to be tried for relations")
    graph = CommaList(default=(), description="stages to be tried for graph")
    triplets = CommaList(default=(), description="stages to be tried for triplets")
    guidance = CommaList(default=(), description="stages to be tried for guidance")
    alignments = CommaList(default=(), description="stages to be tried for alignments")
    captions = CommaList(default=(), description="stages to be tried for captions")

    @cached_property
    def found(self) -> Plan:
        (plan,) = find_plans((self.plan,), self.swap, None, self.fitted_on.name)
        return plan

    @cached_property
    def alternatives(self) -> dict[str, tuple[str, ...]]:
        """field -> the stages to be tried there.

        Raises:
            BadPlan: where none are given.
            UnknownName: for a stage that does not exist.
        """
        given = {written: tuple(getattr(self, written)) for written in FIELDS if getattr(self, written)}
        if not given:
            raise BadPlan("no stages to substitute: give some, as in --detections oracle,nanodet --graph crf,argmax")
        for written, texts in given.items():
            for text in texts:
                choose(written, split_spec(text)[0])
        return given

    @cached_property
    def combinations(self) -> dict[tuple[str, ...], Plan | str]:
        """The stage tried for each field -> the plan with these, or why there is none.

        Raises:
            BadPlan: for a field that no combination has a use for.
        """
        found = {texts: self._combined(texts) for texts in product(*self.alternatives.values())}
        works = [plan.restrict("captions").stages for plan in found.values() if isinstance(plan, Plan)]
        for written in self.alternatives:
            if works and all(written not in stages for stages in works):
                raise BadPlan(f"nothing in plan {self.found.name!r} reads {written}; leave out --{written}")
        return found

    def _combined(self, texts: tuple[str, ...]) -> Plan | str:
        plan = self.found
        for written, text in zip(self.alternatives, texts, strict=True):
            added = replace(plan, stages={**plan.stages, written: choose(written, text).text})
            plan = plan.swap(written, text) if written in plan.stages else added
        try:
            plan.check()
            check_truth(plan, self.on)
        except CaptionloomError as error:
            return str(error)
        return plan

    @cached_property
    def missing(self) -> dict[str, str]:
        """metric -> why it cannot run here."""
        return self.unfit(self.metrics, [plan for plan in self.combinations.values() if isinstance(plan, Plan)])

    @property
    def scored(self) -> dict[tuple[str, ...], Evaluate]:
        """Of every combination that works the task that scores it by the metrics that can run here."""
        metrics = tuple(text for text, reason in self.missing.items() if not reason)
        plans = {texts: plan for texts, plan in self.combinations.items() if isinstance(plan, Plan)}
        return {texts: self.scoring(plan, metrics) for texts, plan in plans.items()}

    @property
    def left_out(self) -> dict[tuple[str, ...], str]:
        """Of every combination that does not work the reason."""
        return {texts: plan for texts, plan in self.combinations.items() if isinstance(plan, str)}

    def requires(self) -> list[luigi.Task]:
        return [self.prepared(), *self.scored.values()]

    def output(self) -> Results:
        scores = {"/".join(texts): [made.key for made in task.output()] for texts, task in self.scored.items()}
        recipe = {
            "substitute": SUBSTITUTION_VERSION,
            "plan": [self.found.name, self.found.title, self.found.text],
            "fields": list(self.alternatives),
            "scores": scores,
            "missing": self.missing,
            "left_out": {"/".join(texts): why for texts, why in self.left_out.items()},
            "split": self.on.split_recipe(self.split),
            "skipped": self.skipped,
        }
        return self.results(recipe, f"reports/substitute-{self.found.name}-{self.on.choice.name}-{self.split}")

    def run(self) -> None:
        from workflows.attribution.substitution import write_substitution

        with self.output().replacing() as directory:
            write_substitution(directory, self)
