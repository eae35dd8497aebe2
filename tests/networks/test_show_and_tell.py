"""The image caption generator against the equations of Vinyals et al. 2015, written out in NumPy."""

from typing import Any, Literal

import numpy as np
import pytest
import torch

from stages.networks.search import Rules, beam, greedy
from stages.networks.show_and_tell import ShowAndTell
from stages.networks.training import pack
from stages.resources.vocabulary import END, START

torch.set_num_threads(1)
SYMBOLS, CHANNELS, WORD, LSTM, LOCATIONS = 11, 6, 5, 7, 4
Variant = Literal["paper", "standard_lstm"]
VARIANTS: tuple[Variant, ...] = ("paper", "standard_lstm")


def network(variant: Variant = "paper", dropout: float = 0.0) -> ShowAndTell:
    torch.manual_seed(3)
    built = ShowAndTell(SYMBOLS, CHANNELS, word=WORD, lstm=LSTM, dropout=dropout, variant=variant)
    for parameter in built.parameters():
        torch.nn.init.normal_(parameter, std=0.6)
    return built.eval()


def photos(many: int) -> torch.Tensor:
    return torch.randn(many, LOCATIONS, CHANNELS, generator=torch.Generator().manual_seed(5))


def sigma(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def equations(net: ShowAndTell, locations: torch.Tensor, words: list[int], variant: Variant) -> list[Any]:
    """Log-probabilities after each of `words`, for one photo, in float64."""
    w = {name: value.double().numpy() for name, value in net.state_dict().items()}
    w_ix, w_fx, w_ox, w_cx = np.split(w["word_to_gates.weight"], 4)
    w_im, w_fm, w_om, w_cm = np.split(w["memory_to_gates.weight"], 4)
    b_i, b_f, b_o, b_c = np.split(w.get("word_to_gates.bias", np.zeros(4 * LSTM)), 4)
    c, m, log_p = np.zeros(LSTM), np.zeros(LSTM), []
    cnn = locations.double().numpy().mean(axis=0)
    for x in [w["photo_to_word.weight"] @ cnn, *(w["embedding.weight"][word] for word in words)]:
        i = sigma(w_ix @ x + w_im @ m + b_i)
        f = sigma(w_fx @ x + w_fm @ m + b_f)
        o = sigma(w_ox @ x + w_om @ m + b_o)
        c = f * c + i * np.tanh(w_cx @ x + w_cm @ m + b_c)
        m = o * (np.tanh(c) if variant == "standard_lstm" else c)
        logits = w["memory_to_symbols.weight"] @ m + w.get("memory_to_symbols.bias", 0)
        log_p.append(logits - np.log(np.exp(logits).sum()))
    return log_p[1:]  # what is predicted from the photo alone is discarded


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_step_follows_the_equations(variant: Variant) -> None:
    net, locations, words = network(variant), photos(3), [START, 4, 9, 4]
    with torch.no_grad():
        memory = net.encode((locations,))
        state = net.start(memory)
        for place in range(len(words)):
            log_p, state, _ = net.step(memory, state, torch.full((3,), words[place]))
            for photo in range(3):
                expected = equations(net, locations[photo], words, variant)[place]
                np.testing.assert_allclose(log_p[photo].numpy(), expected, atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_whole_sentences_follow_the_equations_and_so_does_their_loss(variant: Variant) -> None:
    net, locations = network(variant), photos(2)
    captions: list[list[tuple[int, ...]]] = [[(4, 5, 6, 7, 8), (9,)], [(10, 4, 6)]]
    sentences = pack(captions, longest=20)
    with torch.no_grad():
        said = net.unroll(net.encode((locations,)), sentences)
        log_p = net.read_out(sentences.inputs, said.outputs)
        loss = net.loss(said, sentences).item()
    order = [(0, captions[0][0]), (1, captions[1][0]), (0, captions[0][1])]  # longest first
    expected = [equations(net, locations[photo], [START, *ids], variant) for photo, ids in order]
    packed = [expected[row][step] for step, active in enumerate(sentences.active) for row in range(active)]
    np.testing.assert_allclose(log_p.numpy(), packed, atol=1e-5)
    surprise = [
        -sum(p[target] for p, target in zip(steps, [*ids, END], strict=True))
        for (_, ids), steps in zip(order, expected, strict=True)
    ]
    assert loss == pytest.approx(np.mean(surprise), rel=1e-5)


def test_the_paper_leaves_the_memory_unbounded() -> None:
    net = network()
    with torch.no_grad():
        state = net.start(net.encode((50 * photos(1),)))
        for word in (4,) * 40:
            _, state, _ = net.step((), state, torch.tensor([word]))
    standard = network("standard_lstm")
    with torch.no_grad():
        bounded = standard.start(standard.encode((50 * photos(1),)))
        for word in (4,) * 40:
            _, bounded, _ = standard.step((), bounded, torch.tensor([word]))
    assert state[0].abs().max() > 1
    assert bounded[0].abs().max() <= 1


def test_the_number_of_parameters_is_the_papers() -> None:
    v, d, e, n = SYMBOLS, CHANNELS, WORD, LSTM
    paper = e * d + v * e + 4 * n * (e + n) + v * n  # W_img, W_e, the gates, W_p
    assert sum(p.numel() for p in network().parameters()) == paper
    assert sum(p.numel() for p in network("standard_lstm").parameters()) == paper + 4 * n + v


def test_only_the_mean_of_the_grid_matters_and_dropout_only_in_training() -> None:
    net, locations = network(dropout=0.5), photos(2)
    flat = locations.mean(dim=1, keepdim=True)
    with torch.no_grad():
        for ours, theirs in zip(net.encode((locations,)), net.encode((flat,)), strict=True):
            torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=0)
        net.train()
        assert not torch.equal(net.encode((locations,))[0], net.encode((locations,))[0])


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_learns_a_batch_by_heart_and_says_it(variant: Variant) -> None:
    torch.manual_seed(0)
    net = ShowAndTell(30, CHANNELS, word=16, lstm=32, dropout=0.0, variant=variant)
    taught = [tuple(range(4 + k, 12 + 2 * k)) for k in range(4)]
    locations, sentences = photos(4), pack([[ids] for ids in taught], longest=20)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.03)
    for _ in range(160):
        loss = net.loss(net.unroll(net.encode((locations,)), sentences), sentences)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    assert loss.item() / 10 < 0.01  # nats a word
    with torch.no_grad():
        memory = net.eval().encode((locations,))
        assert [one.symbols for one in greedy(net, memory, Rules(20))] == taught
        assert [best[0].symbols for best in beam(net, memory, Rules(20), 3)] == taught


def test_gradients_are_those_of_finite_differences() -> None:
    net, locations = network().double(), photos(2).double()
    sentences = pack([[(4, 5)], [(6, 7, 8)]], longest=20)

    def loss() -> torch.Tensor:
        return net.loss(net.unroll(net.encode((locations,)), sentences), sentences)

    torch.autograd.backward(loss())
    for parameter in net.parameters():
        assert parameter.grad is not None
        place, step = parameter.grad.abs().flatten().argmax(), 1e-6
        flat = parameter.data.view(-1)
        flat[place] += step
        above = loss().item()
        flat[place] -= 2 * step
        below = loss().item()
        flat[place] += step
        assert parameter.grad.flatten()[place].item() == pytest.approx((above - below) / (2 * step), rel=1e-4)
