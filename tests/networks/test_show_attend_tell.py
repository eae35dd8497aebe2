"""Soft attention against the equations of Xu et al. 2015, written out in NumPy."""

from typing import Any, Literal

import numpy as np
import pytest
import torch

from stages.networks.captioner import Captioner
from stages.networks.show_attend_tell import ShowAttendTell
from stages.networks.training import pack
from stages.resources.vocabulary import START

torch.set_num_threads(1)
SYMBOLS, CHANNELS, WORD, LSTM, ATTENTION, LOCATIONS = 11, 6, 5, 7, 4, 9
Variant = Literal["paper", "released_code"]
Captions = list[list[tuple[int, ...]]]


def network(variant: Variant = "paper", dropout: float = 0.0, penalty: float = 1.0) -> ShowAttendTell:
    torch.manual_seed(3)
    built = ShowAttendTell(
        SYMBOLS, CHANNELS, word=WORD, lstm=LSTM, attention=ATTENTION, dropout=dropout, penalty=penalty, variant=variant
    )
    for parameter in built.parameters():
        torch.nn.init.normal_(parameter, std=0.6)
    return built.eval()


def photos(many: int) -> torch.Tensor:
    return torch.randn(many, LOCATIONS, CHANNELS, generator=torch.Generator().manual_seed(5))


def sigma(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max())
    return e / e.sum()


def equations(
    net: ShowAttendTell, a: Any, words: list[int], variant: Variant
) -> tuple[list[Any], list[Any], list[Any]]:
    """Log-probabilities, alpha and beta after each of `words`, for one photo, in float64."""
    w = {name: value.double().numpy() for name, value in net.state_dict().items()}
    n, released = LSTM, variant == "released_code"
    mean = a.mean(axis=0)
    if released:
        mean = np.maximum(w["initial_hidden.weight"] @ mean + w["initial_hidden.bias"], 0)
    h, c = np.split(np.tanh(w["initial.weight"] @ mean + w["initial.bias"]), 2)
    to_gates, w_h, w_beta = np.split(w["from_state.weight"], [4 * n, 4 * n + ATTENTION])
    b_gates, b_e, b_beta = np.split(w["from_state.bias"], [4 * n, 4 * n + ATTENTION])
    keys = [w["location_key.weight"] @ a_i for a_i in a]
    if released:
        keys = [np.tanh(w["location_key_deep.weight"] @ key + w["location_key_deep.bias"]) for key in keys]
    log_p, alphas, betas = [], [], []
    for word in words:
        y = w["embedding.weight"][word] * (0 if released and word == START else 1)
        e = np.array([w["attention"] @ np.tanh(key + w_h @ h + b_e) for key in keys])
        alpha, beta = softmax(e), sigma(w_beta[0] @ h + b_beta[0])
        z = beta * sum(alpha_i * a_i for alpha_i, a_i in zip(alpha, a, strict=True))
        i, f, o, g = np.split(
            w["word_to_gates.weight"] @ y + to_gates @ h + w["context_to_gates.weight"] @ z + b_gates, 4
        )
        c = sigma(f) * c + sigma(i) * np.tanh(g)
        h = sigma(o) * np.tanh(c)
        deep = y + w["state_to_word.weight"] @ h + w["context_to_word.weight"] @ z
        if released:
            deep = np.tanh(deep + w["state_to_word.bias"] + w["context_to_word.bias"])
        logits = w["word_to_symbols.weight"] @ deep + (w["word_to_symbols.bias"] if released else 0)
        log_p.append(np.log(softmax(logits)))
        alphas.append(alpha)
        betas.append(beta)
    return log_p, alphas, betas


def stepped(net: Captioner, locations: torch.Tensor, words: list[int]) -> tuple[list[Any], list[Any], list[Any]]:
    with torch.no_grad():
        memory = net.encode((locations,))
        state, out = net.start(memory), []
        for word in words:
            log_p, state, why = net.step(memory, state, torch.full((len(locations),), word))
            out.append(
                (log_p.numpy(), why.weights.numpy() if why.weights is not None else None, why.terms[0][1].numpy())
            )
    return tuple(map(list, zip(*out, strict=True)))  # type: ignore[return-value]


@pytest.mark.parametrize("variant", ["paper", "released_code"])
def test_every_step_follows_the_equations(variant: Variant) -> None:
    net, locations, words = network(variant), photos(3), [START, 4, 9, 4]
    ours = stepped(net, locations, words)
    for photo in range(3):
        expected = equations(net, locations[photo].double().numpy(), words, variant)
        for mine, right in zip(ours, expected, strict=True):
            for step in range(len(words)):
                np.testing.assert_allclose(mine[step][photo], right[step], atol=1e-5)


