"""What an ablation came to: the scores of its coalitions, shared out."""

from collections.abc import Mapping

from pipeline.columns import Column, Foreign
from pipeline.errors import BadData
from pipeline.registry import choose
from pipeline.stage import Metric
from stages.analysis.attribution import Attribution, attribute, estimated
from stages.analysis.scoring import MetricResult, score
from workflows.attribution.replacing import Replacing
from workflows.evaluation import Evaluate
from workflows.report.ablation import Ablation, Gain
from workflows.scores import read_results


def ablation(changed: Replacing) -> Ablation:
    """What each stage costs and each field carries, from scores that are there.

    Raises:
        BadData: where the score has no value under the references asked for.
    """
    metric: Metric[object] = choose("metrics", changed.metric_text).create()
    replaced = _attributed(changed, metric, tuple(changed.stand_ins), changed.replaced)
    plain = _result(changed, metric, changed.replaced[0])
    return Ablation(
        plan=changed.plan.name,
        title=changed.plan.title,
        dataset=changed.on.on.text,
        split=changed.on.split,
        score=changed.score,
        references=changed.references,
        photos=len(plain.photos),
        base=estimated(metric, changed.score, plain),
        floor=estimated(metric, changed.score, _of_another_photo(changed, metric)),
        stand_ins=changed.stand_ins,
        kept=changed.kept,
        replaced=replaced,
        foreign=_attributed(changed, metric, changed.foreign, changed.strange),
        gains=_gains(changed, replaced) if replaced else {},
        command=changed.on.command,
    )


def _attributed(
    changed: Replacing, metric: Metric[object], fields: tuple[str, ...], tasks: Mapping[int, Evaluate]
) -> Attribution | None:
    results = {mask: _result(changed, metric, evaluation) for mask, evaluation in tasks.items()}
    return attribute(metric, changed.score, fields, results) if fields else None


def _result(changed: Replacing, metric: Metric[object], evaluation: Evaluate) -> MetricResult:
    (artefact,) = evaluation.output()
    return _valued(changed, read_results(artefact, metric))


def _of_another_photo(changed: Replacing, metric: Metric[object]) -> MetricResult:
    """What the plan's captions score, each said of another photo."""
    captions = Foreign(changed.replaced[0].captions().output().path, "captions")
    truth = changed.on.split_files(changed.on.on.text, changed.on.split, {}).truth()
    references = {photo: true.captions for photo, true in zip(truth.ids, truth, strict=True)}
    return _valued(changed, score(dict(zip(captions.ids, captions, strict=True)), references, [metric]))


def _valued(changed: Replacing, results: list[MetricResult]) -> MetricResult:
    result = next(result for result in results if result.references == changed.references)
    value = next(item for item in result.scores if item.metric == changed.score)
    if value.value is None:
        raise BadData(f"{changed.score} of {changed.plan.name!r}, references={changed.references}: {value.missing}")
    return result


def _gains(changed: Replacing, replaced: Attribution) -> dict[str, tuple[Gain, ...]]:
    """field -> the photos that gain most by its stand-in, with what was said of them before and after."""
    alone = (1 << place for place in range(len(changed.stand_ins)))
    before, *after = (_said(changed.replaced[mask]) for mask in (0, *alone))
    return {
        share.field: tuple(Gain(photo, gain, before[photo], said[photo]) for photo, gain in share.gains)
        for share, said in zip(replaced.shares, after, strict=True)
    }


def _said(evaluation: Evaluate) -> dict[str, str]:
    captions = Column(evaluation.captions().output().path, "captions")
    return {photo: said[0].text if said else "" for photo, said in zip(captions.ids, captions, strict=True)}
