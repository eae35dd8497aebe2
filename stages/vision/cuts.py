"""Maps from inside a backbone: what its early and middle blocks see, in finer grids than its last features.

efficientnet_lite0 has seven blocks; the maps after block i have CHANNELS[i] channels, one place every PIXELS[i] pixels.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import BadOption
from pipeline.records import Array
from stages.vision.backbone import load, scaling

if TYPE_CHECKING:
    from torch import Tensor

NAME = "efficientnet_lite0"
CHANNELS = (16, 24, 40, 80, 112, 192, 320)
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

    beyond = [cut for cut in cuts if not 0 <= cut < len(CHANNELS)]
    if beyond:
        raise BadOption(f"cut={beyond[0]} should lie between 0 and {len(CHANNELS) - 1}, the blocks of {NAME}")
    network: Any = load(NAME, device)
    mean, deviation = (torch.tensor(value, device=device).view(1, 3, 1, 1) for value in scaling(NAME))
    seen: dict[int, Tensor] = {}
    with torch.inference_mode():
        pixels = torch.from_numpy(np.ascontiguousarray(photos)).permute(0, 3, 1, 2).to(device).float()
        values = network.bn1(network.conv_stem((pixels - mean) / deviation))
        for place, block in enumerate(network.blocks[: max(cuts, default=-1) + 1]):
            values = block(values)
            seen[place] = values
    return [seen[cut] for cut in cuts]
