"""Training in fewer bits, here on a processor without units for them."""

import pytest
import torch

from pipeline.stage import Runtime
from stages.networks.adaptive import Adaptive
from stages.networks.captioner import Captioner
from stages.networks.hard_attention import HardAttention
from stages.networks.training import train
from tests.networks.small_training import lessons, network, options, weights


def adaptive() -> Captioner:
    torch.manual_seed(0)
    return Adaptive(15, 6, word=8, lstm=8, attention=8, dropout=0.5)


def hard() -> Captioner:
    torch.manual_seed(0)
    return HardAttention(15, 6, word=8, lstm=8, attention=8, dropout=0.5, reward=0.1, entropy=0.002)


@pytest.mark.parametrize("build", [network, adaptive, hard])
@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_fewer_bits_lead_about_where_all_of_them_do(precision: str, build: type[Captioner]) -> None:
    few, all_bits = build(), build()
    log = train(few, lessons(), None, options(precision=precision, epochs=3), Runtime(), "cpu")
    expected = train(all_bits, lessons(), None, options(epochs=3), Runtime(), "cpu")
    assert all(weight.dtype == torch.float32 for weight in weights(few))
    assert [epoch.loss for epoch in log] == pytest.approx([epoch.loss for epoch in expected], rel=0.03)
    assert any(not torch.equal(a, b) for a, b in zip(weights(few), weights(all_bits), strict=True))


def test_a_step_whose_gradient_overflowed_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network()
    before = weights(net)
    monkeypatch.setattr(net, "loss", lambda said, sentences: said.outputs.sum() * 1e30)
    train(net, lessons(), None, options(precision="fp16", epochs=1), Runtime(), "cpu")
    assert all(torch.equal(a, b) for a, b in zip(before, weights(net), strict=True))
