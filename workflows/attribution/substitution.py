"""The file of a substitution matrix: every combination of stages with its scores and their intervals."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.codec import encode
from pipeline.registry import choose
from stages.analysis.scoring import MetricResult
from workflows.scores import read_results
from workflows.statistics import with_intervals
from workflows.tasks import Evaluate

if TYPE_CHECKING:
    from workflows.attribution.substitute import Substitute


def write_substitution(directory: Path, task: "Substitute") -> None:
    """Write substitution.json into a directory."""
    measured = {texts: _measured(evaluation) for texts, evaluation in task.scored.items()}
    scored = with_intervals({"/".join(texts): found for texts, found in measured.items()})
    rows: list[dict[str, Any]] = [
        {"stages": dict(zip(task.alternatives, texts, strict=True)), "scores": encode(scored["/".join(texts)])}
        for texts in measured
    ]
    left_out = [
        {"stages": dict(zip(task.alternatives, texts, strict=True)), "reason": why}
        for texts, why in task.left_out.items()
    ]
    content = {
        "plan": task.found.name,
        "dataset": task.on.text,
        "split": task.split,
        "command": task.command,
        "combinations": rows,
        "left_out": left_out,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (directory / "substitution.json").write_text(text, encoding="utf-8")


def _measured(evaluation: Evaluate) -> list[tuple[Any, MetricResult]]:
    made = zip(evaluation.metrics, evaluation.output(), strict=True)
    metrics = [(choose("metrics", text).create(), artefact) for text, artefact in made]
    return [(metric, result) for metric, artefact in metrics for result in read_results(artefact, metric)]
