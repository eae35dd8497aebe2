"""What the attribute classifiers have in common: lessons in, probabilities of every attribute out."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from pipeline.errors import BadData
from pipeline.images import read
from pipeline.records import Array, AttributeScores, Scene
from pipeline.stage import Runtime
from stages.attributes._features import described, emphasis
from stages.attributes._lessons import LearningConfig, Lessons
from stages.attributes._named_colours import by_name
from stages.attributes._unlabelled import UNKNOWN


def standardised(lessons: Lessons, config: LearningConfig, stage: str) -> tuple[Array, Array, Array, Array]:
    """Means and spreads of the looks, then standardised looks and codes of the boxes that teach something.

    Raises:
        BadData: where nothing can be learned and colours are not told by their names either.
    """
    if not lessons.attributes and not config.mines:
        raise BadData(
            f"no attribute has {config.min_boxes} boxes in the training photos, so attributes={stage} cannot"
            " learn: choose a dataset that annotates detections and attributes, a smaller min_boxes, or labels=both"
        )
    teaching = (lessons.codes != UNKNOWN).any(axis=1)
    if not teaching.any():
        return np.zeros(lessons.seen.shape[1]), np.ones(lessons.seen.shape[1]), lessons.seen[:0], lessons.codes[:0]
    seen = lessons.seen[teaching]
    means, spreads = seen.mean(axis=0), np.maximum(seen.std(axis=0), 1e-3) / emphasis(config.features)
    return means, spreads, (seen - means) / spreads, lessons.codes[teaching]


def succession(count: int) -> float:
    """The log odds of what `count` boxes have and none is known to lack: (n + 1) / (n + 2), the rule of succession."""
    return float(np.log(count + 1))


def told(
    scenes: Sequence[Scene],
    config: LearningConfig,
    runtime: Runtime,
    names: Sequence[str],
    score: Callable[[Array], Array],
    colours: Sequence[str],
) -> list[tuple[AttributeScores, ...]]:
    """Every attribute of every detection, best first: learned ones by `score`, from looks (boxes, n) to probabilities
    (boxes, names), and `colours` by their names."""
    return [tuple(_of(scene, config, runtime, (*names, *colours), score, colours)) for scene in scenes]


def _of(
    scene: Scene,
    config: LearningConfig,
    runtime: Runtime,
    names: Sequence[str],
    score: Callable[[Array], Array],
    colours: Sequence[str],
) -> Iterator[AttributeScores]:
    boxes = [detection.box for detection in scene.detections]
    if not boxes:
        return
    photo = read(scene.image)
    rows = score(described(photo, boxes, config.features, runtime.device))
    if colours:
        rows = np.concatenate([rows, by_name(described(photo, boxes, ("names",), runtime.device), colours)], axis=1)
    for row in rows.tolist():
        yield AttributeScores(tuple(sorted(zip(names, row, strict=True), key=lambda named: -named[1])))
