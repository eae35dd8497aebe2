"""Features of any size are brought to one size, and no equation changes."""

import pytest
import torch

from stages.networks.scale import Scale
from stages.networks.show_and_tell import ShowAndTell
from stages.networks.training import pack

torch.set_num_threads(1)


def vectors(size: float) -> torch.Tensor:
    return size * torch.randn(8, 4, 6, generator=torch.Generator().manual_seed(2)).abs()


@pytest.mark.parametrize("size", [0.01, 1.0, 40.0])
def test_the_root_mean_square_length_comes_to_one(size: float) -> None:
    scale = Scale()
    scale.fit(vectors(size))
    assert scale(vectors(size)).norm(dim=2).square().mean().item() == pytest.approx(1.0, rel=1e-5)


def test_vectors_of_zeros_and_a_scale_that_saw_nothing_are_left_alone() -> None:
    scale = Scale()
    assert torch.equal(scale(vectors(3.0)), vectors(3.0))
    scale.fit(torch.zeros(2, 3))
    assert torch.equal(scale(vectors(3.0)), vectors(3.0))


def network() -> ShowAndTell:
    torch.manual_seed(0)
    return ShowAndTell(15, 6, word=8, lstm=8, dropout=0.0)


def test_a_calibrated_captioner_learns_the_same_from_features_forty_times_as_large() -> None:
    sentences = pack([[(4, 5, 6)], [(7, 8)], *([[(9,)]] * 6)], longest=20)
    losses = []
    for size in (1.0, 40.0):
        net = network()
        net.calibrate((vectors(size),))
        optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
        for _ in range(3):
            loss = net.loss(net.unroll(net.encode((vectors(size),)), sentences), sentences)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_the_scale_is_saved_with_the_weights() -> None:
    net, other = network(), network()
    net.calibrate((vectors(5.0),))
    other.load_state_dict(net.state_dict())
    for mine, theirs in zip(net.encode((vectors(5.0),)), other.encode((vectors(5.0),)), strict=True):
        assert torch.equal(mine, theirs)
