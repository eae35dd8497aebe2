"""Attributes by logistic regression on the look of each detection (after Kulkarni et al. 2011).

The paper trains one RBF SVM an attribute; a regression gives the probabilities that the CRF wants without a second fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.records import Array, AttributeScores, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.attributes._learning import standardised, succession, told
from stages.attributes._lessons import LearningConfig, gather
from stages.attributes._named_colours import unlearned
from stages.attributes._unlabelled import lesson
from stages.resources.parses import Parses
from stages.vision.calibration import probability


@dataclass(frozen=True, slots=True)
class LogisticConfig(LearningConfig):
    """What is learned from, and how freely."""

    C: float = option(0.001, "inverse strength of the regularisation", low=1e-6, high=1e6)


class LogisticAttributes(Stage[LogisticConfig, tuple[AttributeScores, ...]]):
    """The probability of every attribute of the vocabulary, best first, for each detection, things and stuff alike.

    Raises:
        BadData: where the training photos have too few annotated attributes to learn any, and none are mined.
    """

    name = "logistic"
    version = 2
    writes = "attributes"
    config_type = LogisticConfig
    fit_on = ("train",)

    attributes_: tuple[str, ...]
    colours_: tuple[str, ...]
    means_: Array
    spreads_: Array
    weights_: Array
    biases_: Array

    def reads(self) -> tuple[str, ...]:
        return ("detections",)

    def fit_reads(self) -> tuple[str, ...]:
        return ("detections",) if self.config.mines else ()  # annotated boxes are the true ones

    def uses(self) -> tuple[str, ...]:
        return (Parses.name,) if self.config.mines else ()

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        from sklearn.linear_model import LogisticRegression

        lessons = gather(examples["train"], resources, self.config, self.runtime)
        self.means_, self.spreads_, seen, codes = standardised(lessons, self.config, self.name)
        self.attributes_, self.colours_ = lessons.attributes, unlearned(lessons, self.config)
        self.weights_ = np.zeros((len(self.means_), len(self.attributes_)))
        self.biases_ = np.zeros(len(self.attributes_))
        count = len(self.attributes_)
        for index in self.runtime.progress(range(count), "fit attributes, classifiers", count):
            part = lesson(seen, codes[:, index], self.config.seed)
            if part.present.all():  # nothing is known to be without it
                self.biases_[index] = succession(len(part.present))
            else:
                model = LogisticRegression(C=self.config.C, max_iter=500)
                model.fit(seen[part.rows], part.present, part.weights)
                self.weights_[:, index], self.biases_[index] = model.coef_[0], model.intercept_[0]
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[AttributeScores, ...]]:
        return told(scenes, self.config, self.runtime, self.attributes_, self._probabilities, self.colours_)

    def _probabilities(self, looks: Array) -> Array:
        """(boxes, n) -> (boxes, attributes)."""
        logits = (looks - self.means_) / self.spreads_ @ self.weights_ + self.biases_
        return probability(logits, np.array([1.0, 0.0]))
