"""What attribute classifiers learn from: boxes, what is known of their attributes, and what they look like.

Two sources: the dataset's own annotation of true boxes, and the captions of what the detector found. An attribute that
the dataset annotates is learned from there; all others are mined. What a thing is made of mostly goes without saying
(cars are metal, people wear cloth): of annotated materials, those that no caption names are left out where captions are
mined, or they would be the surest attribute of everything.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from pipeline.config import option
from pipeline.images import read
from pipeline.records import Array, Box, Detection, Scene, Truth
from pipeline.stage import Examples, Resources, Runtime
from stages.attributes._features import BLOCKS, described, length
from stages.attributes._mined import mined
from stages.attributes._unlabelled import ABSENT, PRESENT, UNKNOWN, UNSAID
from stages.language.attribute_kinds import COLOUR, MATERIAL, kind, visible
from stages.resources.parses import Parses

LISTED = 0.5
"""Score from which an annotated attribute counts as present."""
SOURCES = ("annotated", "mined", "both")


@dataclass(frozen=True, slots=True)
class LearningConfig:
    """What attribute classifiers learn from and look at."""

    labels: str = option("both", "annotated by the dataset, mined from captions, or mined where not", choices=SOURCES)
    features: tuple[str, ...] = option(("names", "conv"), "looks at a box", choices=tuple(BLOCKS))
    min_boxes: int = option(5, "boxes an annotated attribute needs to be learned", low=1, high=10_000)
    min_mentions: int = option(20, "boxes a mined attribute needs to be learned", low=1, high=10_000)
    most_boxes: int = option(20_000, "boxes learned from, at most", low=1, high=1_000_000)
    exhaustive: bool = option(True, "boxes without annotated attributes have none; false: theirs are unknown")
    sure: float = option(0.4, "score of a detection from which captions speak of it", low=0.0, high=1.0)
    seed: int = option(0, "seed of the choice of boxes", low=0, high=2**31 - 1)
    least: float = option(
        0.0, "score from which a detection's attributes are told", low=0.0, high=1.0, affects="predict"
    )
    most: int = option(1000, "detections told of: of a crowded photo, the surest", low=1, high=1000, affects="predict")

    @property
    def mines(self) -> bool:
        return self.labels != "annotated"


@dataclass(frozen=True, slots=True)
class Lessons:
    """Attributes, what every box looks like, (boxes, n), and what is known of it, (boxes, attributes): codes of
    `_unlabelled`. `annotated` are the attributes that the dataset annotates."""

    attributes: tuple[str, ...]
    annotated: frozenset[str]
    seen: Array
    codes: Array


@dataclass(frozen=True, slots=True)
class _Known:
    """What one source says of one box; `listed` where the dataset does."""

    box: Box
    present: frozenset[str]
    absent: frozenset[str]
    listed: bool


def gather(examples: Examples, resources: Resources, config: LearningConfig, runtime: Runtime) -> Lessons:
    """The lessons of the training photos; without attributes where neither source has enough boxes of any."""
    pairs = list(islice(_boxes(examples, resources, config, runtime), config.most_boxes))
    known = [one for one, _ in pairs]
    annotated = _frequent((one.present for one in known if one.listed), config.min_boxes)
    spoken = {name for one in known if not one.listed for name in one.present}
    if spoken:
        annotated = frozenset(name for name in annotated if kind(name) != MATERIAL or visible(name) in spoken)
    meant = {visible(name) or name for name in annotated}
    mentioned = _frequent((one.present for one in known if not one.listed), config.min_mentions) - meant
    attributes = tuple(sorted(annotated | mentioned))
    codes = np.full((len(known), len(attributes)), UNKNOWN)
    for place, name in enumerate(attributes):
        for row, one in enumerate(known):
            if one.listed == (name in annotated):
                silent = ABSENT if one.listed or name in one.absent else UNSAID
                codes[row, place] = PRESENT if name in one.present else silent
        if kind(name) == COLOUR and (codes[:, place] == ABSENT).any():
            codes[codes[:, place] == UNSAID, place] = UNKNOWN  # whatever its colour is, it has one: see decision 12
    seen = np.stack([look for _, look in pairs]) if pairs else np.zeros((0, length(config.features)))
    return Lessons(attributes, annotated, seen, codes)


def _frequent(named: Iterator[frozenset[str]], least: int) -> frozenset[str]:
    counts = Counter(name for names in named for name in names)
    return frozenset(name for name, count in counts.items() if count >= least)


def _boxes(
    examples: Examples, resources: Resources, config: LearningConfig, runtime: Runtime
) -> Iterator[tuple[_Known, Array]]:
    """Every box of which something is known, and its looks."""
    parses = resources.of(Parses) if config.mines else None
    photos = zip(examples.scenes, examples.truth, strict=True)
    for scene, truth in runtime.progress(photos, "fit attributes", len(examples.scenes)):
        known = list(_annotated(truth, config)) if config.labels != "mined" else []
        known += _said(scene, parses, config) if parses else []
        if known:
            looks = described([(read(scene.image), [one.box for one in known])], config.features, runtime.device)
            yield from zip(known, looks, strict=True)


def _annotated(truth: Truth, config: LearningConfig) -> Iterator[_Known]:
    if truth.detections and truth.attributes is not None:
        for detection, scores in zip(truth.detections, truth.attributes, strict=True):
            if scores.scores or config.exhaustive:
                listed = frozenset(name for name, score in scores.scores if score >= LISTED)
                yield _Known(detection.box, listed, frozenset(), listed=True)


def _said(scene: Scene, parses: Parses, config: LearningConfig) -> list[_Known]:
    detections: Sequence[Detection] = scene.detections
    said = mined(detections, parses.of(scene.image.id), config.sure)
    return [
        _Known(detection.box, one.present, one.absent, listed=False)
        for detection, one in zip(detections, said, strict=True)
        if one is not None
    ]
