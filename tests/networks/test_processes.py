"""Two processes that train one network, against one that does it alone."""

import dataclasses
import os
from pathlib import Path

import pytest
import torch

from pipeline.errors import ProcessFailed
from pipeline.stage import Runtime
from pipeline.together import together
from stages.networks.captioner import Captioner
from stages.networks.options import CaptionerOptions
from stages.networks.processes import joined, rank
from stages.networks.training import train
from tests.networks.small_training import lessons, network, options, weights

CHOSEN = options(batch=3, accumulate=2, epochs=2, average=0.5)
"""Eleven photos: the last batch is of two, and one process has more sentences than the other."""


def learn(directory: Path, chosen: CaptionerOptions = CHOSEN) -> Captioner:
    """Train as one of a group; every process keeps its weights, and says that it judged."""

    def judge(captioner: Captioner) -> float:
        (directory / f"judged-{rank()}").touch()
        return 0.5

    net, runtime = network(dropout=0.0, seed=int(os.environ.get("RANK", "0"))), Runtime(scratch=directory)
    net.load_state_dict(network(dropout=0.0).state_dict())
    with joined("cpu"):
        log = train(net, lessons(), judge, chosen, runtime, "cpu")
        torch.save({"weights": weights(net), "log": [epoch.loss for epoch in log]}, directory / f"{rank()}.pt")
    return net


def learn_in_part(directory: Path) -> Captioner:
    """The same with decay, and one layer frozen."""
    net = network(dropout=0.0)
    next(net.parameters()).requires_grad_(False)
    chosen = dataclasses.replace(CHOSEN, weight_decay=0.5)
    with joined("cpu"):
        train(net, lessons(), None, chosen, Runtime(scratch=directory), "cpu")
        torch.save(weights(net), directory / f"{rank()}.pt")
    return net


def fail(directory: Path) -> None:
    """Leave the group in the middle of its work."""
    with joined("cpu"):
        if rank():
            os._exit(3)
        train(network(), lessons(), None, CHOSEN, Runtime(scratch=directory), "cpu")


def test_two_processes_learn_what_one_does(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    learn(tmp_path / "one")
    with together(2, learn, tmp_path / "two"):
        learn(tmp_path / "two")
    alone = torch.load(tmp_path / "one" / "0.pt")
    for process in (0, 1):
        shared = torch.load(tmp_path / "two" / f"{process}.pt")
        assert shared["log"] == pytest.approx(alone["log"], rel=1e-5)
        for mine, expected in zip(shared["weights"], alone["weights"], strict=True):
            torch.testing.assert_close(mine, expected, atol=1e-5, rtol=0)
    assert {file.name for file in (tmp_path / "two").iterdir()} == {"0.pt", "1.pt", "judged-0", "checkpoint.pt"}
    one, two = (torch.load(tmp_path / name / "checkpoint.pt") for name in ("one", "two"))
    assert [entry[:2] for entry in two["log"]] == [pytest.approx(entry[:2], rel=1e-5) for entry in one["log"]]


def test_what_is_frozen_does_not_decay_in_a_group(tmp_path: Path) -> None:
    with together(2, learn_in_part, tmp_path):
        learn_in_part(tmp_path)
    frozen = next(network(dropout=0.0).parameters())
    for process in (0, 1):
        assert torch.equal(torch.load(tmp_path / f"{process}.pt")[0], frozen)


def test_a_process_that_fails_ends_the_others(tmp_path: Path) -> None:
    before = dict(os.environ)
    with pytest.raises(ProcessFailed, match="1 of 2 processes"), together(2, fail, tmp_path):
        fail(tmp_path)
    assert not list(tmp_path.iterdir())
    assert dict(os.environ) == before
