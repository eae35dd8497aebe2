"""A grid of convolutional features: the annotation vectors a_i of attention captioners (Xu et al. 2015, 3.1.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.config import option
from pipeline.records import Array, Scene
from pipeline.stage import Resources, Stage
from stages.vision.squares import squares


@dataclass(frozen=True, slots=True)
class Config:
    backbone: str = option("efficientnet_lite0", "the network that looks, or one of timm's such as resnet50.a1_in1k")
    backbone_weights: str = option("", "file of weights in place of the published ones", file=True)
    size: int = option(224, "side in pixels of the square the photo is squashed to", low=32, high=1024)
    half: bool = option(False, "keep the features as float16, half the disk")


class CnnGrid(Stage[Config, Array]):
    """Writes (locations, channels) float32 features: 49 x 1280 at the default size, locations row by row."""

    name = "cnn_grid"
    writes = "grid"
    config_type = Config

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        from stages.networks.device import resolve
        from stages.vision.backbone import features

        device = resolve(self.runtime.device)
        grids: list[Array] = []
        for photos in squares(scenes, self.config.size, "grid features", self.runtime):
            maps = features(self.config.backbone, photos, device, self.config.backbone_weights)
            flat = maps.flatten(2).transpose(1, 2).cpu().numpy()  # (batch, locations, channels)
            grids.extend(np.array(grid, dtype=np.float16 if self.config.half else np.float32) for grid in flat)
        return grids
