"""What a captioner is fed while it learns."""

import pytest
import torch

from pipeline.stage import Runtime
from stages.networks.scheduled_sampling import unroll_sampled
from stages.networks.training import pack, train
from tests.networks.small_training import lessons, network, options, weights

SAID = [[tuple(4 + (place + turn) % 11 for turn in range(8)) for place in range(50)]]


def test_without_own_words_it_is_teacher_forcing() -> None:
    net = network().eval()
    inputs, sentences = lessons().batch([0, 1, 2, 3], "cpu")
    with torch.no_grad():
        memory = net.encode(inputs)
        said, fed = unroll_sampled(net, memory, sentences, 0.0)
        taught = net.unroll(memory, sentences)
    torch.testing.assert_close(said.outputs, taught.outputs, atol=1e-6, rtol=0)
    assert torch.equal(fed.inputs, sentences.inputs)


def test_own_words_come_from_what_the_step_before_made_probable() -> None:
    """A captioner that can say nothing but 9 hears 9 at every step but the first, at the share asked for."""
    net = network().eval()
    memory, sentences = net.encode(lessons().batch([0], "cpu")[0]), pack(SAID, longest=20)
    with torch.no_grad():
        net.get_parameter("word_to_symbols.weight").zero_()
        read = net.read_out
        net.read_out = lambda words, outputs: (
            read(words, outputs).index_fill(1, torch.arange(9), -1e9).index_fill(1, torch.arange(10, 15), -1e9)
        )
        torch.manual_seed(1)
        _, always = unroll_sampled(net, memory, sentences, 1.0)
        _, partly = unroll_sampled(net, memory, sentences, 0.3)
    first = sentences.active[0]
    assert torch.equal(always.inputs[:first], sentences.inputs[:first])
    assert set(always.inputs[first:].tolist()) == {9}
    assert torch.equal(always.targets, sentences.targets)
    other = sentences.inputs[first:] != 9
    heard = (partly.inputs[first:][other] != sentences.inputs[first:][other]).double().mean().item()
    assert heard == pytest.approx(0.3, abs=4 * (0.3 * 0.7 / int(other.sum())) ** 0.5)


def test_outputs_follow_from_the_words_that_were_fed() -> None:
    net = network().eval()
    inputs, sentences = lessons().batch([0, 1, 2, 3], "cpu")
    with torch.no_grad():
        memory = net.encode(inputs)
        torch.manual_seed(2)
        said, fed = unroll_sampled(net, memory, sentences, 1.0)
        forced = net.unroll(memory, fed)
    assert not torch.equal(fed.inputs, sentences.inputs)
    torch.testing.assert_close(said.outputs, forced.outputs, atol=1e-6, rtol=0)


def test_the_first_epoch_is_teacher_forcing_and_later_ones_differ() -> None:
    plain, scheduled = network(), network()
    taught = train(plain, lessons(), None, options(epochs=2), Runtime(), "cpu")
    heard = train(scheduled, lessons(), None, options(epochs=2, scheduled_sampling=0.9), Runtime(), "cpu")
    assert heard[0].loss == taught[0].loss
    assert heard[1].loss != taught[1].loss
    assert any(not torch.equal(a, b) for a, b in zip(weights(plain), weights(scheduled), strict=True))
