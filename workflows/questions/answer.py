"""Answer: a question of the field on one split of a dataset, every plan by the same tasks as in a comparison."""

import json
from functools import cached_property
from typing import Any, TypeAlias

import luigi

from pipeline.codec import encode
from pipeline.columns import Column
from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.keys import annotated
from pipeline.plan import Plan
from pipeline.stage import Metric
from stages.analysis.bootstrap import LEAST_PHOTOS
from stages.analysis.contrasts import Contrast, Term, contrast_of_seeds
from stages.analysis.gates import GATE, MeanOverWords, gate_at
from stages.analysis.scoring import MetricResult
from workflows.evaluation import Evaluate, measured
from workflows.outer import OnSplit
from workflows.parameters import CommaList
from workflows.planning import find_plan, ready, seeded, swapped
from workflows.questions.question import Deciding, Question, find_question, question_names
from workflows.results import Results

ANSWER_VERSION = 4
_SIGNS = {"more": 1, "less": -1}
Measured: TypeAlias = tuple[Metric[Any], MetricResult]


class Answer(OnSplit):
    """The answers to questions: every deciding sum with its interval, against what the papers predict."""

    questions = CommaList(default=(), description="shipped questions, or .toml files of questions (default: all)")
    references = luigi.ChoiceParameter(
        default="all", choices=("all", "leave_one_out"), description="references to score against"
    )
    seeds = CommaList(default=(), description="seeds that each plan which draws is fitted with (default: its own)")

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions named, or all that can be answered here."""
        return tuple(find_question(text) for text in self._named if text not in self.left_out)

    @cached_property
    def left_out(self) -> dict[str, str]:
        """Question -> why it cannot be answered here.

        Raises:
            BadData: for one that was named, or where none can be.
        """
        found = {text: self._why_not(find_question(text)) for text in self._named}
        unfit = {text: reason for text, reason in found.items() if reason}
        if unfit and (self.questions or len(unfit) == len(found)):
            raise BadData("; ".join(f"question {text} cannot be answered here: {why}" for text, why in unfit.items()))
        return unfit

    @property
    def _named(self) -> tuple[str, ...]:
        return tuple(self.questions) or question_names()

    def _why_not(self, question: Question) -> str:
        """Why a question cannot be answered here; empty where it can."""
        unknown = [part for part in question.learns_from if not annotated(part, self.fitted_on)]
        if unknown:
            return f"photos of {self.fitted_on.name}, which its plans would learn from, have no true {unknown[0]}"
        try:
            for one in question.deciding:
                if not one.at:
                    self.metric_of(one.score)
        except BadData as error:
            return str(error)
        return ""

    @cached_property
    def families(self) -> dict[str, tuple[Plan, ...]]:
        """Every plan asked about, by how its term is written: itself, or as it is with each seed.

        Raises:
            BadOption: for a seed that is no whole number.
            BadPlan: for a swap that fits no plan asked about.
        """
        terms = {term.name: term for question in self.asked for term in question.terms}
        asked = dict.fromkeys(term.plan for term in terms.values())
        whole = [find_plan(name, self.fitted_on.name) for name in asked]
        plans = {plan.name: plan for plan in swapped(whole, self.swap)}
        found = {name: ready([plans[term.plan]], term.swaps, self.on) for name, term in terms.items()}
        return {name: family for name, plans in found.items() for family in seeded(plans, self.seeds).values()}

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that give the scores asked about.

        Raises:
            UnknownName: for a score that no metric gives.
        """
        wanted = [one.score for question in self.asked for one in question.deciding if not one.at]
        return tuple(dict.fromkeys(map(self.metric_of, wanted)))

    def evaluation(self, plan: Plan) -> Evaluate:
        """The task that scores a plan's captions."""
        return self.scoring(plan, self.metrics)

    def requires(self) -> list[luigi.Task]:
        evaluations = [self.evaluation(plan) for family in self.families.values() for plan in family]
        return [*evaluations, *(task.captions() for task in evaluations)]

    def output(self) -> Results:
        made = {
            name: [
                [task.captions().output().key, *(score.key for score in task.output())]
                for task in map(self.evaluation, family)
            ]
            for name, family in self.families.items()
        }
        asked = [[question.title, question.claim, repr(question.deciding)] for question in self.asked]
        recipe = {
            "answer": ANSWER_VERSION,
            "questions": asked,
            "left_out": self.left_out,
            "plans": made,
            "references": self.references,
        }
        return self.results(recipe, "reports/answers")

    def run(self) -> None:
        answers = [
            {
                "question": question.name,
                "title": question.title,
                "claim": question.claim,
                "decided": [self._decided(one) for one in question.deciding],
            }
            for question in self.asked
        ]
        about = {
            "dataset": self.on.choice.name,
            "split": self.split,
            "fitted_on": self.fitted_on.choice.name,
            "references": self.references,
            "seeds": list(self.seeds),
            "command": self.command,
        }
        with self.output().replacing() as fresh:
            told = {**about, "answers": answers, "left_out": self.left_out}
            content = json.dumps(told, ensure_ascii=False, allow_nan=False, indent=1)
            (fresh / "answers.json").write_text(content, encoding="utf-8")

    def _decided(self, one: Deciding) -> dict[str, Any]:
        score = GATE if one.at else one.score
        terms = self._gates(one) if one.at else self._scores(one)
        apart = [[[(sign, *seed)] for seed in family] for _, sign, family in terms]
        total = contrast_of_seeds(score, _in_one_network(apart) if one.at else apart)
        return {
            "says": one.says,
            "score": one.score,
            "expects": one.expects,
            "verdict": verdict(total, one),
            **encode(total),
            "of": {
                name: encode(contrast_of_seeds(score, [[[(1.0, *seed)] for seed in family]]))
                for name, _, family in terms
            },
        }

    def _scores(self, one: Deciding) -> list[tuple[str, float, list[Measured]]]:
        """Of every plan in a sum: its name, its sign, and the score as it is with each seed."""
        return [
            (term.name, float(term.sign), [self._measured(one.score, plan) for plan in self.families[term.name]])
            for term in one.terms
        ]

    def _gates(self, one: Deciding) -> list[tuple[str, float, list[Measured]]]:
        """Of both kinds of words: its name, its sign, and the gate there as it is with each seed."""
        gate, said = MeanOverWords(NoOptions()), []
        for plan in self.families[one.terms[0].name]:
            column = Column(self.evaluation(plan).captions().output().path, "captions")
            said.append(dict(zip(column.ids, column, strict=True)))
        kinds = zip(one.at or (), (1.0, -1.0), strict=True)
        return [(kind, sign, [(gate, gate_at(one.score, kind, each)) for each in said]) for kind, sign in kinds]

    def _measured(self, score: str, plan: Plan) -> Measured:
        """What was measured of a plan against the references asked for.

        Raises:
            BadData: where the score has no value there.
        """
        found = [one for one in measured(self.evaluation(plan)) if score in one[0].scores]
        metric, result = next(one for one in found if one[1].references == self.references)
        value = next(item for item in result.scores if item.metric == score)
        if value.value is None:
            raise BadData(f"{score} of {plan.name!r}, references={self.references}: {value.missing}")
        return metric, result


def _in_one_network(fitted: list[list[list[Term]]]) -> list[list[list[Term]]]:
    """Things fitted as one: a network's gate at two kinds of words comes of the same seed."""
    return [[[term for own in seed for term in own] for seed in zip(*fitted, strict=True)]]


def verdict(total: Contrast, one: Deciding) -> str:
    """Whether a sum came out as predicted."""
    if total.photos < LEAST_PHOTOS:
        return f"the photos cannot say: {total.photos} are too few, it takes {LEAST_PHOTOS}"
    if not total.sign:
        return "the photos cannot say"
    return "as predicted" if total.sign == _SIGNS[one.expects] else "against the prediction"
