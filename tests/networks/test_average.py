"""The average of a training's weights."""

from typing import Any

import pytest
import torch

from pipeline.stage import Runtime
from stages.networks.captioner import Captioner
from stages.networks.training import train
from tests.networks.small_training import lessons, network, options, weights


def test_the_average_of_all_steps_is_judged_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[list[torch.Tensor]] = []
    step = torch.optim.AdamW.step

    def noted(self: torch.optim.AdamW, closure: Any = None) -> Any:
        done = step(self, closure)
        walked.append([weight.detach().double() for weight in self.param_groups[0]["params"]])
        return done

    monkeypatch.setattr(torch.optim.AdamW, "step", noted)
    judged: list[list[torch.Tensor]] = []

    def judge(captioner: Captioner) -> float:
        assert not captioner.training
        judged.append(weights(captioner))
        return float(len(judged))

    net = network()
    train(net, lessons(), judge, options(epochs=2, average=0.3), Runtime(), "cpu")
    average = walked[0]
    for n, walk in enumerate(walked[1:], start=1):
        d = min(0.3, (1 + n) / (10 + n))
        average = [d * before + (1 - d) * now for before, now in zip(average, walk, strict=True)]
    assert len(walked) == 6
    for kept, last, expected in zip(net.parameters(), judged[-1], average, strict=True):
        torch.testing.assert_close(kept.double(), expected, atol=1e-6, rtol=0)
        torch.testing.assert_close(last.double(), expected, atol=1e-6, rtol=0)
