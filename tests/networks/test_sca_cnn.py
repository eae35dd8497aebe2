"""SCA-CNN against the equations of Chen et al. 2017, written out in NumPy."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pytest
import torch
from torch import nn

from stages.networks.sca_cnn import Modulation, Order, ScaCnn
from stages.resources.vocabulary import START
from tests.networks.captioner_laws import (
    Told,
    at_random,
    follows_its_equations,
    has_gradients_of_finite_differences,
    learns_by_heart,
    log_softmax,
    lstm,
    photos,
    softmax,
    unrolls_as_it_steps,
    weights,
)

SYMBOLS, WORD, LSTM, ATTENTION = 11, 5, 7, 4
WIDTHS = {1: (6, 8), 2: (6, 5, 8)}
Variant = Literal["paper", "released_code"]
KINDS: tuple[tuple[Variant, Order, int], ...] = (
    ("paper", "C-S", 1),
    ("paper", "C-S", 2),
    ("paper", "S-C", 1),
    ("released_code", "S-C", 2),
)


def network(
    variant: Variant = "paper", order: Order = "C-S", layers: int = 1, symbols: int = SYMBOLS, size: int = LSTM
) -> ScaCnn:
    """Over a tail of a head like the backbone's, with a 3 x 3 convolution before it where there are two layers."""
    torch.manual_seed(1)
    *before, last, features = WIDTHS[layers]
    tail: list[nn.Module] = [nn.Conv2d(width, last, 3, padding=1) for width in before]
    return ScaCnn(
        symbols,
        [*tail, nn.Sequential(nn.Conv2d(last, features, 1), nn.ReLU6())],
        WIDTHS[layers],
        word=WORD,
        lstm=size,
        attention=ATTENTION,
        dropout=0.0,
        order=order,
        fine_tune=True,
        variant=variant,
    )


def maps(many: int, seed: int = 5) -> torch.Tensor:
    return photos(many, seed=seed).view(many, 3, 3, 6)


def equations(net: ScaCnn, photo: Any, order: Order, words: Sequence[int]) -> list[Told]:
    """What is told after each of `words` for one photo (places, channels)."""
    w = weights(net)
    layers = len(net.tail)

    def linear(name: str, x: Any) -> Any:
        return w[f"{name}.weight"] @ x + w.get(f"{name}.bias", 0)

    def phi_c(at: str, v: Any, h: Any) -> Any:
        w_hc = w[f"{at}.query.weight"][:ATTENTION]
        b = [np.tanh(w[f"{at}.channel_key.weight"][:, 0] * v_c + w[f"{at}.channel_key.bias"] + w_hc @ h) for v_c in v]
        return softmax(np.array(b) @ w[f"{at}.channel_weight"])

    def phi_s(at: str, places: Any, h: Any) -> Any:
        w_hs = w[f"{at}.query.weight"][ATTENTION:]
        a = [np.tanh(linear(f"{at}.place_key", v_i) + w_hs @ h) for v_i in places]
        return softmax(np.array(a) @ w[f"{at}.place_weight"])

    def rest(layer: int, x: Any) -> Any:
        if layer == layers - 1:
            kernel = w[f"tail.{layer}.0.weight"][:, :, 0, 0]
            return np.clip(x @ kernel.T + w[f"tail.{layer}.0.bias"], 0, 6)
        kernel, padded = w[f"tail.{layer}.weight"], np.pad(x.reshape(3, 3, -1), ((1, 1), (1, 1), (0, 0)))
        windows = [padded[i : i + 3, j : j + 3] for i in range(3) for j in range(3)]
        return np.array([np.einsum("ocij,ijc->o", kernel, window) for window in windows]) + w[f"tail.{layer}.bias"]

    def pooled(x: Any) -> Any:
        mean = x.mean(axis=0)
        if net.released:
            return mean / np.linalg.norm(mean)
        return (mean - w["standardise.mean"]) * w["standardise.factor"]

    x = photo
    for layer in range(layers):
        x = rest(layer, x)
    h, c = np.split(np.tanh(linear("initial", pooled(x))), 2)
    told = []
    for word in words:
        e = np.zeros(WORD) if net.released and word == START else w["embedding.weight"][word]
        x = photo
        for layer in range(layers):
            at, (m, channels) = f"attend.{layer}", x.shape
            if order == "C-S":
                beta = phi_c(at, x.mean(axis=0), h)
                alpha = phi_s(at, channels * beta * x, h)
            else:
                alpha = phi_s(at, x, h)
                beta = phi_c(at, (m * alpha[:, None] * x).mean(axis=0), h)
            x = rest(layer, m * channels * alpha[:, None] * beta * x)
        gates = linear("word_to_gates", e) + linear("state_to_gates", h) + linear("seen_to_gates", pooled(x))
        h, c = lstm(gates, c)
        deep = e + linear("state_to_word", h)
        deep = np.tanh(deep) if net.released else deep
        told.append((log_softmax(linear("word_to_symbols", deep)), {"weights": alpha}))
    return told


