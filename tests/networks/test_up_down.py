"""Top-down attention against the equations of Anderson et al. 2018, written out in NumPy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from stages.networks.captioner import Tensors
from stages.networks.up_down import UpDown
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

SYMBOLS, CHANNELS, WORD, LSTM, ATTENTION = 11, 6, 5, 7, 4


def network(symbols: int = SYMBOLS, size: int = LSTM, regions: bool = False) -> UpDown:
    return UpDown(symbols, CHANNELS, word=WORD, lstm=size, attention=ATTENTION, dropout=0.0, regions=regions)


def unequal(many: int = 3) -> Tensors:
    """Photos with one region less each, and rubbish where there is none."""
    there = torch.ones(many, 9, 1)
    for photo in range(many):
        there[photo, 9 - photo :] = 0
    return torch.where(there > 0, photos(many), torch.full((), 50.0)), there


def equations(net: UpDown, v: Any, words: Sequence[int]) -> list[Told]:
    """What is told after each of `words` for the regions (regions, channels) of one photo."""
    w = weights(net)
    v = (v - w["standardise.mean"]) * w["standardise.factor"]
    first = np.hstack([w["states_to_first.weight"][:, :LSTM], w["mean_to_first.weight"], w["word_to_first.weight"]])
    second = np.hstack([w["seen_to_second.weight"], w["states_to_second.weight"][:, :LSTM]])
    h1, c1, h2, c2 = (np.zeros(LSTM) for _ in range(4))
    told: list[Told] = []
    for word in words:
        x1 = np.concatenate([h2, v.mean(axis=0), w["embedding.weight"][word]])
        recurrent = w["states_to_first.weight"][:, LSTM:] @ h1 + w["mean_to_first.bias"]
        h1, c1 = lstm(first @ x1 + recurrent, c1)
        a = [w["attention"] @ np.tanh(w["region_key.weight"] @ v_i + w["query.weight"] @ h1) for v_i in v]
        alpha = softmax(np.array(a))
        x2 = np.concatenate([alpha @ v, h1])
        recurrent = w["states_to_second.weight"][:, LSTM:] @ h2 + w["seen_to_second.bias"]
        h2, c2 = lstm(second @ x2 + recurrent, c2)
        told.append((log_softmax(w["to_symbols.weight"] @ h2 + w["to_symbols.bias"]), {"weights": alpha}))
    return told


def test_every_step_follows_the_equations() -> None:
    net, locations = network(), photos(3)
    at_random(net)
    net.calibrate((photos(5, seed=8) + 2,))
    follows_its_equations(
        net, (locations,), lambda photo, words: equations(net, locations[photo].double().numpy(), words)
    )


def test_regions_that_are_not_there_count_for_nothing() -> None:
    net, (regions, there) = network(regions=True), unequal()
    at_random(net)
    net.calibrate((regions, there))
    real = [regions[photo, : 9 - photo].double().numpy() for photo in range(3)]
    np.testing.assert_allclose(net.standardise.mean.numpy(), np.concatenate(real).mean(axis=0), atol=1e-5)

    def expected(photo: int, words: Sequence[int]) -> list[Told]:
        told = equations(net, real[photo], words)
        return [(log_p, {"weights": np.append(e["weights"], np.zeros(photo))}) for log_p, e in told]

    follows_its_equations(net, (regions, there), expected)


def test_saying_given_sentences_equals_stepping_through_them() -> None:
    unrolls_as_it_steps(at_random(network()), (photos(3),))
    unrolls_as_it_steps(at_random(network(regions=True)), unequal())


def test_gradients_are_those_of_finite_differences() -> None:
    has_gradients_of_finite_differences(at_random(network(regions=True)), unequal())


def test_the_number_of_parameters_is_the_papers() -> None:
    v, d, e, n, a = SYMBOLS, CHANNELS, WORD, LSTM, ATTENTION
    first, second = 4 * n * ((n + d + e) + n + 1), 4 * n * ((d + n) + n + 1)
    paper = v * e + first + a * d + a * n + a + second + v * n + v
    assert sum(p.numel() for p in network().parameters()) == paper


def test_it_learns_a_batch_by_heart_and_says_it() -> None:
    learns_by_heart(lambda: network(symbols=30, size=24), (photos(4),), steps=120)
