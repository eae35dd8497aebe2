"""Answer: a question of the field on one split of a dataset, every plan by the same tasks as in a comparison."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import luigi

from pipeline.codec import encode
from pipeline.columns import Column
from pipeline.config import NoOptions
from pipeline.keys import key_of
from pipeline.plan import Plan
from pipeline.stage import Metric
from stages.analysis.contrasts import Contrast, contrast
from stages.analysis.gates import GATE, MeanOverWords, gate_at
from stages.analysis.scoring import MetricResult
from workflows.evaluation import Evaluate, measured
from workflows.outer import OnSplit
from workflows.parameters import CommaList
from workflows.planning import find_plans
from workflows.questions.question import Deciding, Question, find_question, question_names
from workflows.results import Results

ANSWER_VERSION = 1
_SIGNS = {"more": 1, "less": -1}


class Answer(OnSplit):
    """The answers to questions: every deciding sum with its interval, against what the papers predict."""

    questions = CommaList(default=(), description="shipped questions, or .toml files of questions (default: all)")

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        return tuple(find_question(text) for text in self.questions or question_names())

    @cached_property
    def found(self) -> dict[str, Plan]:
        """Every plan asked about, by how its term is written."""
        terms = {term.name: term for question in self.asked for term in question.terms}
        return {
            name: find_plans((term.plan,), (*self.swap, *term.swaps), self.on, self.fitted_on.name)[0]
            for name, term in terms.items()
        }

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that give the scores asked about.

        Raises:
            UnknownName: for a score that no metric gives.
            BadData: for one that cannot be computed here.
        """
        wanted = [one.score for question in self.asked for one in question.deciding if not one.at]
        return tuple(dict.fromkeys(map(self.metric_of, wanted)))

    def evaluation(self, plan: Plan) -> Evaluate:
        """The task that scores a plan's captions."""
        return self.scoring(plan, self.metrics)

    def requires(self) -> list[luigi.Task]:
        evaluations = [self.evaluation(plan) for plan in self.found.values()]
        return [*evaluations, *(task.captions() for task in evaluations)]

    def output(self) -> Results:
        made = {
            name: [task.captions().output().key, *(score.key for score in task.output())]
            for name, plan in self.found.items()
            for task in [self.evaluation(plan)]
        }
        asked = [[question.title, question.claim, repr(question.deciding)] for question in self.asked]
        recipe = {"answer": ANSWER_VERSION, "questions": asked, "plans": made}
        return Results(Path(self.out or "reports/answers"), key_of(recipe))

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
            "command": self.command,
        }
        with self.output().replacing() as fresh:
            content = json.dumps({**about, "answers": answers}, ensure_ascii=False, indent=1)
            (fresh / "answers.json").write_text(content, encoding="utf-8")

    def _decided(self, one: Deciding) -> dict[str, Any]:
        terms, score = self._terms(one), GATE if one.at else one.score
        total = contrast(score, [(sign, metric, result) for _, sign, metric, result in terms])
        return {
            "says": one.says,
            "score": one.score,
            "expects": one.expects,
            "verdict": verdict(total, one),
            **encode(total),
            "of": {name: encode(contrast(score, [(1, metric, result)])) for name, _, metric, result in terms},
        }

    def _terms(self, one: Deciding) -> list[tuple[str, int, Metric[Any], MetricResult]]:
        """Name, sign, metric and what it measured, of every plan or kind of words in a sum."""
        if one.at:
            column = Column(self.evaluation(self.found[one.terms[0].name]).captions().output().path, "captions")
            said, gate = dict(zip(column.ids, column, strict=True)), MeanOverWords(NoOptions())
            return [
                (kind, sign, gate, gate_at(one.score, kind, said)) for kind, sign in zip(one.at, (1, -1), strict=True)
            ]
        return [(term.name, term.sign, *self._measured(one.score, self.found[term.name])) for term in one.terms]

    def _measured(self, score: str, plan: Plan) -> tuple[Metric[Any], MetricResult]:
        found = measured(self.evaluation(plan))
        return next((metric, result) for metric, result in found if score in metric.scores)


def verdict(total: Contrast, one: Deciding) -> str:
    """Whether a sum came out as predicted."""
    if not total.sign:
        return "the photos cannot say"
    return "as predicted" if total.sign == _SIGNS[one.expects] else "against the prediction"
