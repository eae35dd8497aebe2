"""Things by linear SVMs on histograms of oriented gradients (Dalal & Triggs 2005), stuff by windows on a grid.

Every label gets a few templates, slid over all places and sizes of a photo. Boxes that repeat a better one of their
label go; those of several labels on one place become one detection that keeps its best labels. All scores are Platt
probabilities, fitted on training photos that neither templates nor windows learned from. Photos that nobody boxed teach
nothing: what is in them is not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Self

import numpy as np

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.geometry import iou_matrix
from pipeline.images import read
from pipeline.records import Array, Box, Detection, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.detections._boxed_photos import Photo, usable_labels, with_stuff, with_things
from stages.detections._stuff_windows import Region, learn_stuff, regions
from stages.detections._templates import Bank, Templates, grids
from stages.detections._training import learn_templates
from stages.vision.boxes import SAME, places, suppress
from stages.vision.calibration import platt_by_label, probability

MOST_HELD = 500
"""A fifth of the training photos, at most so many, is held out for calibration."""
SIFTED = 200
"""Windows of a label in a photo that are looked at, best first."""


@dataclass(frozen=True, slots=True)
class HogSvmConfig:
    """Sizes of the pyramid and its templates, and how much they are trained."""

    side: int = option(448, "long side of the largest level, pixels; a photo doubles at most", low=64, high=2048)
    steps: int = option(4, "levels from one size of the photo to half of it", low=1, high=12)
    cells: int = option(30, "8-pixel cells that a template's object covers", low=9, high=144)
    parts: int = option(3, "templates of a label, at most, by aspect", low=1, high=6)
    dims: int = option(18, "principal axes kept of a block's 36 numbers", low=1, high=36)
    C: float = option(0.1, "weight of the errors in the SVM", low=1e-6, high=100.0)
    rounds: int = option(2, "rounds of hard negatives", low=0, high=10)
    mined: int = option(120, "photos searched for negatives in each round", low=1, high=100_000)
    min_boxes: int = option(8, "boxes a label needs to be learned", low=1, high=10_000)
    most_boxes: int = option(1000, "boxes a label is learned from, at most", low=1, high=100_000)
    stuff: bool = option(True, "find stuff too")
    seed: int = option(0, "seed of the choice of photos and of random negatives", low=0, high=2**31 - 1)
    overlap: float = option(0.4, "IoU above which the worse of two boxes of a label goes", low=0.0, high=1.0)
    k: int = option(5, "labels a detection keeps, at most", low=1, high=100, affects="predict")
    floor: float = option(0.05, "least score of a label", low=0.001, high=0.999, affects="predict")


class HogSvm(Stage[HogSvmConfig, tuple[Detection, ...]]):
    """Things, then stuff, best first, in pixels of the photo.

    Raises:
        BadData: where the training photos have too few boxes to learn any label from.
    """

    name = "hog_svm"
    version = 3
    writes = "detections"
    config_type = HogSvmConfig
    fit_on = ("train",)

    things_: tuple[str, ...]
    template_labels_: Array
    template_shapes_: Array
    template_weights_: Array
    template_biases_: Array
    projection_: Array
    thing_curves_: Array
    stuff_: tuple[str, ...]
    stuff_weights_: Array
    stuff_biases_: Array
    stuff_curves_: Array

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        config, progress = self.config, self.runtime.progress
        annotated = zip(examples["train"].scenes, examples["train"].truth, strict=True)
        photos = [(scene.image, truth.detections) for scene, truth in annotated if truth.detections is not None]
        order = np.random.default_rng(config.seed).permutation(len(photos)).tolist()
        photos = [photos[index] for index in order]
        count = min(len(photos) // 5, MOST_HELD)
        held, learned = photos[:count], photos[count:]
        self.things_ = usable_labels((found for _, found in learned), "thing", config.min_boxes)
        self.stuff_ = usable_labels((found for _, found in learned), "stuff", config.min_boxes) if config.stuff else ()
        if not self.things_ and not self.stuff_:
            raise BadData(
                f"no label has {config.min_boxes} boxes in the photos that detections=hog_svm learns from: choose"
                " a dataset that annotates detections, more photos, or a smaller min_boxes"
            )
        things = [with_things(*photo, self.things_) for photo in learned]
        self._keep(learn_templates(things, len(self.things_), config, progress))
        stuff = [with_stuff(*photo, self.stuff_) for photo in learned]
        self.stuff_weights_, self.stuff_biases_ = learn_stuff(stuff, len(self.stuff_), config.seed, progress)
        self._calibrate([(with_things(*photo, self.things_), with_stuff(*photo, self.stuff_)) for photo in held])
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Detection, ...]]:
        bank = self._bank()
        return [self._detect(read(scene.image), bank) for scene in scenes]

    def _detect(self, pixels: Array, bank: Bank) -> tuple[Detection, ...]:
        slopes, offsets = self.thing_curves_.T
        least = (log(self.config.floor / (1 - self.config.floor)) - offsets) / slopes  # (labels,)
        found = [
            (boxes, probability(scores, curve))
            for (boxes, scores), curve in zip(self._candidates(pixels, bank, least), self.thing_curves_, strict=True)
        ]
        things = _grouped(found, self.things_, self.config.k)
        stuff = [self._region(region) for region in self._regions(pixels)]
        kept = [region for region in stuff if region.score >= self.config.floor]
        return (*things, *sorted(kept, key=lambda region: -region.score))

    def _candidates(self, pixels: Array, bank: Bank, least: Array) -> list[tuple[Array, Array]]:
        """Boxes (n, 4) and raw scores (n,) of each label, from its least score up, without repetitions."""
        found = bank.scan(
            grids(pixels, self.projection_, self.config.side, self.config.steps), least[self.template_labels_]
        )
        labels = self.template_labels_[found.templates]
        kept = []
        for label in range(len(self.things_)):
            mine = np.flatnonzero(labels == label)
            mine = mine[np.argsort(-found.scores[mine], kind="stable")[:SIFTED]]
            mine = mine[suppress(found.boxes[mine], found.scores[mine], self.config.overlap)]
            kept.append((found.boxes[mine], found.scores[mine]))
        return kept

    def _regions(self, pixels: Array) -> list[Region]:
        return regions(pixels, self.stuff_weights_, self.stuff_biases_) if self.stuff_ else []

    def _region(self, region: Region) -> Detection:
        """A region of stuff with its label's calibrated score, and other labels below it by their mean probability."""
        score = float(probability(np.array(region.score), self.stuff_curves_[region.label]))
        others = sorted(
            ((self.stuff_[i], min(float(mean), score)) for i, mean in enumerate(region.means) if i != region.label),
            key=lambda label: -label[1],
        )
        kept = [label for label in others if label[1] >= self.config.floor][: self.config.k - 1]
        return Detection(Box(*region.box.tolist()), ((self.stuff_[region.label], score), *kept), "stuff")

    def _calibrate(self, held: Sequence[tuple[Photo, Photo]]) -> None:
        bank = self._bank()
        everything = np.full(len(self.things_), -1.0)
        things: list[list[tuple[float, bool]]] = [[] for _ in self.things_]
        stuff: list[list[tuple[float, bool]]] = [[] for _ in self.stuff_]
        for with_boxes, with_regions in self.runtime.progress(held, "fit detections, calibration", len(held)):
            pixels = read(with_boxes.image)
            for label, (boxes, scores) in enumerate(self._candidates(pixels, bank, everything)):
                things[label] += zip(scores.tolist(), _right(boxes, with_boxes, label), strict=True)
            for region in self._regions(pixels):
                stuff[region.label] += zip(
                    [region.score], _right(region.box[None], with_regions, region.label), strict=True
                )
        self.thing_curves_, self.stuff_curves_ = platt_by_label(things), platt_by_label(stuff)

    def _keep(self, templates: Templates) -> None:
        self.template_labels_, self.template_shapes_ = templates.labels, templates.shapes
        self.template_weights_, self.template_biases_ = templates.weights, templates.biases
        self.projection_ = templates.projection

    def _bank(self) -> Bank:
        return Bank(
            Templates(
                self.template_labels_,
                self.template_shapes_,
                self.template_weights_,
                self.template_biases_,
                self.projection_,
            )
        )


def _right(boxes: Array, photo: Photo, label: int) -> list[bool]:
    """Whether each box shows something of the label."""
    true = photo.boxes[photo.labels == label]
    return [bool(best >= SAME) for best in iou_matrix(boxes, true).max(axis=1, initial=0.0)]


def _grouped(found: Sequence[tuple[Array, Array]], labels: Sequence[str], most: int) -> list[Detection]:
    """Boxes and scores per label as detections: a better box takes in the best of every other label on its place."""
    owners = np.repeat(np.arange(len(found)), [len(scores) for _, scores in found])
    boxes = np.concatenate([np.zeros((0, 4)), *(boxes for boxes, _ in found)])
    scores = np.concatenate([np.zeros(0), *(scores for _, scores in found)])
    return [
        Detection(Box(*boxes[group[0]].tolist()), tuple((labels[owners[i]], float(scores[i])) for i in group[:most]))
        for group in places(boxes, owners, scores, SAME)
    ]
