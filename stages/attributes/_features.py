"""What attribute classifiers look at: blocks of numbers about one box, chosen by name."""

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.records import Array, Box
from stages.attributes._appearance import COLOUR, NAMES, TEXTURE, colour, names, pixels_of, square, texture

BACKBONE, CHANNELS, SIDE = "efficientnet_lite0", 1280, 112
"""The network of the block `conv`, its maps, and the side in pixels of the square a box is squashed to."""
BLOCKS = {"colour": COLOUR, "texture": TEXTURE, "names": NAMES, "conv": CHANNELS}
"""The blocks, each with its numbers: histograms over CIELAB; local binary patterns and edges; shares of the colours
that have a name; the mean of a network's last maps."""
EMPHASIS = {"names": 5.0}
"""How much more than 1 a standardised number of a block weighs: the few that tell colours would drown in the others."""


def length(blocks: Sequence[str]) -> int:
    """Numbers a box is described by."""
    return sum(BLOCKS[block] for block in blocks)


def emphasis(blocks: Sequence[str]) -> Array:
    """(length(blocks),) the weight of each number."""
    return np.concatenate([np.full(BLOCKS[block], EMPHASIS.get(block, 1.0)) for block in blocks])


def described(photo: Array, boxes: Sequence[Box], blocks: Sequence[str], device: str) -> Array:
    """The blocks of every box of a photo, (height, width, 3) uint8 RGB, one after another: (boxes, length(blocks))."""
    if not boxes:
        return np.zeros((0, length(blocks)), dtype=np.float32)
    near = [pixels_of(photo, box) for box in boxes] if {"colour", "names"} & set(blocks) else []
    looks: dict[str, Callable[[], Array]] = {
        "colour": lambda: np.stack([colour(pixels) for pixels in near]),
        "texture": lambda: np.stack([texture(photo, box) for box in boxes]),
        "names": lambda: np.stack([names(pixels) for pixels in near]),
        "conv": lambda: _conv(photo, boxes, device),
    }
    return np.concatenate([looks[block]() for block in blocks], axis=1)


def _conv(photo: Array, boxes: Sequence[Box], device: str) -> Array:
    """(boxes, CHANNELS): how strongly a network answers to the box squashed to a square, on the whole."""
    from stages.networks.device import resolve
    from stages.vision.backbone import features

    squares = np.stack([square(photo, box, SIDE) for box in boxes])
    return np.asarray(features(BACKBONE, squares, resolve(device)).mean(dim=(2, 3)).cpu().numpy())
