"""The recurrent generator against the equations of Karpathy and Fei-Fei 2015, written out in NumPy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from stages.networks.neuraltalk import NeuralTalk
from tests.networks.captioner_laws import (
    Told,
    at_random,
    follows_its_equations,
    has_gradients_of_finite_differences,
    learns_by_heart,
    log_softmax,
    photos,
    unrolls_as_it_steps,
    weights,
)

SYMBOLS, CHANNELS, WORD, HIDDEN = 11, 6, 5, 7


def network(symbols: int = SYMBOLS, size: int = HIDDEN) -> NeuralTalk:
    return NeuralTalk(symbols, CHANNELS, word=WORD, hidden=size, dropout=0.0)


def equations(net: NeuralTalk, a: Any, words: Sequence[int]) -> list[Told]:
    w = weights(net)
    b_v = w["photo_to_state.weight"] @ ((a.mean(axis=0) - w["standardise.mean"]) * w["standardise.factor"])
    h, told = np.zeros(HIDDEN), list[Told]()
    for t, word in enumerate(words, 1):
        x = w["embedding.weight"][word]
        recurrent = w["state_to_state.weight"] @ h + w["word_to_state.bias"]
        h = np.maximum(w["word_to_state.weight"] @ x + recurrent + (t == 1) * b_v, 0)
        told.append((log_softmax(w["state_to_symbols.weight"] @ h + w["state_to_symbols.bias"]), {}))
    return told


def test_every_step_follows_the_equations() -> None:
    net, locations = network(), photos(3).double()  # rectified states grow: float32 has not five digits left of them
    at_random(net)
    net.calibrate((photos(5, seed=8) + 2,))
    follows_its_equations(
        net.double(), (locations,), lambda photo, words: equations(net, locations[photo].numpy(), words)
    )


def test_saying_given_sentences_equals_stepping_through_them() -> None:
    unrolls_as_it_steps(at_random(network()), (photos(3),))


def test_gradients_are_those_of_finite_differences() -> None:
    has_gradients_of_finite_differences(at_random(network()), (photos(2),))


def test_the_number_of_parameters_is_the_papers() -> None:
    v, d, e, n = SYMBOLS, CHANNELS, WORD, HIDDEN
    paper = n * d + v * e + n * e + n * n + n + v * n + v  # W_hi, words, W_hx, W_hh, b_h, W_oh, b_o
    assert sum(p.numel() for p in network().parameters()) == paper


def test_the_photo_is_seen_at_the_first_step_only() -> None:
    net = at_random(network())
    with torch.no_grad():
        memory = net.encode((photos(2),))
        first, _, _ = net.step(memory, net.start(memory), torch.tensor([4, 4]))
        later, _, _ = net.step(memory, (torch.zeros_like(memory[0]),), torch.tensor([4, 4]))
    assert not torch.allclose(first[0], first[1], atol=1e-3)
    torch.testing.assert_close(later[0], later[1])


def test_it_learns_a_batch_by_heart_and_says_it() -> None:
    learns_by_heart(lambda: network(symbols=30, size=32), (photos(4),), rate=0.01, steps=120)
