"""NanoDet-g, a one-stage detector of COCO's 80 kinds of thing, small enough to come with the code.

The network (https://github.com/RangiLyu/nanodet, variant g) looks for things at every place of three grids, of 8, 16
and 32 pixels. At a place it gives 80 scores and, for each side of a box, a distribution over 11 distances (Generalized
Focal Loss: Li et al., NeurIPS 2020, equation 3). `weights/nanodet_g/README.md` says where the weights come from.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from pipeline.records import Array
from stages.vision.hog import resized

STRIDES = (8, 16, 32)
DISTANCES = 11
"""Distances from a place to a side of its box: 0 to 10 strides."""
_MEAN = np.array([103.53, 116.28, 123.675], dtype=np.float32)  # of blue, green and red in the photos it learned from
_DEVIATION = np.array([57.375, 57.12, 58.395], dtype=np.float32)


@cache
def names() -> tuple[str, ...]:
    """The names of the 80 kinds, in the order of the scores."""
    return tuple(_shipped("coco.names").decode("utf-8").split("\n")[:80])


def look(pixels: Array, size: int, least: float) -> tuple[Array, Array]:
    """The boxes of every place whose best score reaches `least`, overlapping as they are.

    Args:
        pixels: (height, width, 3) uint8 RGB.
        size: pixels the photo's long side is brought to, a multiple of 32.

    Returns:
        (n, 4) left, top, right, bottom in pixels of the photo, inside it; (n, 80) scores in [0, 1].
    """
    height, width = pixels.shape[:2]
    image, across, down = prepared(pixels, size)
    found = [decoded(head, stride, least) for head, stride in zip(_forward(image), STRIDES, strict=True)]
    boxes = np.concatenate([boxes for boxes, _ in found]) / [across, down, across, down]
    boxes = np.clip(boxes, 0, [width, height, width, height])
    inside = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    return boxes[inside], np.concatenate([scores for _, scores in found])[inside]


def prepared(pixels: Array, size: int) -> tuple[Array, float, float]:
    """The photo as the network wants it, and its scale across and down.

    Its long side becomes `size`; right of it and below it is black up to the next multiple of the coarsest stride.

    Returns:
        (1, 3, rows, columns) float32, blue first.
    """
    height, width = pixels.shape[:2]
    scale = size / max(height, width)
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    padded = np.zeros((_up(rows), _up(columns), 3), dtype=np.float32)
    padded[:rows, :columns] = resized(pixels, columns, rows)[:, :, ::-1]
    return ((padded - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None], columns / width, rows / height


def decoded(head: Array, stride: int, least: float) -> tuple[Array, Array]:
    """Boxes and scores of one grid: (80 + 4 x 11, rows, columns) -> (n, 4) in pixels of the network's image, (n, 80).

    A side lies as many strides from the middle of its place as its distribution over 0, 1, ..., 10 has for mean.
    """
    columns = head.shape[2]
    places = head.reshape(len(head), -1).T  # (places, 124)
    kinds = len(names())
    scores = 1 / (1 + np.exp(-np.clip(places[:, :kinds], -50, 50)))
    kept = np.flatnonzero(scores.max(axis=1) >= least)
    logits = places[kept, kinds:].reshape(len(kept), 4, DISTANCES).astype(np.float64)
    powers = np.exp(logits - logits.max(axis=2, keepdims=True))
    sides = (powers @ np.arange(DISTANCES)) / powers.sum(axis=2) * stride  # (n, 4)
    middles = np.stack([kept % columns, kept // columns], axis=1) * stride + (stride - 1) / 2  # (n, 2)
    return np.concatenate([middles - sides[:, :2], middles + sides[:, 2:]], axis=1), scores[kept]


def _forward(image: Array) -> list[Array]:
    """The three heads, fine to coarse, each (124, rows, columns)."""
    network = _network()
    network.setInput(np.ascontiguousarray(image))
    return [np.asarray(head[0]) for head in network.forward([f"stride{stride}" for stride in STRIDES])]


@cache
def _network() -> Any:
    import cv2

    return cv2.dnn.readNetFromONNX(np.frombuffer(_shipped("nanodet_g.onnx"), dtype=np.uint8))


def _shipped(name: str) -> bytes:
    return files("stages.vision").joinpath("weights", "nanodet_g", name).read_bytes()


def _up(side: int) -> int:
    return -(-side // STRIDES[-1]) * STRIDES[-1]
