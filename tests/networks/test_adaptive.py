"""Adaptive and spatial attention against the equations of Lu et al. 2017, written out in NumPy."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pytest
import torch

from stages.networks.adaptive import Adaptive
from tests.networks.captioner_laws import (
    Told,
    at_random,
    follows_its_equations,
    has_gradients_of_finite_differences,
    learns_by_heart,
    log_softmax,
    lstm,
    photos,
    sigma,
    softmax,
    unrolls_as_it_steps,
    weights,
)

SYMBOLS, CHANNELS, WORD, LSTM, ATTENTION = 11, 6, 5, 7, 4
Variant = Literal["paper", "released_code"]
KINDS: tuple[tuple[Variant, bool], ...] = (
    ("paper", True),
    ("paper", False),
    ("released_code", True),
    ("released_code", False),
)


def network(variant: Variant = "paper", sentinel: bool = True, symbols: int = SYMBOLS, size: int = LSTM) -> Adaptive:
    return Adaptive(
        symbols,
        CHANNELS,
        word=WORD,
        lstm=size,
        attention=ATTENTION,
        dropout=0.0,
        sentinel=sentinel,
        variant=variant,
    )


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def equations(net: Adaptive, a: Any, words: Sequence[int]) -> list[Told]:
    """What is told after each of `words` for one photo; biases are zero where the variant has none."""
    w = weights(net)

    def linear(name: str, x: Any) -> Any:
        return w[f"{name}.weight"] @ x + w.get(f"{name}.bias", 0)

    def z(key: str, v: Any, query: Any) -> Any:
        return w["attention"] @ np.tanh(linear(key, v) + query)

    released, n = net.released, LSTM
    std = (a - w["standardise.mean"]) * w["standardise.factor"]
    v = [relu(linear("location", a_i)) for a_i in std]
    mean = (a.mean(axis=0) - w["standardise_mean.mean"]) * w["standardise_mean.factor"]
    v_g = relu(linear("whole", mean))
    h, m, told = np.zeros(n), np.zeros(n), []
    for word in words:
        w_t = w["embedding.weight"][word]
        x = np.concatenate([relu(w_t) if released else w_t, v_g])
        w_x = np.hstack([w["word_to_gates.weight"], w["whole_to_gates.weight"]])
        gates = w_x @ x + w["state_to_gates.weight"] @ h + w["whole_to_gates.bias"]
        h, m = lstm(gates[: 4 * n], m)
        asks = np.tanh(linear("shown", h)) if released else h
        query = linear("query", asks)
        z_t = np.array([z("location_key", v_i, query) for v_i in v])
        alpha = softmax(z_t)
        c = sum(alpha_i * v_i for alpha_i, v_i in zip(alpha, v, strict=True))
        evidence = {"weights": alpha}
        if net.sentinel:
            s = sigma(gates[4 * n :]) * np.tanh(m)
            s = relu(linear("own", s)) if released else s
            hat = softmax(np.append(z_t, z("sentinel_key", s, query)))
            evidence["sentinel"] = hat[-1]
            # attention over the k locations and the sentinel together, of which (11) is another spelling
            c = sum(share * item for share, item in zip(hat, [*v, s], strict=True))
        deep = c + asks
        deep = np.tanh(linear("deep", deep)) if released else deep
        told.append((log_softmax(linear("to_symbols", deep)), evidence))
    return told


@pytest.mark.parametrize(("variant", "sentinel"), KINDS)
def test_every_step_follows_the_equations(variant: Variant, sentinel: bool) -> None:
    net, locations = network(variant, sentinel), photos(3)
    at_random(net)
    net.calibrate((photos(5, seed=8) + 2,))
    follows_its_equations(
        net, (locations,), lambda photo, words: equations(net, locations[photo].double().numpy(), words)
    )


@pytest.mark.parametrize(("variant", "sentinel"), KINDS)
def test_saying_given_sentences_equals_stepping_through_them(variant: Variant, sentinel: bool) -> None:
    unrolls_as_it_steps(at_random(network(variant, sentinel)), (photos(3),))


@pytest.mark.parametrize(("variant", "sentinel"), KINDS)
def test_gradients_are_those_of_finite_differences(variant: Variant, sentinel: bool) -> None:
    has_gradients_of_finite_differences(at_random(network(variant, sentinel)), (photos(2),))


def test_the_number_of_parameters_is_the_papers() -> None:
    v, d, e, n, k = SYMBOLS, CHANNELS, WORD, LSTM, ATTENTION
    spatial = n * d + e * d  # W_a, W_b
    spatial += v * e + 4 * n * (2 * e + n + 1)  # word vectors, the LSTM of [w; v^g]
    spatial += 2 * k * n + k + v * n  # W_v, W_g, w_h, W_p
    sentinel = n * (2 * e + n + 1) + k * n  # (9) with its bias, W_s
    assert sum(p.numel() for p in network(sentinel=False).parameters()) == spatial
    assert sum(p.numel() for p in network().parameters()) == spatial + sentinel
    more = n + e + 2 * k + 2 * (n * n + n) + v  # biases, the layers of h and before W_p
    assert sum(p.numel() for p in network("released_code", False).parameters()) == spatial + more
    own = k + n * n + n
    assert sum(p.numel() for p in network("released_code").parameters()) == spatial + sentinel + more + own


@pytest.mark.parametrize(("variant", "sentinel"), KINDS[:3])
def test_it_learns_a_batch_by_heart_and_says_it(variant: Variant, sentinel: bool) -> None:
    learns_by_heart(lambda: network(variant, sentinel, symbols=30, size=32), (photos(4),))


def test_what_it_said_before_does_not_depend_on_where_it_looked() -> None:
    """(8) and (11) come after the LSTM: another W_v changes words, never the state."""
    net, locations = at_random(network()), photos(2)
    with torch.no_grad():
        _, before, _ = net.step(net.encode((locations,)), net.start(net.encode((locations,))), torch.tensor([4, 5]))
        torch.nn.init.normal_(net.get_parameter("location_key.weight"))
        _, after, _ = net.step(net.encode((locations,)), net.start(net.encode((locations,))), torch.tensor([4, 5]))
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))
