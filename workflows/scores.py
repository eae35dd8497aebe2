"""Score artefacts: what one metric says of one system's captions, and the statistics a bootstrap resamples."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from pipeline.codec import decode, encode
from pipeline.columns import Column
from pipeline.manifest import reading
from pipeline.meter import Meter
from pipeline.records import Scene, Score
from pipeline.registry import choose
from pipeline.stage import EvidenceMetric, Metric, Resources
from pipeline.store import Store
from stages.analysis.scoring import MODES, MetricResult, judge, score
from workflows.targets import Artefact

_NO_ROWS = np.zeros((0, 0, 0))


def write_scores(
    store: Store,
    todo: Sequence[tuple[str, Artefact]],
    scenes: Sequence[Scene],
    truth: Column,
    resources: Resources,
) -> None:
    """Score what is said in some scenes by several metrics (text, artefact to be made), tokenising once.

    What that costs is counted in equal parts for each metric.
    """
    said = {scene.image.id: scene.captions for scene in scenes}
    references = {photo: true.captions for photo, true in zip(truth.ids, truth, strict=True)}
    metrics: list[Metric[Any]] = [choose("metrics", text).create() for text, _ in todo]
    for metric in metrics:
        metric.resources = resources
    judges = [metric for metric in metrics if isinstance(metric, EvidenceMetric)]
    with Meter() as meter:
        results = score(said, references, [metric for metric in metrics if metric not in judges])
        results += [result for metric in judges for result in judge(metric, scenes, truth)]
    for metric, (_, artefact) in zip(metrics, todo, strict=True):
        with store.making("scores", artefact.recipe) as workspace:
            if workspace:
                workspace.about["photos"] = len(references)
                workspace.meter.add(meter.spent.share(len(metrics)))
                _write(workspace.out, [result for result in results if result.metric == metric.name])


def read_scores(directory: Path) -> list[Score]:
    """Every score of an artefact, one for each name and choice of references."""
    return [decode(Score, item) for item in json.loads((directory / "scores.json").read_text(encoding="utf-8"))]


def read_results(artefact: Artefact, metric: Metric[Any]) -> list[MetricResult]:
    """An artefact as it was measured: for each choice of references the scores, and the rows of the photos."""
    with reading(artefact.path):
        scores, rows = read_scores(artefact.path), load_file(artefact.path / "rows.safetensors")
        photos = json.loads((artefact.path / "photos.json").read_text(encoding="utf-8"))
    results = []
    for mode in MODES:
        own = tuple(item for item in scores if item.references == mode)
        measured = tuple(photos.get(mode, ()))
        results.append(
            MetricResult(metric.name, mode, own, measured, rows.get(mode, _NO_ROWS), artefact.recipe["references"])
        )
    return results


def missing_results(metric: Metric[Any], reason: str) -> list[MetricResult]:
    """What a metric that cannot run here says."""
    mark = metric.fingerprint()
    return [
        MetricResult(metric.name, mode, tuple(Score(name, None, mode, mark, missing=reason) for name in metric.scores))
        for mode in MODES
    ]


def _write(directory: Path, results: Sequence[MetricResult]) -> None:
    scores = [encode(item) for result in results for item in result.scores]
    (directory / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
    rows = {str(result.references): np.ascontiguousarray(result.rows) for result in results if result.photos}
    save_file(rows, directory / "rows.safetensors")
    photos = {str(result.references): result.photos for result in results if result.photos}
    (directory / "photos.json").write_text(json.dumps(photos), encoding="utf-8")
