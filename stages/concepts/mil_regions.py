"""Concepts from regions: what the photo shows is what one of its regions shows (Wu et al. 2016, section 3.2).

The paper proposes regions (MCG), clusters them, and takes the largest answer of its CNN over them. Here a region is a
window over the grid, the whole photo one among them, and its features the window's mean: no proposals, and one look of
the CNN at a photo in place of fifty. The layer is trained through the maximum, as multiple instance learning, while the
paper trains it on whole photos first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.records import Array, Scene, Scored
from pipeline.stage import Examples, Resources, Stage
from stages.concepts._ranked import ranked
from stages.concepts._regions import pooled, regions, scaling
from stages.networks.multilabel_options import MultilabelOptions
from stages.resources.concepts import Concepts, captioned


@dataclass(frozen=True, slots=True)
class MilRegionsConfig(MultilabelOptions):
    """The regions, and how their answers become the photo's."""

    pool: str = option("max", "largest answer of a region, or noisy_or of all", choices=("max", "noisy_or"))
    windows: tuple[int, ...] = option((3, 5), "sides of the windows, in places of the grid; 1: single places", low=1)
    step: int = option(2, "places of the grid from a window to the next", low=1, high=1000)


class MilRegions(Stage[MilRegionsConfig, tuple[Scored, ...]]):
    """All concepts with their probabilities, best first.

    Raises:
        BadData: if no training photo has a caption.
    """

    name = "mil_regions"
    writes = "concepts"
    config_type = MilRegionsConfig
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
        train = examples["train"]
        places = captioned(train.truth, f"concepts={self.name}")
        whole = np.stack([np.asarray(train.scenes[place].grid, dtype=np.float64).mean(axis=0) for place in places])
        self.mean_, self.factor_ = scaling(whole)

        def bags(part: Examples, kept: Sequence[int]) -> Bags:
            def gather(wanted: Sequence[int]) -> Array:
                return np.stack([self._regions(part.scenes[kept[place]]) for place in wanted])

            return Bags(gather, resources.of(Concepts).named([part.truth[place] for place in kept]))

        held = [place for place, truth in enumerate(examples["tune"].truth) if truth.captions]
        learned = learn(bags(train, places), bags(examples["tune"], held), self.config, self.config.pool, self.runtime)
        self.weights_, self.biases_, self.judged_ = learned.weights, learned.biases, learned.judged
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Scored, ...]]:
        answers = (self._regions(scene) @ self.weights_ + self.biases_ for scene in scenes)
        return [ranked(self.names_, pooled(rows, self.config.pool)) for rows in answers]

    def _regions(self, scene: Scene) -> Array:
        """(regions, channels), standardised."""
        return (regions(scene.grid, self.config.windows, self.config.step) - self.mean_) * self.factor_
