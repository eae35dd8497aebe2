"""Guidance by what the photo has in common with sentences: emb-gLSTM (Jia et al., ICCV 2015, section 3.3).

The mean of the grid, in the space where it correlates best with the words that people use of the training photos:
normalised canonical correlation analysis between it and tf-idf weighted bags of words, see `_cca.py`. The paper's
views are VGG features and such bags of single sentences; here a bag holds all captions of a photo. `shrink` and `power`
are by default those that found sentences best on photos of Flickr8k that were not fitted on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Array, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.guidance._cca import View, canonical, scaled
from stages.guidance._photos import Bags, encoded, mean
from stages.resources.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Config:
    components: int = option(200, "dimensions of the common space, at most", low=1)
    shrink: float = option(1.0, "added to the variances of both views, as a share of their mean", low=1e-6)
    power: float = option(2.0, "of a component's correlation, by which it counts", low=0.0)


class CcaGuidance(Stage[Config, Array]):
    """Writes (components,) float32 of length 1."""

    name = "cca"
    writes = "guidance"
    config_type = Config
    fit_on = ("train",)
    average_: Array  # (channels,)
    axes_: Array  # (channels, components)
    correlations_: Array  # (components,)

    def reads(self) -> tuple[str, ...]:
        return ("grid",)

    def uses(self) -> tuple[str, ...]:
        return ("vocabulary",)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        """Correlate the training photos that have captions with these.

        Raises:
            BadData: if fewer than two have some.
        """
        train, vocabulary = examples["train"], resources.of(Vocabulary)
        captions = [encoded(truth, vocabulary) for truth in train.truth]
        places = [place for place, group in enumerate(captions) if group]
        if len(places) < 2:
            raise BadData(f"{len(places)} training photos have captions: guidance by cca needs two at least")
        seen = self.runtime.progress((train.scenes[place] for place in places), "looking at photos", len(places))
        said = [captions[place] for place in places]
        bags = Bags.count(said, vocabulary).of(said)
        config = self.config
        photo, _, rho = canonical(np.stack([mean(scene) for scene in seen]), bags, config.components, config.shrink)
        self.average_, self.axes_, self.correlations_ = photo.mean, scaled(photo, rho, config.power).axes, rho
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        view = View(self.average_, self.axes_)
        return [view.project(mean(scene)[None])[0].astype(np.float32) for scene in scenes]
