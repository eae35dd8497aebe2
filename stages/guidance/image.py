"""Guidance by the image itself: img-gLSTM (Jia et al., ICCV 2015, section 3.3), the mean of the grid.

With `components` it is brought to its principal components, which a linear map can use as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Array, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.guidance._photos import mean


@dataclass(frozen=True, slots=True)
class Config:
    components: int = option(0, "principal components of the training photos to keep; 0: the mean of the grid", low=0)


class ImageGuidance(Stage[Config, Array]):
    """Writes (channels,) or (components,) float32."""

    name = "image"
    writes = "guidance"
    config_type = Config
    fit_on = ("train",)
    average_: Array  # (channels,) of the training photos; (0,) without components
    axes_: Array  # (channels, components)

    def reads(self) -> tuple[str, ...]:
        return ("grid",)

    def fit_reads(self) -> tuple[str, ...]:
        return ("grid",) if self.config.components else ()

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        """Find the principal components, if any are wanted.

        Raises:
            BadData: if there are no training photos.
        """
        self.average_, self.axes_ = np.zeros(0), np.zeros((0, 0))
        if not self.config.components:
            return self
        scenes = examples["train"].scenes
        if not scenes:
            raise BadData("there is no training photo: guidance by image:components needs some, or components=0")
        seen = np.stack([mean(scene) for scene in self.runtime.progress(scenes, "looking at photos", len(scenes))])
        self.average_ = seen.mean(axis=0)
        centred = seen - self.average_
        _, vectors = np.linalg.eigh(centred.T @ centred)
        axes = vectors[:, ::-1][:, : self.config.components]  # (channels, components), the most varied first
        self.axes_ = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        average, axes = self.average_, self.axes_
        means = (mean(scene) for scene in scenes)
        return [((seen - average) @ axes if axes.size else seen).astype(np.float32) for seen in means]