@pytest.mark.parametrize(("variant", "order", "layers"), KINDS)
def test_every_step_follows_the_equations(variant: Variant, order: Order, layers: int) -> None:
    net, seen = network(variant, order, layers), maps(3)
    at_random(net)
    if variant == "paper":
        net.calibrate((maps(5, seed=8),))
        assert net.standardise.factor != 1
    places = seen.flatten(1, 2).double().numpy()
    follows_its_equations(net, (seen,), lambda photo, words: equations(net, places[photo], order, words))


@pytest.mark.parametrize(("variant", "order", "layers"), KINDS)
def test_saying_given_sentences_equals_stepping_through_them(variant: Variant, order: Order, layers: int) -> None:
    unrolls_as_it_steps(at_random(network(variant, order, layers)), (maps(3),))


@pytest.mark.parametrize(("variant", "order", "layers"), KINDS)
def test_gradients_are_those_of_finite_differences(variant: Variant, order: Order, layers: int) -> None:
    has_gradients_of_finite_differences(at_random(network(variant, order, layers)), (maps(2),))


def test_the_number_of_parameters_is_the_papers() -> None:
    v, e, n, k = SYMBOLS, WORD, LSTM, ATTENTION

    def attention(channels: int) -> int:
        return 2 * k + k + channels * k + k + 2 * k * n + k  # W_c, b_c, w_c; W_s, b_s; W_hc, W_hs; w_s

    head = 6 * 8 + 8
    rest = 2 * n * (8 + 1) + v * e + 4 * n * (e + n + 8 + 1) + e * n + v * e  # h_0 and c_0; E; the LSTM; L_h; L_o
    assert sum(p.numel() for p in network().parameters()) == attention(6) + head + rest
    block = 9 * 6 * 5 + 5
    two = attention(6) + attention(5) + block + (5 * 8 + 8) + rest
    assert sum(p.numel() for p in network(layers=2).parameters()) == two
    assert sum(p.numel() for p in network("released_code").parameters()) == attention(6) + head + rest + e + v


def test_it_learns_a_batch_by_heart_and_says_it() -> None:
    learns_by_heart(lambda: network(symbols=30, size=32), (maps(4),))


@pytest.mark.parametrize("order", ["C-S", "S-C"])
def test_even_weights_leave_the_maps_as_they_are(order: Order) -> None:
    attend, seen = Modulation(6, LSTM, ATTENTION, order), maps(2).flatten(1, 2)
    for weight in (attend.channel_weight, attend.place_weight):
        nn.init.zeros_(weight)
    with torch.no_grad():
        found, alpha, beta = attend(seen, attend.keys(seen), torch.randn(2, LSTM))
    torch.testing.assert_close(found, seen)
    torch.testing.assert_close((alpha, beta), (torch.full((2, 9), 1 / 9), torch.full((2, 6), 1 / 6)))


def test_the_evidence_of_a_sentence_names_its_heaviest_channels() -> None:
    net, seen = network(), maps(2)
    at_random(net)
    with torch.no_grad():
        memory = net.encode((seen,))
        _, _, why = net.step(memory, net.start(memory), torch.tensor([4, 5]))
        _, _, beta = net.attend[0](memory[0], memory[1], memory[2])
    told = why.take(torch.tensor([1, 0])).take(0)
    assert told.weights is not None
    assert told.weights.shape == (9,)
    order = np.argsort(-beta[1].numpy())[:5]
    assert [name for name, _ in told.terms] == [f"channel {place}" for place in order]
    np.testing.assert_allclose([float(share) for _, share in told.terms], beta[1].numpy()[order], rtol=1e-6)


def test_a_tail_that_is_not_tuned_stays_as_it_was() -> None:
    net = ScaCnn(SYMBOLS, [nn.Conv2d(6, 8, 1)], (6, 8), word=WORD, lstm=LSTM, attention=ATTENTION, dropout=0.0)
    learning = [name for name, weight in net.named_parameters() if weight.requires_grad]
    assert learning
    assert not any(name.startswith("tail") for name in learning)
    assert any(name.startswith("tail") for name in net.state_dict())
