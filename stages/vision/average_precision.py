"""Average precision: one number for a ranking, and for a detector (Everingham et al. 2010, PASCAL VOC)."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.geometry import iou
from pipeline.records import Box, Detection

Found = tuple[float, bool]
"""The score of an answer and whether it is right."""


def average_precision(found: Sequence[Found], true: int) -> float:
    """Area under the precision-recall curve, precision made monotone first (VOC since 2010, all points).

    found: the answers, in any order; equal scores count as one step, so that their order does not matter.
    true: how many right answers exist, found or not. 0 where none exists.
    """
    if not found or not true:
        return 0.0
    scores = np.array([score for score, _ in found])
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum([found[index][1] for index in order])
    last = np.append(np.diff(scores[order]) != 0, True)  # the end of each run of equal scores
    recall = right[last] / true
    precision = right[last] / (np.flatnonzero(last) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * envelope))


def detection_precision(
    found: Sequence[Sequence[Detection]],
    true: Sequence[Sequence[Detection]],
    least: float = 0.5,
) -> Mapping[str, float]:
    """Average precision of every label that occurs in the truth.

    A detection counts once for each label it carries. Going from the best score down, it is right where the true box
    of that label it overlaps best has IoU >= `least` and was not found before.
    """
    labels = sorted({detection.label for photo in true for detection in photo})
    return {label: _of_label(found, true, label, least) for label in labels}


def _of_label(
    found: Sequence[Sequence[Detection]], true: Sequence[Sequence[Detection]], label: str, least: float
) -> float:
    wanted = [[detection.box for detection in photo if detection.label == label] for photo in true]
    answers = [
        (score, photo, detection.box)
        for photo, detections in enumerate(found)
        for detection in detections
        for name, score in detection.labels
        if name == label
    ]
    answers.sort(key=lambda answer: -answer[0])
    taken: set[tuple[int, int]] = set()
    judged: list[Found] = []
    for score, photo, box in answers:
        shown = _shown(box, wanted[photo], least)
        right = shown is not None and (photo, shown) not in taken
        if shown is not None:
            taken.add((photo, shown))
        judged.append((score, right))
    return average_precision(judged, sum(map(len, wanted)))


def _shown(box: Box, wanted: Sequence[Box], least: float) -> int | None:
    overlaps = [iou(box, other) for other in wanted]
    best = max(range(len(wanted)), key=overlaps.__getitem__, default=None)
    return best if best is not None and overlaps[best] >= least else None
