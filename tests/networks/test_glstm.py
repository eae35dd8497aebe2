"""The guided LSTM against the equations of Jia et al. 2015, written out in NumPy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from stages.networks.captioner import Tensors
from stages.networks.glstm import GLstm
from tests.networks.captioner_laws import (
    Told,
    at_random,
    follows_its_equations,
    has_gradients_of_finite_differences,
    learns_by_heart,
    log_softmax,
    photos,
    sigma,
    unrolls_as_it_steps,
    weights,
)

SYMBOLS, CHANNELS, GUIDANCE, WORD, LSTM = 11, 6, 3, 5, 7


def network(symbols: int = SYMBOLS, size: int = LSTM) -> GLstm:
    return GLstm(symbols, CHANNELS, GUIDANCE, word=WORD, lstm=size, dropout=0.0)


def inputs(many: int) -> Tensors:
    return photos(many), photos(many, channels=GUIDANCE, seed=6).mean(dim=1)


def equations(net: GLstm, a: Any, g: Any, words: Sequence[int]) -> list[Told]:
    """What is told after each of `words` for one photo; what would follow from the photo alone is discarded."""
    w = weights(net)
    g = (g - w["standardise_guidance.mean"]) * w["standardise_guidance.factor"]
    cnn = (a.mean(axis=0) - w["standardise.mean"]) * w["standardise.factor"]
    w_ix, w_fx, w_ox, w_cx = np.split(w["word_to_gates.weight"], 4)
    w_im, w_fm, w_om, w_cm = np.split(w["memory_to_gates.weight"], 4)
    w_iq, w_fq, w_oq, w_cq = np.split(w["guidance_to_gates.weight"], 4)
    c, m, told = np.zeros(LSTM), np.zeros(LSTM), list[Told]()
    for x in [w["photo_to_word.weight"] @ cnn, *(w["embedding.weight"][word] for word in words)]:
        i = sigma(w_ix @ x + w_im @ m + w_iq @ g)
        f = sigma(w_fx @ x + w_fm @ m + w_fq @ g)
        o = sigma(w_ox @ x + w_om @ m + w_oq @ g)
        c = f * c + i * np.tanh(w_cx @ x + w_cm @ m + w_cq @ g)
        m = o * c
        told.append((log_softmax(w["memory_to_symbols.weight"] @ m), {}))
    return told[1:]


def test_every_step_follows_the_equations() -> None:
    net, seen = network(), inputs(3)
    at_random(net)
    net.calibrate(tuple(2 * part + 1 for part in inputs(5)))
    follows_its_equations(
        net, seen, lambda photo, words: equations(net, *(part[photo].double().numpy() for part in seen), words)
    )


def test_saying_given_sentences_equals_stepping_through_them() -> None:
    unrolls_as_it_steps(at_random(network()), inputs(3))


def test_gradients_are_those_of_finite_differences() -> None:
    has_gradients_of_finite_differences(at_random(network()), inputs(2))


def test_the_number_of_parameters_is_the_papers() -> None:
    v, d, q, e, n = SYMBOLS, CHANNELS, GUIDANCE, WORD, LSTM
    paper = e * d + v * e + 4 * n * (e + n + q) + v * n  # W_img, W_e, the gates, W_p
    assert sum(p.numel() for p in network().parameters()) == paper


def test_the_candidate_is_guided_as_the_gates_are() -> None:
    """What enters three of the four maps only is another model."""
    net, seen = at_random(network()), inputs(1)
    with torch.no_grad():
        net.guidance_to_gates.weight[: 3 * LSTM] = 0
        one, other = (net.encode((seen[0], g)) for g in (seen[1], -seen[1]))
        state, word = net.start(one), torch.tensor([4])
        step = [net.step(memory, state, word)[0] for memory in (one, other)]
    assert not torch.allclose(step[0], step[1], atol=1e-3)


def test_it_learns_a_batch_by_heart_and_says_it() -> None:
    learns_by_heart(lambda: network(symbols=30, size=32), inputs(4), steps=120)
