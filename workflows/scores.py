"""Score artefacts: what one metric says of one system's captions, and the statistics a bootstrap resamples."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from pipeline.codec import decode, encode
from pipeline.columns import Column
from pipeline.records import Score
from pipeline.registry import choose
from pipeline.stage import Metric
from pipeline.store import Store
from stages.analysis.scoring import MODES, MetricResult, score
from workflows.targets import Artefact


def write_scores(store: Store, todo: Sequence[tuple[str, Artefact]], captions: Column, truth: Column) -> None:
    """Score one column of captions by several metrics (text, artefact to be made), tokenising once."""
    said = dict(zip(captions.ids, captions, strict=True))
    references = {photo: true.captions for photo, true in zip(truth.ids, truth, strict=True)}
    metrics: list[Metric[Any]] = [choose("metrics", text).create() for text, _ in todo]
    results = score(said, references, metrics)
    for metric, (_, artefact) in zip(metrics, todo, strict=True):
        with store.making("scores", artefact.recipe) as workspace:
            if workspace:
                _write(workspace.out, [result for result in results if result.metric == metric.name])


def read_scores(directory: Path) -> list[Score]:
    """Every score of an artefact, one for each name and choice of references."""
    return [decode(Score, item) for item in json.loads((directory / "scores.json").read_text(encoding="utf-8"))]


def missing_scores(metric: Metric[Any], reason: str) -> list[Score]:
    """The scores of a metric that cannot run here."""
    return [Score(name, None, mode, metric.fingerprint(), missing=reason) for mode in MODES for name in metric.scores]


def _write(directory: Path, results: Sequence[MetricResult]) -> None:
    scores = [encode(item) for result in results for item in result.scores]
    (directory / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
    rows = {str(result.references): np.ascontiguousarray(result.rows) for result in results if result.photos}
    save_file(rows, directory / "rows.safetensors")
