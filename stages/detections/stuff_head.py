"""Stuff on photographs (sky, road, grass, water, tree ...), by a linear classifier on a backbone's inner maps.

BabyTalk's stuff classifiers (Kulkarni et al. 2011) look at windows of colour and texture; this one looks at maps of a
network trained on ImageNet, a place every 16 pixels. Places of one label that touch become a region with its box, its
coarse mask, and the probability that the region is of its label, as measured on photos that were held out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.config import option
from pipeline.images import read
from pipeline.masks import packed
from pipeline.records import Array, Box, Detection, Scene
from pipeline.stage import Resources, Stage
from stages.networks.device import resolve
from stages.vision.connected import Part, parts, smoothed
from stages.vision.stuff import OTHER, Head, described, shipped


@dataclass(frozen=True, slots=True)
class StuffHeadConfig:
    least: float = option(0.2, "least probability of a region's label", low=0.0, high=1.0, affects="predict")
    share: float = option(0.02, "least share of the photo a region covers", low=0.0, high=1.0, affects="predict")
    k: int = option(3, "labels a region keeps, at most", low=1, high=20, affects="predict")
    floor: float = option(0.05, "least score of a label after the best", low=0.001, high=1.0, affects="predict")


class StuffHead(Stage[StuffHeadConfig, tuple[Detection, ...]]):
    """Regions of stuff, best first, in pixels of the photo, each with a coarse mask."""

    name = "stuff_head"
    writes = "detections"
    config_type = StuffHeadConfig

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Detection, ...]]:
        head, device = shipped(), resolve(self.runtime.device)
        return [self._detect(read(scene.image), head, device) for scene in scenes]

    def _detect(self, pixels: Array, head: Head, device: str) -> tuple[Detection, ...]:
        seen = smoothed(head.probabilities(described(pixels, device)))  # (rows, columns, labels)
        found = [
            self._region(part, seen, pixels.shape, head)
            for part in parts(seen.argmax(axis=2), self.config.share)
            if head.labels[part.label] != OTHER
        ]
        return tuple(sorted((i for i in found if i.score >= self.config.least), key=lambda i: -i.score))

    def _region(self, part: Part, seen: Array, shape: tuple[int, ...], head: Head) -> Detection:
        means = seen[part.places].mean(axis=0)
        score = head.confidence(part.label, float(means[part.label]), float(part.places.mean()))
        others = [label for label in np.argsort(-means, kind="stable").tolist() if label != part.label]
        named = [
            (head.labels[label], min(float(means[label]), score)) for label in others if head.labels[label] != OTHER
        ]
        kept = [label for label in named if label[1] >= self.config.floor][: self.config.k - 1]
        across, down = shape[1] / seen.shape[1], shape[0] / seen.shape[0]
        box = Box(part.left * across, part.top * down, part.right * across, part.bottom * down)
        mask = packed(part.places[part.top : part.bottom, part.left : part.right])
        return Detection(box, ((head.labels[part.label], score), *kept), "stuff", mask)
