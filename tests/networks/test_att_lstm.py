"""att-LSTM against the equations of Wu et al. 2016, written out in NumPy; with the photo, Yao et al. 2017."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from stages.networks.att_lstm import AttLstm
from stages.networks.captioner import Tensors
from tests.networks.captioner_laws import (
    Told,
    at_random,
    follows_its_equations,
    has_gradients_of_finite_differences,
    learns_by_heart,
    log_softmax,
    lstm,
    photos,
    unrolls_as_it_steps,
    weights,
)

SYMBOLS, CONCEPTS, CHANNELS, WORD, LSTM = 11, 3, 6, 5, 7


def network(image: bool, symbols: int = SYMBOLS, size: int = LSTM) -> AttLstm:
    return AttLstm(symbols, CONCEPTS, CHANNELS if image else 0, word=WORD, lstm=size, dropout=0.0)


def inputs(many: int, image: bool) -> Tensors:
    concepts = photos(many, channels=CONCEPTS, seed=6).mean(dim=1).sigmoid()
    return (concepts, photos(many)) if image else (concepts,)


def equations(net: AttLstm, words: Sequence[int], concepts: Any, a: Any = None) -> list[Told]:
    w = weights(net)
    before = [w["concepts_to_word.weight"] @ ((concepts - w["standardise.mean"]) * w["standardise.factor"])]
    if a is not None:
        cnn = (a.mean(axis=0) - w["standardise_photo.mean"]) * w["standardise_photo.factor"]
        before.append(w["photo_to_word.weight"] @ cnn)
    h, c, told = np.zeros(LSTM), np.zeros(LSTM), list[Told]()
    for x in [*before, *(w["embedding.weight"][word] for word in words)]:
        h, c = lstm(w["word_to_gates.weight"] @ x + w["state_to_gates.weight"] @ h + w["word_to_gates.bias"], c)
        told.append((log_softmax(w["state_to_symbols.weight"] @ h + w["state_to_symbols.bias"]), {}))
    return told[len(before) :]


@pytest.mark.parametrize("image", [False, True])
def test_every_step_follows_the_equations(image: bool) -> None:
    net, seen = network(image), inputs(3, image)
    at_random(net)
    net.calibrate(tuple(2 * part + 1 for part in inputs(5, image)))
    follows_its_equations(
        net, seen, lambda photo, words: equations(net, words, *(part[photo].double().numpy() for part in seen))
    )


@pytest.mark.parametrize("image", [False, True])
def test_saying_given_sentences_equals_stepping_through_them(image: bool) -> None:
    unrolls_as_it_steps(at_random(network(image)), inputs(3, image))


@pytest.mark.parametrize("image", [False, True])
def test_gradients_are_those_of_finite_differences(image: bool) -> None:
    has_gradients_of_finite_differences(at_random(network(image)), inputs(2, image))


def test_the_number_of_parameters_is_the_papers() -> None:
    v, a, d, e, n = SYMBOLS, CONCEPTS, CHANNELS, WORD, LSTM
    paper = e * a + v * e + 4 * n * (e + n + 1) + v * n + v  # W_ea, W_es, the gates, W_p
    assert sum(p.numel() for p in network(False).parameters()) == paper
    assert sum(p.numel() for p in network(True).parameters()) == paper + e * d


def test_it_learns_a_batch_by_heart_and_says_it() -> None:
    learns_by_heart(lambda: network(False, symbols=30, size=32), inputs(4, False), steps=100)
