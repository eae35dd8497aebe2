"""What holds of every captioner, whatever its equations: each test file calls these with its own network."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from stages.networks.captioner import Captioner, Sentences, Tensors, Unrolled
from stages.networks.search import Rules, beam, greedy
from stages.networks.training import pack
from stages.resources.vocabulary import START

torch.set_num_threads(1)


def sigma(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max())
    return e / e.sum()


def log_softmax(x: Any) -> Any:
    return np.log(softmax(x))


def lstm(gates: Any, c: Any) -> tuple[Any, Any]:
    """h and c of a standard cell with gates in the order i, f, o, g."""
    i, f, o, g = np.split(gates, 4)
    c = sigma(f) * c + sigma(i) * np.tanh(g)
    return sigma(o) * np.tanh(c), c


def weights(net: torch.nn.Module) -> dict[str, Any]:
    return {name: value.double().numpy() for name, value in net.state_dict().items()}


def at_random(net: Captioner) -> Captioner:
    """The network with weights large enough that every term of its equations matters, in evaluation mode."""
    torch.manual_seed(3)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.6)
    return net.eval()


def photos(many: int, locations: int = 9, channels: int = 6, seed: int = 5) -> torch.Tensor:
    return torch.randn(many, locations, channels, generator=torch.Generator().manual_seed(seed))


Told = tuple[Any, dict[str, Any]]
"""Of one word: log-probabilities, and evidence by name."""


def follows_its_equations(
    net: Captioner, inputs: Tensors, equations: Callable[[int, Sequence[int]], list[Told]]
) -> None:
    """Steps equal `equations(photo, words)` in NumPy to 1e-5: log-probabilities, "weights" and named terms."""
    words = [START, 4, 9, 4]
    many = len(inputs[0])
    expected = [equations(photo, words) for photo in range(many)]
    with torch.no_grad():
        memory = net.encode(inputs)
        state = net.start(memory)
        for step, word in enumerate(words):
            log_p, state, why = net.step(memory, state, torch.full((many,), word))
            told = {name: value.numpy() for name, value in why.terms}
            if why.weights is not None:
                told["weights"] = why.weights.numpy()
            for photo in range(many):
                right, evidence = expected[photo][step]
                np.testing.assert_allclose(log_p[photo].numpy(), right, atol=1e-5)
                assert told.keys() == evidence.keys()
                for name in evidence:
                    np.testing.assert_allclose(told[name][photo], evidence[name], atol=1e-5)


def unrolls_as_it_steps(net: Captioner, inputs: Tensors) -> None:
    """Teacher forcing of packed sentences equals saying each alone; beams of a photo share its memory. In double:
    scores of some forty nats have no fifth place in single."""
    net, inputs = net.double(), tuple(part.double() for part in inputs)
    captions: list[list[tuple[int, ...]]] = [[(4, 5, 6, 7, 8), (9,)], [(10, 4, 6)]]
    two = tuple(part[:2] for part in inputs)
    sentences = pack(captions, longest=20)
    with torch.no_grad():
        said = net.unroll(net.encode(two), sentences)
        log_p = told(net, said, sentences)
        order = [(0, captions[0][0]), (1, captions[1][0]), (0, captions[0][1])]  # longest first
        row = 0
        alone = [_stepped(net, tuple(part[photo : photo + 1] for part in two), ids) for photo, ids in order]
        for step, active in enumerate(sentences.active):
            for sentence in range(active):
                torch.testing.assert_close(log_p[row], alone[sentence][step], atol=1e-5, rtol=0)
                row += 1
        memory = net.encode(inputs)
        many = len(inputs[0])
        shared = tuple(part.repeat_interleave(2, dim=0) for part in net.start(memory))
        copied = tuple(part.repeat_interleave(2, dim=0) for part in memory)
        words = torch.arange(4, 4 + 2 * many) % 8
        together, _, _ = net.step(memory, shared, words)
        apart, _, _ = net.step(copied, shared, words)
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=0)


def told(net: Captioner, said: Unrolled, sentences: Sentences) -> torch.Tensor:
    """Log-probabilities (words, symbols) of what may stand in the place of each word."""
    photo = torch.cat([sentences.photo[:active] for active in sentences.active])  # (words,)
    memory = tuple(part[photo] for part in said.memory)
    return net.read_out(sentences.inputs, net.complete(memory, said.outputs))


def _stepped(net: Captioner, inputs: Tensors, ids: Sequence[int]) -> list[torch.Tensor]:
    memory = net.encode(inputs)
    state, found = net.start(memory), []
    for word in (START, *ids):
        log_p, state, _ = net.step(memory, state, torch.tensor([word]))
        found.append(log_p[0])
    return found


def has_gradients_of_finite_differences(net: Captioner, inputs: Tensors) -> None:
    """The largest entry of each parameter's gradient, in float64; every parameter matters to the loss."""
    net, two = net.double(), tuple(part[:2].double() for part in inputs)
    sentences = pack([[(4, 5)], [(6, 7, 8)]], longest=20)

    def loss() -> torch.Tensor:
        return net.loss(net.unroll(net.encode(two), sentences), sentences)

    torch.autograd.backward(loss())
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        place, step = parameter.grad.abs().flatten().argmax(), 1e-6
        assert parameter.grad.flatten()[place] != 0, name
        flat = parameter.data.view(-1)
        flat[place] += step
        above = loss().item()
        flat[place] -= 2 * step
        below = loss().item()
        flat[place] += step
        assert parameter.grad.flatten()[place].item() == pytest.approx((above - below) / (2 * step), rel=1e-4), name


def learns_by_heart(build: Callable[[], Captioner], inputs: Tensors, steps: int = 60, rate: float = 0.03) -> None:
    """Four sentences of 4 to 7 words, to under 0.1 nats a word, and then says them, greedily and with beams."""
    torch.manual_seed(0)
    net = build()
    net.calibrate(inputs)
    taught = [tuple(range(4 + k, 8 + 2 * k)) for k in range(4)]
    sentences = pack([[ids] for ids in taught], longest=20)
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(steps):
        loss = net.loss(net.unroll(net.encode(inputs), sentences), sentences)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
    with torch.no_grad():
        net.eval()
        memory = net.encode(inputs)
        said = net.unroll(memory, sentences)
        scores = net.read_out(sentences.inputs, said.outputs)
        surprise = -scores.gather(1, sentences.targets.unsqueeze(1)).mean().item()
        assert surprise < 0.1
        assert [one.symbols for one in greedy(net, memory, Rules(20))] == taught
        assert [best[0].symbols for best in beam(net, memory, Rules(20), 3)] == taught
