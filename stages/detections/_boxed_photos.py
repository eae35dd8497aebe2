"""Annotated photos as arrays, for detectors to learn from."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.geometry import area, as_array
from pipeline.records import Array, Detection, Image


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo, its boxes, (boxes, 4) in pixels, and the index of each box's label, (boxes,)."""

    image: Image
    boxes: Array
    labels: Array


def usable_labels(
    photos: Iterable[Sequence[Detection]], kind: Literal["thing", "stuff"], least: int
) -> tuple[str, ...]:
    """The labels of a kind with at least `least` boxes, in alphabetical order."""
    counts = Counter(d.label for detections in photos for d in _real(detections) if d.kind == kind)
    return tuple(sorted(label for label, count in counts.items() if count >= least))


def with_things(image: Image, detections: Sequence[Detection], labels: Sequence[str]) -> Photo:
    """A photo with its things of the labels."""
    things = [d for d in _real(detections) if d.kind == "thing" and d.label in labels]
    return _photo(image, things, labels, "thing")


def with_stuff(image: Image, detections: Sequence[Detection], labels: Sequence[str]) -> Photo:
    """A photo with its regions of stuff, from the largest to the smallest, then its things.

    A later box lies on the earlier ones. All things, and stuff of no label, have the label "other": len(labels).
    """
    regions = sorted((d for d in _real(detections) if d.kind == "stuff"), key=lambda d: -area(d.box))
    return _photo(image, [*regions, *(d for d in _real(detections) if d.kind == "thing")], labels, "stuff")


def _real(detections: Sequence[Detection]) -> list[Detection]:
    return [detection for detection in detections if area(detection.box) > 0]


def _photo(
    image: Image, detections: Sequence[Detection], labels: Sequence[str], kind: Literal["thing", "stuff"]
) -> Photo:
    known = {label: index for index, label in enumerate(labels)}
    named = [known.get(d.label, len(labels)) if d.kind == kind else len(labels) for d in detections]
    return Photo(image, as_array([d.box for d in detections]), np.array(named, dtype=np.int64))
