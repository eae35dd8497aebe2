"""Pointing and slots against the equations of Lu et al. 2018, written out in NumPy."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from stages.networks.captioner import Tensors
from stages.networks.neural_baby_talk import NeuralBabyTalk
from stages.networks.search import Rules, beam, greedy
from stages.networks.slots import Slots
from stages.networks.training import pack
from stages.resources.vocabulary import END, START, UNKNOWN, Vocabulary
from stages.resources.vocabulary import Config as VocabularyConfig
from tests.networks.captioner_laws import (
    Told,
    at_random,
    follows_its_equations,
    has_gradients_of_finite_differences,
    lstm,
    photos,
    sigma,
    softmax,
    told,
    unrolls_as_it_steps,
    weights,
)

SYMBOLS, CHANNELS, DIM, WORD, LSTM, ATTENTION, MEANING = 11, 6, 5, 4, 7, 3, 2
SLOTS = Slots(("cat", "dog"), ("cat", "dog", "puppy"), (0, 1, 1), (4, 5, 6, 7, UNKNOWN, 8))
"""Symbols 4 to 8 are cat, cats, dog, dogs and puppies; there is no puppy. 9 and 10 are other words."""
VECTORS = np.random.default_rng(2).normal(0, 0.3, size=(5, MEANING)).astype(np.float32)
FORMS = len(SLOTS.ids)


def network(size: int = LSTM, slots: Slots = SLOTS) -> NeuralBabyTalk:
    return NeuralBabyTalk(
        SYMBOLS, CHANNELS, DIM, slots, VECTORS, word=WORD, lstm=size, attention=ATTENTION, dropout=0.0
    )


def inputs(many: int = 3, kinds: Sequence[Sequence[float]] = ((1, 0, 1), (0, -1), (1, 1))) -> Tensors:
    """Photos with regions of these classes after the whole photo, sure but for the last, and rubbish where none is."""
    chance = torch.Generator().manual_seed(7)
    regions, about = torch.randn(many, 4, DIM, generator=chance), torch.rand(many, 4, 7, generator=chance)
    there = torch.zeros(many, 4, 1)
    about[:, :, 4:] = torch.tensor([0.9, -1, -1])
    for photo in range(many):
        here = kinds[photo % len(kinds)]
        there[photo, : 1 + len(here)] = 1
        for row, kind in enumerate(here, 1):
            score = 0.3 if row == len(here) else 0.4 + 0.1 * row
            about[photo, row, 4:] = torch.tensor([score, kind, 10 - row])
    return photos(many, channels=CHANNELS), torch.where(there > 0, regions, 50 + regions), there, about


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def equations(net: NeuralBabyTalk, seen: Sequence[Any], words: Sequence[int]) -> list[Told]:
    """What is told after each of `words` for one photo; symbols of its own among them are pointed at no more."""
    w, n = weights(net), LSTM
    grid, regions, there, about = seen

    def linear(name: str, x: Any) -> Any:
        return w[f"{name}.weight"] @ x + w.get(f"{name}.bias", 0)

    def fit(name: str, thing: Any, state: Any) -> Any:
        return w[f"{name}.weight"] @ np.tanh(linear(f"{name}.key", thing) + linear(f"{name}.query", state))

    def heads(v: Any, h: Any, name: str) -> Any:
        return relu(linear(f"filling.{name}_of_region", v) + linear(f"filling.{name}_of_state", h))

    real = [row for row in range(len(there)) if there[row, 0]]
    meanings = {-1: np.zeros(MEANING), 0: VECTORS[3], 1: VECTORS[4]}
    kinds = [int(about[row, 5]) for row in real]
    a = [relu(linear("location", (g - w["standardise.mean"]) * w["standardise.factor"])) for g in grid]
    v = []
    for row, kind in zip(real, kinds, strict=True):
        f = (regions[row] - w["standardise_regions.mean"]) * w["standardise_regions.factor"]
        v.append(relu(linear("region", np.concatenate([f, relu(linear("place", about[row, :5])), meanings[kind]]))))
    h1, c1, h2, c2 = (np.zeros(n) for _ in range(4))
    pointed: set[int] = set()
    told: list[Told] = []
    for symbol in words:
        word = symbol
        if symbol >= SYMBOLS:
            pointed.add((symbol - SYMBOLS) // FORMS)
            word = [4, 5, 6, 7, 8, 8][(symbol - SYMBOLS) % FORMS]
        gates = linear("word_to_first", w["embedding.weight"][word]) + linear("mean_to_first", np.mean(a, axis=0))
        h1, c1 = lstm(gates + linear("states_to_first", np.concatenate([h2, h1])), c1)
        alpha = softmax(np.array([fit("look", a_j, h1) for a_j in a]))
        weight = softmax(np.array([fit("look_at_regions", v_i, h1) for v_i in v]))
        gates = linear("seen_to_second", alpha @ np.array(a) + weight @ np.array(v))
        gates = gates + linear("states_to_second", np.concatenate([h1, h2]))
        h2, c2 = lstm(gates[: 4 * n], c2)
        s = sigma(gates[4 * n :]) * np.tanh(c2)
        sentinel = w["point.weight"] @ np.tanh(linear("sentinel_key", s) + linear("point.query", h2))
        may = [row for row in real if kinds[row] >= 0 and row not in pointed]
        pointer = softmax(np.array([sentinel, *(fit("point", v[row], h2) for row in may)]))
        p = np.zeros(SYMBOLS + len(there) * FORMS)
        p[:SYMBOLS] = pointer[0] * softmax(linear("to_symbols", h2))
        for row, share in zip(may, pointer[1:], strict=True):
            number = softmax(linear("filling.to_number", heads(v[row], h2, "number")))
            x = linear("filling.to_meaning", heads(v[row], h2, "word"))
            own = [place for place, kind in enumerate(SLOTS.belongs) if kind == kinds[row]]
            fine = softmax(np.array([VECTORS[place] @ x + w["filling.frequent"][place] for place in own]))
            for place, probable in zip(own, fine, strict=True):
                for b in range(2):
                    p[SYMBOLS + row * FORMS + 2 * place + b] = share * number[b] * probable
        assert p.sum() == pytest.approx(1)
        with np.errstate(divide="ignore"):
            told.append((np.log(p), {"weights": alpha, "sentinel": pointer[0]}))
    return told


def ready() -> NeuralBabyTalk:
    net = at_random(network())
    net.calibrate(tuple(part + 2 if place < 2 else part for place, part in enumerate(inputs(5))))
    return net


def of_photo(seen: Tensors, photo: int) -> list[Any]:
    return [part[photo].double().numpy() for part in seen]


def test_every_step_follows_the_equations() -> None:
    net, seen = ready(), inputs()
    follows_its_equations(net, seen, lambda photo, words: equations(net, of_photo(seen, photo), words))


def test_after_a_slot_its_word_is_heard_and_its_region_is_pointed_at_no_more() -> None:
    net, seen = ready(), inputs(1)
    words = [START, SYMBOLS + 1 * FORMS + 4, 9, SYMBOLS + 3 * FORMS + 2]  # a puppy (heard as puppies), ..., a dog
    expected = equations(net, of_photo(seen, 0), words)
    with torch.no_grad():
        memory = net.encode(seen)
        state = net.start(memory)
        for word, (right, _) in zip(words, expected, strict=True):
            log_p, state, _ = net.step(memory, state, torch.tensor([word]))
            np.testing.assert_allclose(log_p[0].numpy(), right, atol=1e-5)


def test_saying_given_sentences_equals_stepping_through_them() -> None:
    unrolls_as_it_steps(ready(), inputs())


def test_gradients_are_those_of_finite_differences() -> None:
    has_gradients_of_finite_differences(ready(), inputs(kinds=((0, 1, 1), (1, 1, 0))))


def test_the_loss_marginalises_over_the_sure_regions_of_a_words_class() -> None:
    """Photo 0: a sure dog (1), a sure cat (2) and an unsure dog; photo 2: a sure dog and an unsure one."""
    net, seen = ready(), inputs()
    said = [(0, (6, 9, 5)), (1, (6, 10)), (2, (8,))]  # dog . cats; dog is only a word here; puppies
    with torch.no_grad():
        sentences = pack([[ids] for _, ids in said], longest=20)
        found = net.loss(net.unroll(net.encode(seen), sentences), sentences).item()
    own = {(0, 6): (1, 2), (0, 5): (2, 1), (2, 8): (1, 5)}  # (photo, word): region, form
    total = 0.0
    for photo, ids in said:
        told = equations(net, of_photo(seen, photo), (START, *ids))
        for word, (log_p, _) in zip((*ids, END), told, strict=True):
            region, form = own.get((photo, word), (0, 0))
            total -= log_p[SYMBOLS + region * FORMS + form if region else word]
    assert found == pytest.approx(total / len(said), rel=1e-5)


def test_several_sure_regions_share_a_word() -> None:
    net, seen = ready(), inputs(1, kinds=((1, 1, 0),))
    sentences = pack([[(7,)]], longest=20)
    with torch.no_grad():
        found = net.loss(net.unroll(net.encode(seen), sentences), sentences).item()
    (first, _), (last, _) = equations(net, of_photo(seen, 0), (START, 7))
    dogs = np.exp([first[SYMBOLS + region * FORMS + 3] for region in (1, 2)])
    assert found == pytest.approx(-np.log(dogs.mean()) - last[END], rel=1e-5)


def test_the_number_of_parameters_is_the_papers() -> None:
    v, d, r, e, n, k, m = SYMBOLS, CHANNELS, DIM, WORD, LSTM, ATTENTION, MEANING
    sights = (d + 1) * n + 6 * e + (r + e + m + 1) * n  # a_j, W_l, W_r
    lstms = v * e + 4 * n * (n + n + e + n + 1) + 4 * n * (n + n + n + 1)
    looks = 3 * (2 * k * n + k)
    sentinel = n * (n + n + n + 1) + k * n  # its gate, W_s
    slots = 2 * (2 * n * n + n) + 2 * (n + 1) + m * n + 3  # f_b, f_g; W_b, W_g, b_g
    expected = sights + lstms + looks + sentinel + v * (n + 1) + slots
    assert sum(p.numel() for p in network().parameters()) == expected


def test_it_learns_a_batch_by_heart_and_points_at_what_it_names() -> None:
    torch.manual_seed(0)
    net, seen = network(size=24), inputs(3)
    net.calibrate(seen)
    taught = [(9, 6, 10, 4), (10, 5), (9, 9, 8)]  # a dog and a cat, cats, puppies
    sentences = pack([[ids] for ids in taught], longest=20)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.03)
    for _ in range(60):
        loss = net.loss(net.unroll(net.encode(seen), sentences), sentences)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
    vocabulary = known()
    words = [("on", "dog", "by", "cat"), ("by", "cats"), ("on", "on", "puppies")]
    detections = [(None, 9, None, 8), (None, 9), (None, None, 9)]  # regions 1, 2; 1; 1
    with torch.no_grad():
        memory = net.eval().encode(seen)
        for found in (greedy(net, memory, Rules(20)), [best[0] for best in beam(net, memory, Rules(20), 3)]):
            for photo, one in enumerate(found):
                assert net.spell(memory, photo, one.symbols, vocabulary) == words[photo]
                pointed = tuple(net.pointed(memory, photo, symbol) for symbol in one.symbols)
                assert pointed == detections[photo]


def known() -> Vocabulary:
    vocabulary = Vocabulary(VocabularyConfig())
    vocabulary.words_ = ("cat", "cats", "dog", "dogs", "puppies", "on", "by")
    return vocabulary


def test_symbols_are_heard_as_the_words_they_are_spelt_as() -> None:
    net, seen, vocabulary = ready(), inputs(1), known()
    memory = net.encode(seen)
    every = range(SYMBOLS + 4 * FORMS)
    for symbol, heard in zip(every, net.heard(torch.tensor(every)).tolist(), strict=True):
        puppy = symbol >= SYMBOLS and (symbol - SYMBOLS) % FORMS == 4
        (word,) = net.spell(memory, 0, (heard,), vocabulary)
        assert word == ("puppies" if puppy else net.spell(memory, 0, (symbol,), vocabulary)[0])
        assert heard < SYMBOLS


def test_two_boxes_of_a_class_say_no_word_twice_and_no_caption_twice() -> None:
    net, seen, vocabulary = ready(), inputs(6, kinds=((1, 1, 1), (0, 0), (1, 1))), known()
    with torch.no_grad():
        net.to_symbols.weight.zero_()  # so that boxes are spoken of
        memory = net.encode(seen)
        for photo, found in enumerate(beam(net, memory, Rules(5, stutter=False), 12, n_best=12)):
            said = [net.spell(memory, photo, one.symbols, vocabulary) for one in found]
            assert len(set(said)) == len(said)
            assert all(before != after for words in said for before, after in itertools.pairwise(words))
            slots = [sum(symbol >= SYMBOLS for symbol in one.symbols) for one in found]
            assert max(slots) > 1


def test_without_words_for_any_class_it_is_a_captioner_of_words_alone() -> None:
    net = network(slots=Slots(("zebra",), (), (), ()))
    seen = inputs(2, kinds=((0,), ()))
    sentences = pack([[(4, 5)], [(6,)]], longest=20)
    with torch.no_grad():
        memory = at_random(net).encode(seen)
        said = net.unroll(memory, sentences)
        scores = told(net, said, sentences)
        assert scores.shape == (5, SYMBOLS)
        np.testing.assert_allclose(scores.exp().sum(dim=1).numpy(), 1, atol=1e-5)
        assert net.loss(said, sentences).item() == pytest.approx(net.surprise(scores, sentences).item() / 2)
        assert all(one.symbols for one in greedy(net, memory, Rules(20)))


def test_in_training_a_region_may_be_pointed_at_again() -> None:
    net, seen = ready().train(), inputs(1, kinds=((1, 1),))
    with torch.no_grad():
        memory = net.encode(seen)
        dog = SYMBOLS + 1 * FORMS + 2
        log_p, _, _ = net.step(memory, net.start(memory), torch.tensor([dog]))
        assert log_p[0, dog].isfinite()
        log_p, _, _ = net.eval().step(memory, net.start(memory), torch.tensor([dog]))
        assert not log_p[0, dog].isfinite()