@pytest.mark.parametrize("variant", ["paper", "released_code"])
def test_the_loss_is_that_of_the_paper_or_of_the_program(variant: Variant) -> None:
    net, locations = network(variant, penalty=0.7), photos(2)
    captions: Captions = [[(4, 5, 6), (7,)], [(8, 9, 10, 4)]]
    sentences = pack(captions, longest=20)
    loss = net.loss(net.unroll(net.encode((locations,)), sentences), sentences).item()
    likelihood, missed = [], []
    for photo, group in enumerate(captions):
        for ids in group:
            log_p, alphas, _ = equations(net, locations[photo].double().numpy(), [START, *ids], variant)
            likelihood.append(-sum(p[target] for p, target in zip(log_p, [*ids, 2], strict=True)))
            missed.append((1 - np.sum(alphas, axis=0)) ** 2)
    penalty = np.sum(missed, axis=0).mean() if variant == "released_code" else np.mean([m.sum() for m in missed])
    assert loss == pytest.approx(np.mean(likelihood) + 0.7 * penalty, rel=1e-5)


def test_saying_given_sentences_equals_stepping_through_them() -> None:
    net, locations = network(), photos(2)
    captions: Captions = [[(4, 5, 6, 7, 8), (9,)], [(10, 4, 6)]]
    sentences = pack(captions, longest=20)
    with torch.no_grad():
        said = net.unroll(net.encode((locations,)), sentences)
        log_p = net.read_out(sentences.inputs, said.outputs)
    row = 0
    for step, active in enumerate(sentences.active):
        for sentence in range(active):
            photo = int(sentences.photo[sentence])
            ids = sorted(captions[0] + captions[1], key=len, reverse=True)[sentence]
            expected, *_ = stepped(net, locations[photo : photo + 1], [START, *ids][: step + 1])
            np.testing.assert_allclose(log_p[row].numpy(), expected[step][0], atol=1e-5)
            row += 1
    assert row == len(sentences.targets)


def test_sentences_of_a_photo_share_its_memory() -> None:
    net, locations = network(), photos(3)
    with torch.no_grad():
        memory = net.encode((locations,))
        shared = tuple(part.repeat_interleave(2, dim=0) for part in net.start(memory))
        copied = tuple(part.repeat_interleave(2, dim=0) for part in memory)
        words = torch.tensor([4, 5, 6, 7, 8, 9])
        together, _, _ = net.step(memory, shared, words)
        apart, _, _ = net.step(copied, net.start(copied), words)
    torch.testing.assert_close(together, apart, atol=1e-6, rtol=0)


def test_the_number_of_parameters_is_the_papers() -> None:
    v, d, m, n, a = SYMBOLS, CHANNELS, WORD, LSTM, ATTENTION
    embedding, initial = v * m, 2 * (d * n + n)
    attention = d * a + n * a + a + a  # W_a, W_h, b, w
    selector = n + 1
    lstm = 4 * n * (m + n + d + 1)  # T of (1)
    deep_output = m * n + m * d + v * m  # L_h, L_z, L_o
    paper = embedding + initial + attention + selector + lstm + deep_output
    assert sum(p.numel() for p in network().parameters()) == paper
    released = paper + d * d + d + a * a + a + m + m + v
    assert sum(p.numel() for p in network("released_code").parameters()) == released


def test_it_learns_a_batch_by_heart() -> None:
    torch.manual_seed(0)
    net = ShowAttendTell(30, CHANNELS, word=16, lstm=32, attention=16, dropout=0.0, penalty=0.0)
    locations, sentences = photos(4), pack([[tuple(range(4 + k, 12 + 2 * k))] for k in range(4)], longest=20)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.03)
    for _ in range(80):
        loss = net.loss(net.unroll(net.encode((locations,)), sentences), sentences)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    assert loss.item() / 10 < 0.01  # nats a word


def test_gradients_are_those_of_finite_differences() -> None:
    net, locations = network().double(), photos(2).double()
    sentences = pack([[(4, 5)], [(6, 7, 8)]], longest=20)

    def loss() -> torch.Tensor:
        return net.loss(net.unroll(net.encode((locations,)), sentences), sentences)

    torch.autograd.backward(loss())
    for parameter in (net.attention, net.location_key.weight, net.from_state.weight, net.initial.weight):
        assert parameter.grad is not None
        place, step = parameter.grad.abs().flatten().argmax(), 1e-6
        flat = parameter.data.view(-1)
        flat[place] += step
        above = loss().item()
        flat[place] -= 2 * step
        below = loss().item()
        flat[place] += step
        assert parameter.grad.flatten()[place].item() == pytest.approx((above - below) / (2 * step), rel=1e-4)
