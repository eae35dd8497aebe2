"""The file of a substitution matrix: every combination of stages with its scores and their intervals."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.codec import encode
from workflows.evaluation import measured
from workflows.statistics import with_intervals

if TYPE_CHECKING:
    from workflows.attribution.substitute import Substitute


def write_substitution(directory: Path, task: "Substitute") -> None:
    """Write substitution.json into a directory."""
    found = {texts: measured(evaluation) for texts, evaluation in task.scored.items()}
    scored = with_intervals({"/".join(texts): each for texts, each in found.items()})
    rows: list[dict[str, Any]] = [
        {"stages": dict(zip(task.alternatives, texts, strict=True)), "scores": encode(scored["/".join(texts)])}
        for texts in found
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
        "missing": [reason for reason in task.missing.values() if reason],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (directory / "substitution.json").write_text(text, encoding="utf-8")
