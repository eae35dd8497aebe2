"""Sentences by chance: drawn as often as they are probable, by each photo's own numbers."""

import math
from collections import Counter

import pytest
import torch

from stages.networks.sampling import chances, sample, shares
from stages.networks.search import Rules, greedy
from tests.networks.table import LONGEST, Table, sentences


def test_sentences_are_drawn_as_often_as_they_are_probable() -> None:
    net, many = Table(6, seed=3), 4_000
    chance = torch.rand(1, many, LONGEST, generator=torch.Generator().manual_seed(0))
    (said,) = sample(net, (torch.tensor([2]),), Rules(LONGEST), chance)
    found = Counter(one.symbols for one in said)
    # what is forbidden (special symbols, an end at once) leaves its probability to what is allowed at its step
    for _, ids, n in sentences(net, 2):
        path, share = [1, *ids, 2][: n + 1], 1.0
        for step in range(n):
            row = net.table[2, step, path[step]].exp()
            allowed = row[4:].sum() + (row[2] if step else 0.0)
            share *= (row[path[step + 1]] / allowed).item()
        assert found[ids] / many == pytest.approx(share, abs=4.5 * math.sqrt(share / many) + 1e-5)


def test_scores_are_those_of_the_network() -> None:
    net = Table(9, seed=1)
    for photo, found in enumerate(sample(net, (torch.arange(8),), Rules(LONGEST), chances("abcdefgh", 0, 3, LONGEST))):
        assert len(found) == 3
        for one in found:
            before = [1, *one.symbols]
            expected = [net.table[photo, t, before[t], word].item() for t, word in enumerate(one.symbols)]
            assert list(one.scores) == pytest.approx(expected)
            assert (one.end is None) == (len(one.symbols) == LONGEST)


def test_a_photo_is_captioned_alike_alone_and_in_company() -> None:
    net, names = Table(12, seed=4), [f"photo {place}" for place in range(8)]
    together = sample(net, (torch.arange(8),), Rules(LONGEST), chances(names, 7, 3, LONGEST))
    for photo in (0, 3, 7):
        (alone,) = sample(
            net, (torch.tensor([photo]),), Rules(LONGEST), chances(names[photo : photo + 1], 7, 3, LONGEST)
        )
        assert [one.symbols for one in alone] == [one.symbols for one in together[photo]]
    other = sample(net, (torch.arange(8),), Rules(LONGEST), chances(names, 8, 3, LONGEST))
    assert [[one.symbols for one in found] for found in other] != [[one.symbols for one in found] for found in together]


@pytest.mark.parametrize(("temperature", "top_k", "top_p"), [(1.0, 1, 1.0), (1.0, 0, 1e-6), (0.01, 0, 1.0)])
def test_the_narrowest_samples_are_greedy(temperature: float, top_k: int, top_p: float) -> None:
    net, photos = Table(9, seed=2), (torch.arange(8),)
    found = sample(net, photos, Rules(LONGEST), chances("abcdefgh", 1, 2, LONGEST), temperature, top_k, top_p)
    for both, one in zip(found, greedy(net, photos, Rules(LONGEST)), strict=True):
        assert [said.symbols for said in both] == [one.symbols] * 2


def test_only_the_most_probable_symbols_have_a_share() -> None:
    scores = torch.tensor([[0.1, 0.4, 0.05, 0.25, 0.2]]).log()
    assert shares(scores, top_k=2)[0].tolist() == pytest.approx([0, 0.4, 0, 0.25, 0])
    assert shares(scores, top_p=0.7)[0].tolist() == pytest.approx([0, 0.4, 0, 0.25, 0.2])  # .4 + .25 fall short of .7
    squares = [0.01, 0.16, 0.0025, 0.0625, 0.04]
    expected = [square / sum(squares) for square in squares]
    assert shares(scores, temperature=0.5)[0].tolist() == pytest.approx(expected, rel=1e-5)
