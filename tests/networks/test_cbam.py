"""CBAM against its equations in NumPy."""

import numpy as np
import pytest
import torch

from pipeline.records import Array
from stages.networks.cbam import Cbam

torch.set_num_threads(1)
CHANNELS, SIDE = 32, 5


def sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def by_the_paper(block: Cbam, maps: Array) -> Array:
    """(1)-(3) of one photo, (channels, rows, columns), place by place."""
    channel, spatial = block.gates
    w0, w1 = (layer.weight.detach().double().numpy() for layer in (channel.reduce, channel.expand))
    kernel = spatial.conv.weight.detach().double().numpy()[0]  # (2, 7, 7)
    mlp = [w1 @ np.maximum(w0 @ pooled, 0) for pooled in (maps.mean(axis=(1, 2)), maps.max(axis=(1, 2)))]
    first = sigmoid(mlp[0] + mlp[1])[:, None, None] * maps
    seen = np.pad(np.stack([first.mean(axis=0), first.max(axis=0)]), ((0, 0), (3, 3), (3, 3)))
    gate = np.array([[(seen[:, r : r + 7, c : c + 7] * kernel).sum() for c in range(SIDE)] for r in range(SIDE)])
    return sigmoid(gate) * first


@pytest.fixture
def maps() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(3, CHANNELS, SIDE, SIDE)).astype(np.float32))


def test_channels_come_first_and_then_places(maps: torch.Tensor) -> None:
    torch.manual_seed(0)
    block = Cbam(CHANNELS)
    expected = [by_the_paper(block, photo.double().numpy()) for photo in maps]
    np.testing.assert_allclose(block(maps).detach().numpy(), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("gates", "released_code", "count"),
    [
        ("both", False, 2 * 192 * 192 // 16 + 2 * 7 * 7),
        ("channel", False, 2 * 192 * 192 // 16),
        ("spatial", False, 2 * 7 * 7),
        ("none", False, 0),
        ("both", True, 2 * 192 * 192 // 16 + 192 + 192 // 16 + 2 * 7 * 7 + 2),
    ],
)
def test_it_has_as_many_parameters_as_the_paper_or_the_code(gates: str, released_code: bool, count: int) -> None:
    block = Cbam(192, gates, released_code=released_code)
    assert sum(parameter.numel() for parameter in block.parameters()) == count


@pytest.mark.parametrize("gates", ["both", "channel", "spatial", "none"])
@pytest.mark.parametrize("released_code", [False, True])
def test_from_identity_it_changes_nothing_but_learns(gates: str, released_code: bool, maps: torch.Tensor) -> None:
    block = Cbam(CHANNELS, gates, start="identity", released_code=released_code)
    torch.testing.assert_close(block(maps), maps, rtol=0, atol=0)
    if gates != "none":
        torch.autograd.backward(block(maps).square().sum())
        assert any(parameter.grad is not None and parameter.grad.abs().max() > 0 for parameter in block.parameters())


def test_random_gates_keep_about_half_each(maps: torch.Tensor) -> None:
    torch.manual_seed(0)
    share = (Cbam(CHANNELS)(maps) / maps).median().item()
    assert share == pytest.approx(0.25, abs=0.08)


def test_the_normalisation_of_the_code_is_that_of_its_settings() -> None:
    norm = Cbam(CHANNELS, released_code=True).gates[1].norm
    assert (norm.eps, norm.momentum) == (1e-5, 0.01)
