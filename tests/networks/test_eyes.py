"""A backbone's end that learns with its captioner: what it sees, when it begins, how fast it goes."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from pipeline.stage import Runtime
from stages.networks.captioner import Captioner
from stages.networks.ensemble import Ensemble
from stages.networks.eyes import Eyes
from stages.networks.inputs import grid_inputs
from stages.networks.training import Lessons, train
from tests.networks import small_training
from tests.networks.small_training import KillAfter, Killed, options, scripted, weights


def lessons() -> Lessons:
    """The photos' grids as maps of two rows and two columns."""
    return dataclasses.replace(
        small_training.lessons(), gather=lambda scenes: (grid_inputs(scenes)[0].view(-1, 2, 2, 6),)
    )


def network(share: float = 1.0, first: int = 1) -> Captioner:
    net = small_training.network(dropout=0.0)
    net.eyes = Eyes(nn.Sequential(nn.Conv2d(6, 6, 1), nn.ReLU()), share, first)
    return net


def test_the_grid_is_the_tail_of_the_maps_row_by_row() -> None:
    net, maps = network(), torch.randn(3, 2, 2, 6)
    weight, bias = (net.state_dict()[f"eyes.tail.0.{name}"].numpy() for name in ("weight", "bias"))
    expected = np.maximum(maps.numpy().reshape(3, 4, 6) @ weight[:, :, 0, 0].T + bias, 0)
    (grid,) = net.see((maps,))
    np.testing.assert_allclose(grid.detach().numpy(), expected, atol=1e-6)
    both = Ensemble([net, net])
    torch.testing.assert_close(both.encode(both.see((maps,)))[0], net.encode((grid,))[0])


def test_it_stays_as_it_was_until_its_first_epoch() -> None:
    before = network(first=3).eyes
    for epochs, same in ((2, True), (3, False)):
        net = network(first=3)
        train(net, lessons(), None, options(epochs=epochs, weight_decay=0.1), Runtime(), "cpu")
        assert before is not None
        assert net.eyes is not None
        pairs = zip(before.parameters(), net.eyes.parameters(), strict=True)
        assert all(torch.equal(*pair) for pair in pairs) is same


def test_epochs_before_its_first_do_not_count_as_stale() -> None:
    """What was best before remains so; the backbone has all of `patience` to do better."""
    scores = [0.5, 0.4, 0.3, 0.2, 0.4, 0.4, 0.9]
    for first, epochs in ((1, 3), (2, 3), (4, 5), (5, 6)):
        net, best = network(first=first), network(first=first)
        log = train(net, lessons(), scripted(scores), options(epochs=7, patience=2), Runtime(), "cpu")
        assert len(log) == epochs
        train(best, lessons(), None, options(epochs=1), Runtime(), "cpu")
        assert all(map(torch.equal, weights(net), weights(best)))


@pytest.mark.parametrize("share", [1.0, 0.1])
def test_it_learns_at_its_share_of_the_rate(share: float) -> None:
    """Adam's first step moves a weight by the rate, whatever the gradient."""
    net, begun = network(share), network(share)
    train(net, lessons(), None, options(batch=12, epochs=1), Runtime(), "cpu")
    moved = {name: (value - begun.state_dict()[name]).abs().max().item() for name, value in net.state_dict().items()}
    assert moved["eyes.tail.0.weight"] == pytest.approx(0.01 * share, rel=1e-3)
    assert moved["word_to_symbols.weight"] == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize("killed_after", [1, 2, 4])
def test_a_run_that_was_killed_and_resumed_equals_one_that_was_not(tmp_path: Path, killed_after: int) -> None:
    verdicts, chosen = [0.1, 0.5, 0.3, 0.6, 0.2, 0.1], options(average=0.9, schedule="cosine")
    whole = network(0.5, first=3)
    expected = train(whole, lessons(), scripted(verdicts), chosen, Runtime(), "cpu")
    runtime = Runtime(scratch=tmp_path / "scratch")
    killed = dataclasses.replace(runtime, progress=KillAfter(killed_after))
    with pytest.raises(Killed):
        train(network(0.5, first=3), lessons(), scripted(verdicts), chosen, killed, "cpu")
    again = network(0.5, first=3)
    log = train(again, lessons(), scripted(verdicts[killed_after:]), chosen, runtime, "cpu")
    assert [epoch.loss for epoch in log] == [epoch.loss for epoch in expected]
    for resumed, uninterrupted in zip(weights(again), weights(whole), strict=True):
        assert torch.equal(resumed, uninterrupted)
