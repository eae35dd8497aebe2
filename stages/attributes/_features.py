"""What attribute classifiers look at: blocks of numbers about one box, chosen by name."""

from collections.abc import Callable, Iterable, Sequence

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


def described(photos: Iterable[tuple[Array, Sequence[Box]]], blocks: Sequence[str], device: str) -> Array:
    """The blocks of every box of some photos, (height, width, 3) uint8 RGB, one after another, photo after photo:
    (boxes, length(blocks)). The network looks at the boxes of all photos together: one alone takes twice the time."""
    each = [_looks(photo, boxes, blocks) for photo, boxes in photos]
    parts = {block: [look for looks in each for look in looks[block]] for block in blocks}
    if not any(parts.values()):
        return np.zeros((0, length(blocks)), dtype=np.float32)
    made = {block: _conv(part, device) if block == "conv" else np.stack(part) for block, part in parts.items()}
    return np.concatenate([made[block] for block in blocks], axis=1)


def _looks(photo: Array, boxes: Sequence[Box], blocks: Sequence[str]) -> dict[str, list[Array]]:
    """Each block of each box; for `conv`, what the network is to look at."""
    near = [pixels_of(photo, box) for box in boxes] if {"colour", "names"} & set(blocks) else []
    looks: dict[str, Callable[[], list[Array]]] = {
        "colour": lambda: [colour(pixels) for pixels in near],
        "texture": lambda: [texture(photo, box) for box in boxes],
        "names": lambda: [names(pixels) for pixels in near],
        "conv": lambda: [square(photo, box, SIDE) for box in boxes],
    }
    return {block: looks[block]() for block in blocks}


def _conv(squares: Sequence[Array], device: str) -> Array:
    """(boxes, CHANNELS): how strongly a network answers to boxes squashed to a square, on the whole."""
    from stages.networks.device import resolve
    from stages.vision.backbone import features

    return np.asarray(features(BACKBONE, np.stack(squares), resolve(device)).mean(dim=(2, 3)).cpu().numpy())
