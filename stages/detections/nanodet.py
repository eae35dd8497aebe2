"""COCO's 80 kinds of thing on photographs, by NanoDet-g: the detector for photos that needs no training.

Its weights come with the code and it runs in OpenCV's own network module. A box that overlaps a better one goes,
whatever the labels of the two: the same animal would otherwise come back as a horse and as a cow.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.config import option
from pipeline.images import read
from pipeline.records import Array, Box, Detection, Scene
from pipeline.stage import Resources, Stage
from stages.vision.boxes import suppress
from stages.vision.nanodet import look, names


@dataclass(frozen=True, slots=True)
class NanodetConfig:
    size: int = option(
        416, "pixels of the photo's long side as it is looked at", choices=range(96, 641, 32), affects="predict"
    )
    least: float = option(0.1, "least score of a box's best label", low=0.01, high=1.0, affects="predict")
    overlap: float = option(0.5, "IoU above which the worse of two boxes goes", low=0.0, high=1.0, affects="predict")
    most: int = option(50, "boxes kept in a photo", low=1, high=1000, affects="predict")
    k: int = option(5, "labels a box keeps, at most", low=1, high=80, affects="predict")
    floor: float = option(0.05, "least score of a label after the best", low=0.001, high=1.0, affects="predict")


class Nanodet(Stage[NanodetConfig, tuple[Detection, ...]]):
    """Things, best first, in pixels of the photo."""

    name = "nanodet"
    writes = "detections"
    config_type = NanodetConfig

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Detection, ...]]:
        return [self._detect(read(scene.image)) for scene in scenes]

    def _detect(self, pixels: Array) -> tuple[Detection, ...]:
        boxes, scores = look(pixels, self.config.size, self.config.least)
        kept = suppress(boxes, scores.max(axis=1, initial=0.0), self.config.overlap)[: self.config.most]
        return tuple(Detection(Box(*boxes[index].tolist()), self._labels(scores[index])) for index in kept)

    def _labels(self, scores: Array) -> tuple[tuple[str, float], ...]:
        best, *others = np.argsort(-scores, kind="stable")[: self.config.k].tolist()
        kept = [best, *(kind for kind in others if scores[kind] >= self.config.floor)]
        return tuple((names()[kind], float(scores[kind])) for kind in kept)
