"""Regions as means of the grid inside boxes: RoIAlign (He et al., ICCV 2017, section 3) to a single place.

Any detector's boxes will do: nothing of it is needed but boxes and scores. A box of a few pixels still has a vector, as
samples lie half a location apart or closer and are bilinear.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np

from pipeline.config import option
from pipeline.geometry import as_array
from pipeline.records import Array, Box, Scene
from pipeline.stage import Resources, Stage
from stages.vision.boxes import by_confidence


@dataclass(frozen=True, slots=True)
class Config:
    most: int = option(20, "boxes of a photo that become regions, the most confident", low=0, high=1000)
    least: float = option(0.2, "least score of a box that becomes a region", low=0.0, high=1.0)


class RoiAlign(Stage[Config, Array]):
    """Writes (1 + boxes, channels) float32: the whole photo, which is the mean of its grid, then its boxes.

    Rows come in the order of `whole_and_boxes`: where each lies and what it is called is said by the detections."""

    name = "roi_align"
    writes = "regions"
    config_type = Config

    def reads(self) -> tuple[str, ...]:
        return ("detections", "grid")

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        return [self._regions(scene) for scene in scenes]

    def _regions(self, scene: Scene) -> Array:
        chosen = [scene.detections[place] for place in by_confidence(scene.detections)[: self.config.most]]
        whole = Box(0.0, 0.0, scene.image.width, scene.image.height)
        boxes = as_array([whole, *(item.box for item in chosen if item.score >= self.config.least)])
        return _means(scene.grid, boxes / (2 * [scene.image.width, scene.image.height]))


def _means(grid: Array, boxes: Array) -> Array:
    """(locations, channels) of a square grid, (boxes, 4) as shares of the photo -> (boxes, channels)."""
    import torch
    from torchvision.ops import roi_align

    side = isqrt(len(grid))
    flat = torch.from_numpy(np.asarray(grid, dtype=np.float32))
    maps = flat.T.reshape(1, -1, side, side)  # (1, channels, rows, columns)
    places = [torch.from_numpy(boxes.astype(np.float32))]
    means = roi_align(maps, places, output_size=1, spatial_scale=side, sampling_ratio=2 * side, aligned=True)
    return np.asarray(means.flatten(1).numpy())
