"""Scoring a system's captions by many metrics, against all references or with one left out at a time."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from pipeline.errors import BadData
from pipeline.records import Array, Caption, Scene, Score, Truth
from pipeline.stage import EvidenceMetric, Metric
from stages.language import ptb

Mode: TypeAlias = Literal["all", "leave_one_out"]
SCORING_VERSION = 2
"""Raised when the same captions would be scored otherwise; part of every score's key."""
MODES: tuple[Mode, ...] = ("all", "leave_one_out")


@dataclass(frozen=True, slots=True)
class MetricResult:
    """What one metric says of one system under one choice of references.

    `rows` (rounds, photos, statistics) are the metric's statistics of `photos`: one round with all references, or one
    for each reference left out. A bootstrap resamples the photos and averages `aggregate` over the rounds. Both are
    empty where the scores are missing. `truth` is the fingerprint of the split's references, where known.
    """

    metric: str
    references: Mode
    scores: tuple[Score, ...]
    photos: tuple[str, ...] = ()
    rows: Array = field(default_factory=lambda: np.zeros((0, 0, 0)))
    truth: str = ""

    def of(self, photos: Sequence[str]) -> "MetricResult":
        """The rows of some of the photos, in the order given, without scores of their own."""
        place = {photo: i for i, photo in enumerate(self.photos)}
        rows = self.rows[:, [place[photo] for photo in photos]]
        return replace(self, photos=tuple(photos), rows=rows)


@dataclass(frozen=True, slots=True)
class _Round:
    """One caption a photo, and the references it is compared with."""

    captions: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]

    def sentences(self) -> Iterable[str]:
        return (text for group in (self.captions, *self.references) for text in group)

    def spelt(self, words: Mapping[str, str]) -> "_Round":
        references = tuple(tuple(words[text] for text in group) for group in self.references)
        return _Round(tuple(words[text] for text in self.captions), references)


def score(
    captions: Mapping[str, tuple[Caption, ...]],
    references: Mapping[str, tuple[str, ...]],
    metrics: Sequence[Metric[Any]],
    modes: Sequence[Mode] = MODES,
) -> list[MetricResult]:
    """Each metric under each mode, mode by mode, from one tokenisation of all sentences.

    `references` has every photo of the split. Photos that `captions` lacks, or has nothing of, are not scored, which
    leaves them out of a result's `photos`; a score's `per_photo` also lacks those it has no value for. The candidate is
    a photo's first caption; where people wrote the captions, the round without reference i takes the caption that is
    reference i. There are as many rounds as the photo with the fewest references has. A score that cannot be computed
    has no value and says why.

    Raises:
        BadData: for a photo without references, captions of a photo outside the split, or a person's caption that is
            not there in its round.
    """
    _check(captions, references)
    photos = tuple(photo for photo in references if captions.get(photo))
    said = [captions[photo] for photo in photos]
    reasons = {mode: _why_not(mode, said, references) for mode in modes}
    rounds = {mode: _rounds(mode, photos, captions, references) for mode in modes if not reasons[mode]}
    sentences = list(dict.fromkeys(text for turns in rounds.values() for turn in turns for text in turn.sentences()))
    spelt = any(metric.tokenised and not metric.unavailable() for metric in metrics)
    words = dict(zip(sentences, ptb.tokenise(sentences), strict=True)) if spelt else {}
    results = []
    for mode in modes:
        written = rounds.get(mode, [])
        tokenised = [turn.spelt(words) for turn in written] if spelt else []
        results += [
            _measure(metric, mode, photos, tokenised if metric.tokenised else written, reasons[mode])
            for metric in metrics
        ]
    return results


def judge(metric: EvidenceMetric[Any], scenes: Sequence[Scene], truth: Sequence[Truth]) -> list[MetricResult]:
    """An evidence metric under each mode: references change nothing of it, so that it stands in every table alike.

    Photos without a caption are not judged. Of a photo that a score has no value for, `per_photo` has none either.
    """
    pairs = [(scene, true) for scene, true in zip(scenes, truth, strict=True) if scene.captions]
    photos = tuple(scene.image.id for scene, _ in pairs)
    reason = metric.unavailable() or ("" if photos else "the system said nothing of any photo of this split")
    if reason:
        return [_absent(metric, mode, reason) for mode in MODES]
    rows = metric.rows([scene for scene, _ in pairs], [true for _, true in pairs])
    total, each = metric.aggregate(rows), [metric.aggregate(rows[[i]]) for i in range(len(rows))]
    mark, none = metric.fingerprint(), "nothing in these captions, or known of these photos, that it could judge"
    results = []
    for mode in MODES:
        scores = []
        for name in metric.scores:
            there = math.isfinite(total[name])
            why = "" if there else metric.undefined.get(name, none)
            value = total[name] if there else None
            scores.append(Score(name, value, mode, mark, _known(name, photos, each), why))
        results.append(MetricResult(metric.name, mode, tuple(scores), photos, rows[None]))
    return results


