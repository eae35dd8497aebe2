"""Prepositions learned from how people use them: logistic regression on the geometry of two boxes, one a preposition.

BabyTalk writes its sixteen functions by hand (Kulkarni et al. 2011, section 4.4). Here the training captions say which
geometry people call "on" and which "behind"; the functions are among the numbers that are weighed. Scores are
probabilities, calibrated on photos that were not learned from: of those who relate the two at all, the share that says
this. That is far from "what is true": a dog on a sofa is also near it, and nobody says so.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Array, Relation, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.language.synonyms import canonical
from stages.relations._functions import PREPOSITIONS
from stages.relations._geometry import LENGTH, called, described
from stages.relations._lessons import Told, from_annotation, from_captions
from stages.resources.parses import Parses
from stages.vision.calibration import platt, probability

FOLDS = 3


@dataclass(frozen=True, slots=True)
class LearnedConfig:
    """What is learned from, and how freely."""

    labels: str = option("captions", "parsed from captions, or annotated", choices=("captions", "annotated"))
    named: bool = option(False, "look at what the two are called too, beside their geometry")
    C: float = option(0.3, "weight of the errors", low=1e-6, high=1e6)
    min_pairs: int = option(5, "pairs of which a preposition is said to be learned", low=2, high=100_000)
    most_pairs: int = option(50_000, "pairs learned from, at most", low=10, high=10_000_000)
    sure: float = option(0.4, "score of a detection from which captions speak of it", low=0.0, high=1.0)
    seed: int = option(0, "seed of the choice of pairs and of the photos held out", low=0, high=2**31 - 1)


@dataclass(frozen=True, slots=True)
class _Lessons:
    """Geometry of pairs, (pairs, LENGTH), and their labels; how often each of PREPOSITIONS is said and denied of them,
    (pairs, 16); and which part of the photos each is of, (pairs,)."""

    seen: Array
    labels: list[tuple[str, str]]
    said: Array
    denied: Array
    folds: Array


class LearnedRelations(Stage[LearnedConfig, tuple[Relation, ...]]):
    """Scores the prepositions that were learned, best first, for every ordered pair of detections.

    A preposition of which too few pairs are known is never said.

    Raises:
        BadData: where no preposition can be learned.
    """

    name = "learned"
    version = 2
    writes = "relations"
    config_type = LearnedConfig
    fit_on = ("train",)

    prepositions_: tuple[str, ...]
    names_: tuple[str, ...]
    means_: Array
    spreads_: Array
    weights_: Array  # (LENGTH + 2 names, prepositions)
    biases_: Array  # (prepositions,)

    def reads(self) -> tuple[str, ...]:
        return ("detections",)

    def fit_reads(self) -> tuple[str, ...]:
        return ("detections",) if self.config.labels == "captions" else ()  # annotated pairs are of true boxes

    def uses(self) -> tuple[str, ...]:
        return (Parses.name,) if self.config.labels == "captions" else ()

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        lessons = self._lessons(examples["train"], resources)
        known = ((lessons.said > 0).sum(axis=0) >= self.config.min_pairs) & (lessons.denied > 0).any(axis=0)
        if not known.any():
            raise BadData(
                f"of no preposition the training photos show {self.config.min_pairs} pairs, so relations=learned has"
                " nothing to learn from: choose more photos, a smaller min_pairs, or relations=prepositions"
            )
        self.prepositions_ = tuple(name for name, enough in zip(PREPOSITIONS, known, strict=True) if enough)
        self.names_ = self._frequent(lessons.labels) if self.config.named else ()
        looks = np.concatenate([lessons.seen, called(lessons.labels, self.names_)], axis=1)
        self.means_, self.spreads_ = looks.mean(axis=0), np.maximum(looks.std(axis=0), 1e-3)
        seen = (looks - self.means_) / self.spreads_
        columns = np.flatnonzero(known).tolist()
        fitted = [
            self._calibrated(seen, lessons.said[:, column], lessons.denied[:, column], lessons.folds)
            for column in self.runtime.progress(columns, "fit relations", len(columns))
        ]
        self.weights_ = np.stack([weights for weights, _ in fitted], axis=1)
        self.biases_ = np.array([bias for _, bias in fitted])
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Relation, ...]]:
        return [tuple(self._relations(scene)) for scene in scenes]

    def _relations(self, scene: Scene) -> Iterator[Relation]:
        pairs = list(permutations(range(len(scene.detections)), 2))
        labels = [(scene.detections[subject].label, scene.detections[other].label) for subject, other in pairs]
        looks = np.concatenate([described(scene.image, scene.detections, pairs), called(labels, self.names_)], axis=1)
        rows = probability(
            (looks - self.means_) / self.spreads_ @ self.weights_ + self.biases_, np.array([1.0, 0.0])
        )  # (pairs, prepositions)
        for (subject, other), row in zip(pairs, rows.tolist(), strict=True):
            named = zip(self.prepositions_, row, strict=True)
            yield Relation(subject, other, tuple(sorted(named, key=lambda pair: -pair[1])))

    def _lessons(self, train: Examples, resources: Resources) -> _Lessons:
        photos = list(self._told(train, resources))
        rng = np.random.default_rng(self.config.seed)
        parts = np.argsort(rng.permutation(len(photos))) % FOLDS
        told = [one for _, _, lesson in photos for one in lesson]
        labels = [pair for _, pairs, _ in photos for pair in pairs]
        count = len(PREPOSITIONS)
        said = np.array([[one.said[name] for name in PREPOSITIONS] for one in told], dtype=float).reshape(-1, count)
        denied = np.array([[one.denied[name] for name in PREPOSITIONS] for one in told], dtype=float).reshape(-1, count)
        seen = np.concatenate([np.zeros((0, LENGTH)), *(rows for rows, _, _ in photos)])
        folds = np.repeat(parts, [len(lesson) for _, _, lesson in photos])
        kept = np.sort(rng.permutation(len(told))[: self.config.most_pairs])
        return _Lessons(seen[kept], [labels[pair] for pair in kept.tolist()], said[kept], denied[kept], folds[kept])

    def _frequent(self, labels: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        counts = Counter(canonical(label) for pair in labels for label in set(pair))
        return tuple(sorted(name for name, count in counts.items() if count >= self.config.min_pairs))

    def _told(self, train: Examples, resources: Resources) -> Iterator[tuple[Array, list[tuple[str, str]], list[Told]]]:
        """Of every photo that teaches something, the pairs: geometry, labels, and what is told of them."""
        mined = self.config.labels == "captions"
        parses = resources.of(Parses) if mined else None
        photos = zip(train.scenes, train.truth, strict=True)
        for scene, truth in self.runtime.progress(photos, "fit relations, pairs", len(train.scenes)):
            detections = scene.detections if parses else truth.detections or ()
            if parses:
                lesson = from_captions(detections, parses.of(scene.image.id), self.config.sure)
            else:
                lesson = from_annotation(truth)
            if lesson:
                labels = [(detections[subject].label, detections[other].label) for subject, other in lesson]
                yield described(scene.image, detections, list(lesson)), labels, list(lesson.values())

    def _calibrated(self, seen: Array, said: Array, denied: Array, folds: Array) -> tuple[Array, float]:
        """Weights and bias of one preposition's log odds."""
        weights, bias = self._regression(seen, said, denied)
        judged: list[tuple[float, bool]] = []
        counted: list[float] = []
        for fold in range(FOLDS):
            held = folds == fold
            if not said[~held].any() or not denied[~held].any():
                continue
            part, offset = self._regression(seen[~held], said[~held], denied[~held])
            scores = seen[held] @ part + offset
            for right, counts in ((True, said[held]), (False, denied[held])):
                judged += [(score, right) for score in scores[counts > 0].tolist()]
                counted += counts[counts > 0].tolist()
        slope, offset = platt(judged, counted) or (1.0, 0.0)
        return weights * slope, bias * slope + offset

    def _regression(self, seen: Array, said: Array, denied: Array) -> tuple[Array, float]:
        """A pair of which both is told counts on both sides, as often as it is told."""
        from sklearn.linear_model import LogisticRegression

        rows = np.concatenate([seen[said > 0], seen[denied > 0]])
        right = np.repeat([True, False], [(said > 0).sum(), (denied > 0).sum()])
        weights = np.concatenate([said[said > 0], denied[denied > 0]])
        fitted = LogisticRegression(C=self.config.C, max_iter=500).fit(rows, right, weights)
        return fitted.coef_[0], float(fitted.intercept_[0])
