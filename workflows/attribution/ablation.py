"""The files of an ablation: everything as JSON, and a page."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.codec import encode
from pipeline.columns import Column, Foreign
from pipeline.errors import BadData
from pipeline.registry import choose
from pipeline.stage import Metric
from stages.analysis.attribution import Attribution, attribute, estimated
from stages.analysis.scoring import MetricResult, score
from workflows.evaluation import Evaluate
from workflows.report.ablation import Ablation, Gain, render
from workflows.scores import read_results

if TYPE_CHECKING:
    from workflows.attribution.ablate import Ablate


def write_ablation(directory: Path, task: "Ablate") -> None:
    """Write ablation.json and ablation.html into a directory.

    Raises:
        BadData: where the score has no value under the references asked for.
    """
    metric: Metric[object] = choose("metrics", task.metric_text).create()
    replaced = _attributed(task, metric, tuple(task.stand_ins), task.replaced)
    plain = _result(task, metric, task.replaced[0])
    ablation = Ablation(
        plan=task.found.name,
        title=task.found.title,
        dataset=task.on.text,
        split=task.split,
        score=task.metric,
        references=task.references,
        photos=len(plain.photos),
        base=estimated(metric, task.metric, plain),
        floor=estimated(metric, task.metric, _of_another_photo(task, metric)),
        stand_ins=task.stand_ins,
        kept=task.kept,
        replaced=replaced,
        foreign=_attributed(task, metric, task.foreign, task.strange),
        gains=_gains(task, replaced) if replaced else {},
        command=task.command,
    )
    text = json.dumps(encode(ablation), ensure_ascii=False, indent=1)
    (directory / "ablation.json").write_text(text, encoding="utf-8")
    (directory / "ablation.html").write_text(render(ablation), encoding="utf-8")


def _attributed(
    task: "Ablate", metric: Metric[object], fields: tuple[str, ...], tasks: Mapping[int, Evaluate]
) -> Attribution | None:
    results = {mask: _result(task, metric, evaluation) for mask, evaluation in tasks.items()}
    return attribute(metric, task.metric, fields, results) if fields else None


def _result(task: "Ablate", metric: Metric[object], evaluation: Evaluate) -> MetricResult:
    (artefact,) = evaluation.output()
    return _valued(task, read_results(artefact, metric))


def _of_another_photo(task: "Ablate", metric: Metric[object]) -> MetricResult:
    """What the plan's captions score, each said of another photo."""
    captions = Foreign(task.replaced[0].captions().output().path, "captions")
    truth = task.split_files(task.on.text, task.split, {}).truth()
    references = {photo: true.captions for photo, true in zip(truth.ids, truth, strict=True)}
    return _valued(task, score(dict(zip(captions.ids, captions, strict=True)), references, [metric]))


def _valued(task: "Ablate", results: list[MetricResult]) -> MetricResult:
    result = next(result for result in results if result.references == task.references)
    value = next(item for item in result.scores if item.metric == task.metric)
    if value.value is None:
        raise BadData(f"{task.metric} of {task.found.name!r}, references={task.references}: {value.missing}")
    return result


def _gains(task: "Ablate", replaced: Attribution) -> dict[str, tuple[Gain, ...]]:
    """field -> the photos that gain most by its stand-in, with what was said of them before and after."""
    before, *after = (_said(task.replaced[mask]) for mask in (0, *(1 << place for place in range(len(task.stand_ins)))))
    return {
        share.field: tuple(Gain(photo, gain, before[photo], said[photo]) for photo, gain in share.gains)
        for share, said in zip(replaced.shares, after, strict=True)
    }


def _said(evaluation: Evaluate) -> dict[str, str]:
    captions = Column(evaluation.captions().output().path, "captions")
    return {photo: said[0].text if said else "" for photo, said in zip(captions.ids, captions, strict=True)}
