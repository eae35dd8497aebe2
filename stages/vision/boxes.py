"""Sets of boxes: non-maximum suppression, and detections matched to what is true."""

from collections.abc import Sequence

import numpy as np

from pipeline.geometry import iou, iou_matrix
from pipeline.records import Array, Detection

SAME = 0.5
"""Two boxes show the same thing from this IoU on (PASCAL VOC)."""


def by_confidence(detections: Sequence[Detection]) -> list[int]:
    """Their indices, the most confident first; equal scores keep their order."""
    return sorted(range(len(detections)), key=lambda place: -detections[place].score)


def whole_and_boxes(detections: Sequence[Detection]) -> list[int | None]:
    """What the rows of a photo's `regions` are of: the whole photo (None), then the detections `by_confidence`, perhaps
    more of them than rows."""
    return [None, *by_confidence(detections)]


def suppress(boxes: Array, scores: Array, most: float) -> Array:
    """Greedy non-maximum suppression: indices of the boxes kept, best first.

    A box goes when its IoU with a better one that was kept exceeds `most`. Equal scores keep their order.
    boxes: (n, 4), scores: (n,) -> (kept,)
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while order.size:
        best = int(order[0])
        kept.append(best)
        rest = order[1:]
        order = rest[iou_matrix(boxes[best : best + 1], boxes[rest])[0] <= most]
    return np.array(kept, dtype=np.int64)


def places(boxes: Array, kinds: Array, scores: Array, same: float) -> list[list[int]]:
    """Boxes of several kinds grouped by place, best first: in each group the best box, then the best of other kinds.

    A better box takes in every box whose IoU with it reaches `same`. Equal scores keep their order.
    boxes: (n, 4), kinds: (n,), scores: (n,) -> groups of indices; a box that repeats its kind is in none.
    """
    left = np.argsort(-scores, kind="stable")
    groups = []
    while len(left):
        taken = iou_matrix(boxes[left[:1]], boxes[left])[0] >= same
        taken[0] = True
        _, firsts = np.unique(kinds[left[taken]], return_index=True)  # the best of each kind
        groups.append(left[taken][np.sort(firsts)].tolist())
        left = left[~taken]
    return groups


def surest(detections: Sequence[Detection], least: float, most: int) -> list[int]:
    """Indices of the detections that score at least `least`, best first, the first `most` of them. Equal scores keep
    their order."""
    ranked = sorted(range(len(detections)), key=lambda index: -detections[index].score)
    return [index for index in ranked if detections[index].score >= least][:most]


def match(found: Sequence[Detection], true: Sequence[Detection], least: float = SAME) -> list[int | None]:
    """For each detection found, the index of the true one of the same label that it overlaps best.

    None where no IoU reaches `least`. Several detections may show the same true one.
    """
    if list(found) == list(true):
        return list(range(len(true)))
    matched: list[int | None] = []
    for detection in found:
        overlaps = [iou(detection.box, t.box) if t.label == detection.label else -1.0 for t in true]
        best = max(range(len(true)), key=overlaps.__getitem__, default=None)
        matched.append(best if best is not None and overlaps[best] >= least else None)
    return matched
