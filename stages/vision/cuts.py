"""Maps from inside a backbone: what its early and middle blocks see, in finer grids than its last features.

efficientnet_lite0 has seven blocks; the maps after block i have CHANNELS[i] channels, one place every PIXELS[i] pixels.
What comes after a cut can be run again on maps that were changed: `tail(cut)` of maps as they were gives the features.
"""

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline.errors import BadData, BadOption
from pipeline.records import Array
from stages.vision.backbone import load, looks

if TYPE_CHECKING:
    from torch import Tensor, nn

NAME = "efficientnet_lite0"
CHANNELS = (16, 24, 40, 80, 112, 192, 320)
FEATURES = 1280
PIXELS = (2, 4, 8, 16, 16, 32, 32)


def maps(photos: Array, cuts: Sequence[int], device: str) -> "list[Tensor]":
    """The maps after each of the blocks `cuts`, counted from 0.

    Args:
        photos: (batch, height, width, 3) uint8 RGB, equally large.

    Returns:
        one (batch, channels, rows, columns) float32 tensor a cut, on the device.

    Raises:
        BadOption: for a block the backbone does not have.
    """
    import torch

    for cut in cuts:
        _check(cut)
    network: Any = load(NAME, device)
    seen: list[list[Tensor]] = [[] for _ in CHANNELS]
    with torch.inference_mode():
        for look in looks(NAME, photos, device):
            values = network.bn1(network.conv_stem(look))
            for place, block in enumerate(network.blocks[: max(cuts, default=-1) + 1]):
                values = block(values)
                if place in cuts:
                    seen[place].append(values)
    return [torch.cat(seen[cut]) for cut in cuts]


def tail(cut: int) -> "nn.Sequential":
    """The parts of the network after a cut: the blocks that are left, then the head that makes FEATURES maps.

    A copy of its own, in evaluation mode, batch normalisation folded into its convolutions, which have gradients asked
    for only where its user sets them.

    Raises:
        BadOption: for a block the backbone does not have.
    """
    from torch import nn

    _check(cut)
    network: Any = load(NAME, "cpu")
    blocks = network.blocks[cut + 1 :]
    return copy.deepcopy(nn.Sequential(*blocks, nn.Sequential(network.conv_head, network.bn2)))


def cut_of(channels: int) -> int:
    """The cut that gives maps of so many channels.

    Raises:
        BadData: where none does.
    """
    if channels not in CHANNELS:
        raise BadData(f"maps have {channels} channels, no cut of {NAME} does: use maps=cnn_maps")
    return CHANNELS.index(channels)


def _check(cut: int) -> None:
    if not 0 <= cut < len(CHANNELS):
        raise BadOption(f"cut={cut} should lie between 0 and {len(CHANNELS) - 1}, the blocks of {NAME}")
