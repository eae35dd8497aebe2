"""Attributes by logistic regression on the colour and texture of each detection (after Kulkarni et al. 2011).

The paper trains one RBF SVM an attribute; a regression gives the probabilities that the CRF wants without a second fit.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.images import read
from pipeline.records import Array, AttributeScores, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.attributes._appearance import APPEARANCE, appearance
from stages.vision.calibration import probability

LISTED = 0.5
"""Score from which an annotated attribute counts as present."""


@dataclass(frozen=True, slots=True)
class LogisticConfig:
    """What is learned from, and how freely."""

    C: float = option(0.1, "inverse strength of the regularisation", low=1e-6, high=1e6)
    min_boxes: int = option(5, "boxes an attribute needs to be learned", low=1, high=10_000)
    most_boxes: int = option(20_000, "boxes learned from, at most", low=1, high=1_000_000)
    exhaustive: bool = option(True, "boxes without listed attributes have none; false: theirs are unknown")


class LogisticAttributes(Stage[LogisticConfig, tuple[AttributeScores, ...]]):
    """The probability of every attribute of the vocabulary, best first, for each detection, things and stuff alike.

    Raises:
        BadData: where the training photos have too few annotated attributes to learn any.
    """

    name = "logistic"
    writes = "attributes"
    config_type = LogisticConfig
    fit_on = ("train",)

    attributes_: tuple[str, ...]
    means_: Array
    spreads_: Array
    weights_: Array
    biases_: Array

    def reads(self) -> tuple[str, ...]:
        return ("detections",)

    def fit_reads(self) -> tuple[str, ...]:
        return ()  # the boxes it learns from are the true ones

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        from sklearn.linear_model import LogisticRegression

        pairs = list(islice(self._boxes(examples["train"]), self.config.most_boxes))
        counts = Counter(name for _, names in pairs for name in names)
        self.attributes_ = tuple(sorted(name for name, count in counts.items() if count >= self.config.min_boxes))
        if not self.attributes_:
            raise BadData(
                f"no attribute has {self.config.min_boxes} boxes in the training photos, so attributes=logistic cannot"
                " learn: choose a dataset that annotates detections and attributes, or a smaller min_boxes"
            )
        seen = np.stack([look for look, _ in pairs])  # (boxes, APPEARANCE)
        self.means_, self.spreads_ = seen.mean(axis=0), np.maximum(seen.std(axis=0), 1e-3)
        seen = (seen - self.means_) / self.spreads_
        self.weights_ = np.zeros((APPEARANCE, len(self.attributes_)))
        self.biases_ = np.zeros(len(self.attributes_))
        for index, name in enumerate(self.attributes_):
            present = np.array([name in names for _, names in pairs])
            if present.all():  # nothing is known to be without it
                self.biases_[index] = np.log(len(present) + 1)  # rule of succession: (n + 1) / (n + 2)
            else:
                model = LogisticRegression(C=self.config.C, max_iter=500).fit(seen, present)
                self.weights_[:, index], self.biases_[index] = model.coef_[0], model.intercept_[0]
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[AttributeScores, ...]]:
        return [tuple(self._describe(scene)) for scene in scenes]

    def _describe(self, scene: Scene) -> Iterator[AttributeScores]:
        if scene.detections:
            pixels = read(scene.image)
            seen = np.stack([appearance(pixels, detection.box) for detection in scene.detections])
            logits = (seen - self.means_) / self.spreads_ @ self.weights_ + self.biases_  # (detections, attributes)
            for row in probability(logits, np.array([1.0, 0.0])).tolist():
                scores = zip(self.attributes_, row, strict=True)
                yield AttributeScores(tuple(sorted(scores, key=lambda score: -score[1])))

    def _boxes(self, examples: Examples) -> Iterator[tuple[Array, frozenset[str]]]:
        """The appearance of every annotated box and the attributes it has."""
        annotated = zip(examples.scenes, examples.truth, strict=True)
        for scene, truth in self.runtime.progress(annotated, "fit attributes", len(examples.scenes)):
            if truth.detections and truth.attributes is not None:
                pixels = read(scene.image)
                for detection, scores in zip(truth.detections, truth.attributes, strict=True):
                    if scores.scores or self.config.exhaustive:
                        listed = frozenset(name for name, score in scores.scores if score >= LISTED)
                        yield appearance(pixels, detection.box), listed
