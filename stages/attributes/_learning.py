"""What the attribute classifiers have in common: lessons in, probabilities of every attribute out."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from pipeline.errors import BadData
from pipeline.images import read
from pipeline.records import Array, AttributeScores, Scene, Scored
from pipeline.stage import Runtime
from stages.attributes._appearance import NAMES
from stages.attributes._features import described, emphasis, length
from stages.attributes._lessons import LearningConfig, Lessons
from stages.attributes._named_colours import by_name
from stages.attributes._unlabelled import UNKNOWN
from stages.language.attribute_kinds import may_be
from stages.vision.boxes import surest


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
    """Every attribute that they may have of the detections that the config admits, best first: learned ones by `score`,
    from looks (boxes, n) to probabilities (boxes, names), and `colours` by their names. Other detections have none."""
    chosen = [surest(scene.detections, config.least, config.most) for scene in scenes]
    photos = (
        (read(scene.image), [scene.detections[index].box for index in indices])
        for scene, indices in zip(scenes, chosen, strict=True)
        if indices
    )
    blocks = config.features if "names" in config.features or not colours else (*config.features, "names")
    looks = described(photos, blocks, runtime.device)
    rows = score(looks[:, : length(config.features)])
    if colours:
        start = length(blocks[: blocks.index("names")])
        rows = np.concatenate([rows, by_name(looks[:, start : start + NAMES], colours)], axis=1)
    told_of = iter(rows.tolist())
    everything: list[tuple[AttributeScores, ...]] = []
    for scene, indices in zip(scenes, chosen, strict=True):
        of = {
            index: _best_first(scene.detections[index].label, zip((*names, *colours), row, strict=True))
            for index, row in zip(indices, told_of, strict=False)
        }
        everything.append(tuple(of.get(index, AttributeScores(())) for index in range(len(scene.detections))))
    return everything


def _best_first(label: str, scores: Iterable[Scored]) -> AttributeScores:
    return AttributeScores(tuple(sorted((one for one in scores if may_be(label, one[0])), key=lambda one: -one[1])))
