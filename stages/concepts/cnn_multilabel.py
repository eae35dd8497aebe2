"""Concepts of the whole photo by a linear layer on a CNN, with the element-wise logistic loss of Wu et al. (2016).

The paper's first step: the last layer of an ImageNet network is replaced by one answer a concept, trained by
J = 1/N sum_i sum_j log(1 + exp(-y_ij p_ij)). There the whole network is fine-tuned; here the layer alone, on the mean
of the grid, until J of `tune` no longer falls.
"""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from pipeline.records import Array, Scene, Scored
from pipeline.stage import Examples, Resources, Stage
from stages.concepts._ranked import ranked
from stages.concepts._regions import pooled, scaling
from stages.networks.multilabel_options import MultilabelOptions
from stages.resources.concepts import Concepts, captioned


class CnnMultilabel(Stage[MultilabelOptions, tuple[Scored, ...]]):
    """All concepts with their probabilities, best first.

    Raises:
        BadData: if no training photo has a caption.
    """

    name = "cnn_multilabel"
    writes = "concepts"
    config_type = MultilabelOptions
    fit_on = ("train", "tune")

    names_: tuple[str, ...]
    mean_: Array
    factor_: float
    weights_: Array  # (channels, concepts)
    biases_: Array
    judged_: tuple[float, ...]

    def reads(self) -> tuple[str, ...]:
        return ("grid",)

    def uses(self) -> tuple[str, ...]:
        return (Concepts.name,)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        from stages.concepts._bags import Bags, learn

        self.names_ = resources.of(Concepts).names_
        train, tune = examples["train"], examples["tune"]
        places = captioned(train.truth, f"concepts={self.name}")
        looks = _means([train.scenes[place] for place in places])
        self.mean_, self.factor_ = scaling(looks)

        def bags(means: Array, shows: Array) -> Bags:
            seen = (means - self.mean_) * self.factor_
            return Bags(lambda wanted: seen[list(wanted), None], shows)

        held = [place for place, truth in enumerate(tune.truth) if truth.captions]
        told = _means([tune.scenes[place] for place in held]).reshape(len(held), looks.shape[1])
        learned = learn(
            bags(looks, resources.of(Concepts).named([train.truth[place] for place in places])),
            bags(told, resources.of(Concepts).named([tune.truth[place] for place in held])),
            self.config,
            "max",
            self.runtime,
        )
        self.weights_, self.biases_, self.judged_ = learned.weights, learned.biases, learned.judged
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Scored, ...]]:
        seen = ((_means([scene]) - self.mean_) * self.factor_ for scene in scenes)
        return [ranked(self.names_, pooled(row @ self.weights_ + self.biases_, "max")) for row in seen]


def _means(scenes: Sequence[Scene]) -> Array:
    """(photos, channels): the mean of each grid."""
    return np.array([np.asarray(scene.grid, dtype=np.float64).mean(axis=0) for scene in scenes])