def _absent(metric: Metric[Any], mode: Mode, reason: str) -> MetricResult:
    mark = metric.fingerprint()
    return MetricResult(metric.name, mode, tuple(Score(n, None, mode, mark, missing=reason) for n in metric.scores))


def _check(captions: Mapping[str, tuple[Caption, ...]], references: Mapping[str, tuple[str, ...]]) -> None:
    bare = next((photo for photo, group in references.items() if not group), None)
    if bare is not None:
        raise BadData(f"photo {bare!r} has no reference captions: captions can be scored only where people wrote some")
    strange = next((photo for photo in captions if photo not in references), None)
    if strange is not None:
        raise BadData(f"there are captions of photo {strange!r}, which is not in the split: score them on their split")


def _why_not(mode: Mode, said: Sequence[tuple[Caption, ...]], references: Mapping[str, tuple[str, ...]]) -> str:
    if not said:
        return "the system said nothing of any photo of this split: do its image ids fit?"
    if mode == "all" and any(caption.reference is not None for group in said for caption in group):
        return "a person's caption is one of the references: see leave one out"
    photo, fewest = min(((photo, len(group)) for photo, group in references.items()), key=lambda item: item[1])
    if mode == "leave_one_out" and fewest < 2:
        return f"leave one out needs two references of every photo: photo {photo!r} has {fewest}"
    return ""


def _rounds(
    mode: Mode,
    photos: Sequence[str],
    captions: Mapping[str, tuple[Caption, ...]],
    references: Mapping[str, tuple[str, ...]],
) -> list[_Round]:
    if mode == "all":
        first = tuple(captions[photo][0].text for photo in photos)
        return [_Round(first, tuple(references[photo] for photo in photos))]
    return [
        _Round(
            tuple(_candidate(photo, captions[photo], left_out) for photo in photos),
            tuple(references[photo][:left_out] + references[photo][left_out + 1 :] for photo in photos),
        )
        for left_out in range(min(map(len, references.values())))
    ]


def _candidate(photo: str, said: tuple[Caption, ...], left_out: int) -> str:
    if all(caption.reference is None for caption in said):
        return said[0].text
    own = next((caption.text for caption in said if caption.reference == left_out), None)
    if own is None:
        raise BadData(f"photo {photo!r}: no caption is reference {left_out}; people's captions need all references")
    return own


def _measure(
    metric: Metric[Any], mode: Mode, photos: tuple[str, ...], rounds: Sequence[_Round], reason: str
) -> MetricResult:
    fingerprint = metric.fingerprint()
    reason = reason or metric.unavailable()
    if reason:
        return _absent(metric, mode, reason)
    rows = np.stack([metric.statistics(turn.captions, turn.references) for turn in rounds])
    total = mean_of_rounds(metric, rows)
    each = [mean_of_rounds(metric, rows[:, [i]]) for i in range(len(photos))]
    scores = []
    for name in metric.scores:
        if math.isfinite(total[name]):
            scores.append(Score(name, total[name], mode, fingerprint, _known(name, photos, each)))
        else:
            why = f"{name} has no value on these photos: {metric.undefined.get(name, 'are they too few?')}"
            scores.append(Score(name, None, mode, fingerprint, missing=why))
    return MetricResult(metric.name, mode, tuple(scores), photos, rows)


def _known(name: str, photos: Sequence[str], each: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """photo -> its value of a score, of those that have one."""
    values = ((photo, one[name]) for photo, one in zip(photos, each, strict=True))
    return {photo: value for photo, value in values if math.isfinite(value)}


def mean_of_rounds(metric: Metric[Any], rows: Array) -> dict[str, float]:
    """Score -> its mean over rounds of rows (rounds, photos, statistics)."""
    values = [metric.aggregate(turn) for turn in rows]
    return {name: float(np.mean([value[name] for value in values])) for name in metric.scores}
