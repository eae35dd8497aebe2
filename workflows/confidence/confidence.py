"""Confidence: how well plans know which of their captions are good, on photos that calibrated nothing."""

import json
from functools import cached_property
from typing import Any

import luigi

from pipeline.codec import encode
from pipeline.plan import Plan
from stages.analysis.calibration import area, calibration_error, calibration_interval, interval, reliability, risks
from workflows.confidence.calibrate import GOOD, calibration, check_apart, judged, seen
from workflows.outer import OnSplit
from workflows.parameters import CommaList, Share
from workflows.planning import find_plans
from workflows.results import Results

CONFIDENCE_VERSION = 2


class Confidence(OnSplit):
    """Reliability, expected calibration error and risk-coverage curves of several plans on one split."""

    plans = CommaList(description="shipped plans and .toml files of plans")
    good = Share(default=GOOD, low=0, high=1, description="share of people's captions a good one matches")

    @cached_property
    def found(self) -> tuple[Plan, ...]:
        check_apart(self.fitted_on, self.on, self.split)
        return find_plans(self.plans, self.swap, self.on, self.fitted_on.name)

    def requires(self) -> list[luigi.Task]:
        calibrated = [calibration(plan, self.fitted_on.text, self.good, self.run_as) for plan in self.found]
        said = [task for plan in self.found for task in self._seen(plan).values()]
        return [self.prepared(), *calibrated, *said]

    def output(self) -> Results:
        plans = [
            {
                "name": plan.name,
                "calibrator": calibration(plan, self.fitted_on.text, self.good, self.run_as).output().key,
                "seen": {field: task.output().key for field, task in self._seen(plan).items()},
            }
            for plan in self.found
        ]
        recipe = {
            "confidence": CONFIDENCE_VERSION,
            "plans": plans,
            "split": self.on.split_recipe(self.split),
            "skipped": self.skipped,
        }
        return self.results(recipe, f"reports/{self.on.choice.name}-{self.split}-confidence")

    def run(self) -> None:
        from workflows.report.risk import Curve, risk_chart

        told = [self._judged(plan) for plan in self.found]
        about = {"dataset": self.on.text, "split": self.split, "good": self.good, "skipped": self.skipped}
        curves = [Curve(one["plan"], tuple(one["risks"]), tuple(one["best_risks"])) for one in told]
        with self.output().replacing() as fresh:
            text = json.dumps({**about, "plans": told}, ensure_ascii=False, indent=1)
            (fresh / "confidence.json").write_text(text, encoding="utf-8")
            (fresh / "risk.svg").write_text(risk_chart(curves), encoding="utf-8")

    def _seen(self, plan: Plan) -> dict[str, Any]:
        return dict(seen(plan, self.fitted_on.text, self.on.text, self.split, self.run_as))

    def _judged(self, plan: Plan) -> dict[str, Any]:
        """Everything that is told of one plan, as JSON values."""
        calibrator = calibration(plan, self.fitted_on.text, self.good, self.run_as).calibrator()
        columns = {field: task.output().path for field, task in self._seen(plan).items()}
        files = self.split_files(self.on.text, self.split, columns)
        table, own = judged(files.scenes(), files.truth(), self.good)
        confidence, good = calibrator.confidence(table), own.good
        perfect = good.astype(float)
        return {
            "plan": plan.name,
            "photos": len(own.photos),
            "threshold": own.threshold,
            "share_good": float(good.mean()),
            "calibration_error": calibration_error(confidence, good),
            "calibration_error_interval": calibration_interval(confidence, good),
            "area": area(confidence, good),
            "area_interval": interval(area, confidence, good),
            "area_of_an_oracle": area(perfect, good),
            "area_by_chance": 1.0 - float(good.mean()),
            "reliability": encode(reliability(confidence, good)),
            "weights": dict(zip(calibrator.signs, calibrator.weights, strict=True)),
            "risks": risks(confidence, good).tolist(),
            "best_risks": risks(perfect, good).tolist(),
            "confidences": dict(zip(own.photos, confidence.tolist(), strict=True)),
            "good": dict(zip(own.photos, good.tolist(), strict=True)),
        }
