"""Features of any size are brought to one size, and the model can say the same as before."""

import pytest
import torch

from stages.networks.show_and_tell import ShowAndTell
from stages.networks.standardise import LENGTH, Standard
from stages.networks.training import pack

torch.set_num_threads(1)


def vectors(size: float) -> torch.Tensor:
    return size * torch.randn(8, 4, 6, generator=torch.Generator().manual_seed(2)).abs()


@pytest.mark.parametrize("size", [0.01, 1.0, 40.0])
def test_the_mean_comes_to_zero_and_the_root_mean_square_length_to_one_number(size: float) -> None:
    standard, seen = Standard(6), vectors(size).mean(dim=1)
    standard.fit(seen)
    assert standard(seen).mean(dim=0).abs().max().item() < 1e-5
    assert standard(seen).norm(dim=1).square().mean().item() == pytest.approx(LENGTH**2, rel=1e-5)


def test_before_it_saw_anything_vectors_are_left_alone() -> None:
    assert torch.equal(Standard(6)(vectors(3.0)), vectors(3.0))


@pytest.mark.parametrize("value", [0.0, 0.1, 7.3])
def test_vectors_that_are_all_alike_become_zero_and_nothing_is_divided_by_zero(value: float) -> None:
    standard = Standard(3)
    standard.fit(torch.full((7, 3), value))
    assert standard.factor.item() == 1.0
    assert standard(torch.full((7, 3), value)).abs().max().item() < 1e-5


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


def test_what_features_are_standardised_by_is_saved_with_the_weights() -> None:
    net, other = network(), network()
    net.calibrate((vectors(5.0),))
    other.load_state_dict(net.state_dict())
    for mine, theirs in zip(net.encode((vectors(5.0),)), other.encode((vectors(5.0),)), strict=True):
        assert torch.equal(mine, theirs)
