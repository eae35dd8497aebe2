"""What a photo looks like to the classifiers: one vector for each view of it, and which photos look alike."""

from collections.abc import Sequence

import numpy as np

from pipeline.records import Array, Scene
from stages.language.synonyms import match

VIEWS = ("detections", "descriptors", "grid")
_DIGITS = 6  # of a cosine; what lies beyond hangs on the processor


def labels_of(scenes: Sequence[Scene]) -> tuple[str, ...]:
    """Every label that a detector gave, in alphabetical order."""
    return tuple(sorted({label for scene in scenes for item in scene.detections for label, _ in item.labels}))


def sight(scene: Scene, view: str, labels: Sequence[str]) -> Array:
    """One view of a photo as a vector of float32.

    Of detections: for each label its strongest response, and that response times the middle's place across and down
    and times the share of the photo that the box fills (Farhadi et al. 2010: confidence, place and size).
    """
    if view == "grid":
        return np.asarray(np.asarray(scene.grid, dtype=np.float32).mean(axis=0))
    if view == "descriptors":
        return np.asarray(scene.read("descriptors"), dtype=np.float32)
    found = np.zeros((len(labels), 4), dtype=np.float32)
    rows = {label: row for row, label in enumerate(labels)}
    for item in scene.detections:
        box, image = item.box, scene.image
        across, down = (box.left + box.right) / 2 / image.width, (box.top + box.bottom) / 2 / image.height
        filled = (box.right - box.left) * (box.bottom - box.top) / (image.width * image.height)
        for label, score in item.labels:
            if label in rows and score > found[rows[label], 0]:
                found[rows[label]] = score * np.array([1.0, across, down, filled])
    return found.ravel() if len(labels) else np.zeros(1, dtype=np.float32)


def responses(scene: Scene, names: Sequence[str]) -> Array:
    """The strongest response of a detector to each of some values, 0 where it knows none of the name: (names,)."""
    strongest = np.zeros(len(names))
    places: dict[str, list[int]] = {}  # a name may be an object, an action and a scene
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    for item in scene.detections:
        for label, score in item.labels:
            for place in places.get(match(label, names) or "", ()):
                strongest[place] = max(strongest[place], score)
    return strongest


def likeness(some: Array, others: Array) -> Array:
    """The cosines of directions: (some, others)."""
    return np.round(some @ others.T, _DIGITS)


def nearest(alike: Array, others: Array, count: int) -> Array:
    """The `count` photos that are most alike (photos,), nearest first, of those that are `others` (photos,)."""
    order = np.argsort(-alike, kind="stable")
    return np.asarray(order[others[order]][:count])
