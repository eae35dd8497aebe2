"""Hard attention against the equations of Xu et al. 2015: looks written out in NumPy, the gradient by enumeration."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from stages.networks.captioner import StepEvidence
from stages.networks.hard_attention import HardAttention
from stages.networks.search import Rules
from stages.networks.self_critical import spoken, surrogate
from stages.networks.training import pack
from stages.resources.vocabulary import END, START
from tests.networks.captioner_laws import (
    Told,
    at_random,
    follows_its_equations,
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


def network(symbols: int = SYMBOLS, size: int = LSTM, **options: Any) -> HardAttention:
    settings: dict[str, Any] = {"dropout": 0.0, "reward": 0.1, "entropy": 0.002, **options}
    return HardAttention(symbols, CHANNELS, word=WORD, lstm=size, attention=ATTENTION, **settings)


def equations(w: dict[str, Any], a: Any, words: Sequence[int], looks: Sequence[int] | None = None) -> list[Told]:
    """What is told after each of `words` for one photo that looks at `looks`, or where it is most probable."""
    n = LSTM
    h, c = np.split(np.tanh(w["initial.weight"] @ a.mean(axis=0) + w["initial.bias"]), 2)
    to_gates, w_h, w_beta = np.split(w["from_state.weight"], [4 * n, 4 * n + ATTENTION])
    b_gates, b_e, b_beta = np.split(w["from_state.bias"], [4 * n, 4 * n + ATTENTION])
    told: list[Told] = []
    for step, word in enumerate(words):
        y = w["embedding.weight"][word]
        e = np.array([w["attention"] @ np.tanh(w["location_key.weight"] @ a_i + w_h @ h + b_e) for a_i in a])
        alpha, beta = softmax(e), sigma(w_beta[0] @ h + b_beta[0])
        z = beta * a[alpha.argmax() if looks is None else looks[step]]
        h, c = lstm(w["word_to_gates.weight"] @ y + to_gates @ h + w["context_to_gates.weight"] @ z + b_gates, c)
        deep = y + w["state_to_word.weight"] @ h + w["context_to_word.weight"] @ z
        told.append((log_softmax(w["word_to_symbols.weight"] @ deep), {"weights": alpha, "gate": beta}))
    return told


def test_speaking_looks_at_the_most_probable_location() -> None:
    net, locations = network(), photos(3)
    at_random(net)
    follows_its_equations(
        net, (locations,), lambda photo, words: equations(weights(net), locations[photo].double().numpy(), words)
    )
    unrolls_as_it_steps(net, (locations,))


def test_the_gradient_of_where_it_looks_is_on_the_mean_that_of_the_expected_likelihood() -> None:
    """d sum_s p(s) log p(y | s) over all ways to look, by finite differences; any baseline gives the same mean."""
    net = network(reward=1.0, entropy=0.0, expected=0.0)
    at_random(net)
    a, ids, copies = photos(1, locations=3), (4,), 6000
    photo = a[0].double().numpy()

    def bound(w: dict[str, Any]) -> float:
        total = 0.0
        for looks in itertools.product(range(3), repeat=2):
            told = equations(w, photo, [START, *ids], looks)
            path = np.prod([told[step][1]["weights"][place] for step, place in enumerate(looks)])
            total += path * sum(log_p[target] for (log_p, _), target in zip(told, [*ids, END], strict=True))
        return total

    w, expected = weights(net), np.zeros(ATTENTION)
    for place in range(ATTENTION):
        for sign in (1, -1):
            moved = w["attention"].copy()
            moved[place] += sign * 1e-5
            expected[place] += sign * bound({**w, "attention": moved}) / 2e-5
    torch.manual_seed(0)
    net.train()
    net.baseline.fill_(bound(w))
    net.batches += 1
    sentences = pack([[ids] * copies], longest=20)
    torch.autograd.backward(net.loss(net.unroll(net.encode((a,)), sentences), sentences))
    assert net.attention.grad is not None
    np.testing.assert_allclose(-net.attention.grad.numpy(), expected, atol=0.05 * np.abs(expected).max())


def test_the_gradient_of_the_reward_of_samples_reaches_where_they_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    """d sum_{s, y} p(s, y) r(y) over all ways to look and all sentences of one or two words, by finite differences."""
    symbols, words, longest = 6, (4, 5), 2
    net = network(symbols=symbols, expected=0.0)
    at_random(net)
    a = photos(1, locations=2)
    photo, may_follow = a[0].double().numpy(), [list(words), [END, *words]]
    sentences = [(word, after) for word in words for after in (END, *words)]
    every = list(itertools.product(sentences, itertools.product(range(2), repeat=longest)))
    worth = np.array([np.sin(3 * first + second) for (first, second), _ in every])

    def shares(w: dict[str, Any]) -> Any:
        """p(s, y): words have their shares among what may follow."""
        found = []
        for path, looks in every:
            share = 1.0
            for step, (log_p, seen) in enumerate(equations(w, photo, [START, path[0]], looks)):
                p = np.exp(log_p)
                share *= seen["weights"][looks[step]] * p[path[step]] / p[may_follow[step]].sum()
            found.append(share)
        return np.array(found)

    w, expected = weights(net), np.zeros(ATTENTION)
    assert shares(w).sum() == pytest.approx(1.0)
    for place in range(ATTENTION):
        for sign in (1, -1):
            moved = w["attention"].copy()
            moved[place] += sign * 1e-5
            expected[place] += sign * (shares({**w, "attention": moved}) @ worth) / 2e-5
    looks = iter(torch.tensor([looks for _, looks in every]).T.unsqueeze(2))
    monkeypatch.setattr(torch, "multinomial", lambda *_: next(looks))

    def pick(scores: torch.Tensor, row: torch.Tensor, step: int, why: StepEvidence) -> torch.Tensor:
        return torch.tensor([every[one][0][step] for one in row.tolist()])

    net.train()
    _, log_p = spoken(net, net.encode((a,)), Rules(longest), len(every), pick)
    np.testing.assert_allclose(log_p.detach()[0].exp().numpy(), shares(w), rtol=1e-4)
    gains = torch.tensor(worth * shares(w)).unsqueeze(0)
    torch.autograd.backward(surrogate(log_p, gains) * len(every))
    assert net.attention.grad is not None
    assert np.abs(expected).max() > 1e-3
    np.testing.assert_allclose(-net.attention.grad.numpy(), expected, atol=1e-3 * np.abs(expected).max())


def test_with_expectations_alone_nothing_is_drawn_and_the_gradient_is_soft_attentions() -> None:
    net, sentences = network(expected=1.0, entropy=0.0), pack([[(4, 5)], [(6,)]], longest=20)
    at_random(net)
    soft = network(expected=1.0, entropy=0.0, reward=0.0, speaking="expectation")
    soft.load_state_dict(net.state_dict())
    losses = []
    for one, training in ((net, True), (soft, False)):
        one.train(training)
        loss = one.loss(one.unroll(one.encode((photos(2),)), sentences), sentences)
        torch.autograd.backward(loss)
        losses.append(loss.item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    for mine, theirs in zip(net.parameters(), soft.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, theirs.grad)


def test_the_baseline_moves_a_tenth_towards_each_batch_and_is_saved() -> None:
    net, sentences = network(expected=1.0), pack([[(4, 5)], [(6,)]], longest=20)
    at_random(net)
    net.train()
    likely = [-network_loss(net, sentences) for _ in range(2)]
    assert net.baseline.item() == pytest.approx(likely[0], rel=1e-5)  # the first is where it begins, and all are alike
    with torch.no_grad():
        net.baseline.fill_(-3.0)
    network_loss(net, sentences)
    assert net.baseline.item() == pytest.approx(0.9 * -3.0 + 0.1 * likely[0], rel=1e-5)
    assert {"baseline", "batches"} <= net.state_dict().keys()


def network_loss(net: HardAttention, sentences: Any) -> float:
    """Without what REINFORCE adds: expectations draw nothing, and entropy has no weight here."""
    net.entropy = 0.0
    return net.loss(net.unroll(net.encode((photos(2),)), sentences), sentences).item()


def test_entropy_is_that_of_where_it_may_look_summed_over_the_words() -> None:
    plain, rewarded = (network(expected=1.0, reward=0.0, entropy=weight) for weight in (0.0, 0.5))
    at_random(plain)
    rewarded.load_state_dict(plain.state_dict())
    sentences = pack([[(4, 5)]], longest=20)
    losses = []
    for net in (plain, rewarded):
        net.train()
        said = net.unroll(net.encode((photos(1),)), sentences)
        losses.append(net.loss(said, sentences).item())
    alphas = [why.weights.detach().double().numpy()[0] for why in said.evidence if why.weights is not None]
    entropy = sum(-(alpha * np.log(alpha)).sum() for alpha in alphas)
    assert losses[0] - losses[1] == pytest.approx(0.5 * entropy, rel=1e-4)


def test_the_number_of_parameters_is_soft_attentions() -> None:
    v, d, m, n, a = SYMBOLS, CHANNELS, WORD, LSTM, ATTENTION
    attention, selector, initial = d * a + n * a + a + a, n + 1, 2 * (d * n + n)
    paper = v * m + initial + attention + selector + 4 * n * (m + n + d + 1) + m * n + m * d + v * m
    assert sum(p.numel() for p in network().parameters()) == paper


def test_it_learns_a_batch_by_heart_and_says_it() -> None:
    learns_by_heart(lambda: network(symbols=30, size=32), (photos(4, locations=4),), steps=150)
