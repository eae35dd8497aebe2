"""Training in fewer bits, here on a processor without units for them."""

import dataclasses

import pytest
import torch

from pipeline.errors import BadOption
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


def test_a_step_whose_gradient_overflowed_is_not_taken_and_a_training_without_any_is_no_success(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = network()
    before = weights(net)
    monkeypatch.setattr(net, "loss", lambda said, sentences: said.outputs.sum() * 1e30)
    with pytest.raises(BadOption, match=r"precision=fp16.*nothing was learned.*take precision=bf16"):
        train(net, lessons(), None, options(precision="fp16", epochs=1), Runtime(), "cpu")
    assert all(torch.equal(a, b) for a, b in zip(before, weights(net), strict=True))


@pytest.mark.parametrize("build", [network, adaptive, hard])
def test_large_features_are_learned_from_in_fp16(build: type[Captioner]) -> None:
    """An epoch later than in fp32: it takes some steps to find by how much the loss can be scaled."""
    some = lessons()
    large = [dataclasses.replace(scene, fields={"grid": scene.grid * 10}) for scene in some.scenes]
    taught = dataclasses.replace(some, scenes=large)
    few, all_bits = (
        train(build(), taught, None, options(precision=bits, epochs=6), Runtime(), "cpu") for bits in ("fp16", "fp32")
    )
    assert few[-1].loss == pytest.approx(all_bits[-1].loss, rel=0.1)
