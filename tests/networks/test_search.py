"""Greedy and beam search against exhaustive search and against each other."""

import itertools
import math
from collections.abc import Callable

import pytest
import torch

from stages.networks.frontier import Groups
from stages.networks.hypothesis import Hypothesis
from stages.networks.ranking import Ranking
from stages.networks.search import Rules, beam, greedy
from stages.networks.show_attend_tell import ShowAttendTell
from stages.resources.vocabulary import END, PAD, START, UNKNOWN
from tests.networks.table import LONGEST, Said, Slotted, Table, as_heard, exhaustive

MU, SIGMA = 3.2, 0.8


def density(n: int) -> float:
    return math.exp(-(((n - MU) / SIGMA) ** 2) / 2) / (SIGMA * math.sqrt(2 * math.pi))


DIVISORS: dict[str, Callable[[int], float]] = {
    "none": lambda n: 1,
    "mean": lambda n: n,
    "gnmt": lambda n: (5 + n) ** 1.5 / 6**1.5,
    "polynomial": lambda n: n**1.5,
    "min_hinge": lambda n: min(n, MU),
    "max_hinge": lambda n: max(n, MU),
    "gaussian": density,
}


def repeats(ids: Said, many: int) -> bool:
    """Whether some `many` words in a row come twice."""
    runs = [ids[start : start + many] for start in range(len(ids) - many + 1)]
    return len(set(runs)) < len(runs)


def stutters(ids: Said) -> bool:
    return any(one == other for one, other in itertools.pairwise(ids))


@pytest.mark.parametrize("normalisation", DIVISORS)
@pytest.mark.parametrize("n_best", [1, 5])
def test_a_wide_beam_finds_what_exhaustive_search_finds(n_best: int, normalisation: str) -> None:
    ranking = Ranking(normalisation, 1.5, MU, SIGMA)
    for seed in range(2):
        net = Table(7, seed, end=-2.0 * seed)
        found = beam(net, (torch.arange(8),), Rules(LONGEST), 130, ranking, n_best)
        for photo in range(8):
            expected = exhaustive(net, photo, DIVISORS[normalisation])[:n_best]
            assert [one.symbols for one in found[photo]] == [ids for _, ids in expected]
            ranks = [ranking.rank(one) for one in found[photo]]
            assert ranks == pytest.approx([rank for rank, _ in expected], abs=1e-5, rel=1e-4)


def test_lengths_far_from_the_usual_still_have_an_order() -> None:
    assert Ranking("gaussian", mean=10, deviation=0).divisor(200) > 0
    assert Ranking("gaussian", mean=10, deviation=0).divisor(10) == pytest.approx(1 / (0.5 * math.sqrt(2 * math.pi)))


@pytest.mark.parametrize(("unrepeated", "stutter"), [(1, True), (2, True), (3, True), (0, False), (2, False)])
def test_a_wide_beam_finds_the_best_sentence_that_keeps_the_rules(unrepeated: int, stutter: bool) -> None:
    net = Table(7, seed=5)
    found = beam(net, (torch.arange(8),), Rules(LONGEST, unrepeated=unrepeated, stutter=stutter), 130, n_best=5)
    for photo in range(8):
        expected = exhaustive(
            net,
            photo,
            allowed=lambda ids: not (unrepeated and repeats(ids, unrepeated)) and (stutter or not stutters(ids)),
        )
        assert [one.symbols for one in found[photo]] == [ids for _, ids in expected[:5]]


@pytest.mark.parametrize(("unrepeated", "stutter"), [(0, True), (1, True), (2, True), (0, False), (2, False)])
def test_symbols_that_are_heard_alike_are_one_word(unrepeated: int, stutter: bool) -> None:
    net = Slotted(8, seed=3)
    found = beam(net, (torch.arange(8),), Rules(LONGEST, unrepeated=unrepeated, stutter=stutter), 300, n_best=5)
    for photo in range(8):
        best = dict[Said, Said]()
        for _, ids in exhaustive(net, photo):
            heard = as_heard(net, ids)
            if not (unrepeated and repeats(heard, unrepeated)) and (stutter or not stutters(heard)):
                best.setdefault(heard, ids)
        assert [one.symbols for one in found[photo]] == list(best.values())[:5]
    (said, *_) = greedy(net, (torch.arange(8),), Rules(LONGEST, unrepeated=1))
    assert not repeats(as_heard(net, said.symbols), 1)


def test_saying_greedily_passes_over_what_would_be_said_again() -> None:
    net = Table(9, end=-math.inf)
    net.table[..., 5], net.table[..., 6] = -0.001, -0.002
    for unrepeated, expected in {0: (5, 5, 5, 5), 1: (5, 6), 2: (5, 5, 6, 5), 3: (5, 5, 5, 6)}.items():
        (said, *_) = greedy(net, (torch.arange(8),), Rules(LONGEST, unrepeated=unrepeated))
        assert said.symbols[: len(expected)] == expected


@pytest.mark.parametrize("normalisation", ["none", "mean"])
@pytest.mark.parametrize("seed", range(5))
def test_a_beam_of_one_is_greedy(seed: int, normalisation: str) -> None:
    net, photos = Table(9, seed, end=1.0), (torch.arange(8),)
    alone, one = greedy(net, photos, Rules(LONGEST)), beam(net, photos, Rules(LONGEST), 1, Ranking(normalisation))
    for left, (right,) in zip(alone, one, strict=True):
        assert (left.symbols, left.scores, left.end) == (right.symbols, right.scores, right.end)
        assert words_seen(left) == words_seen(right)


def words_seen(said: Hypothesis) -> list[list[float]]:
    return [why.weights.tolist() for why in said.why if why.weights is not None]


@pytest.mark.parametrize("width", [1, 3])
def test_a_photo_is_captioned_alike_alone_and_in_company(width: int) -> None:
    net = Table(12, seed=4)
    together = beam(net, (torch.arange(8),), Rules(LONGEST), width, n_best=3)
    for photo in range(8):
        (alone,) = beam(net, (torch.tensor([photo]),), Rules(LONGEST), width, n_best=3)
        assert [(one.symbols, one.scores) for one in alone] == [(one.symbols, one.scores) for one in together[photo]]


def test_the_first_step_is_computed_once_a_photo_whatever_the_width() -> None:
    rows: list[int] = []

    class Counted(Table):
        def read_out(self, words: torch.Tensor, outputs: torch.Tensor) -> torch.Tensor:
            rows.append(len(words))
            return super().read_out(words, outputs)

    beam(Counted(7, seed=0), (torch.arange(4),), Rules(2), 3, frontier=Groups(2, 0.5))
    assert rows == [4, 4 * 2 * 3]


def test_evidence_belongs_to_the_words_it_comes_with() -> None:
    net = Table(9, seed=1)
    for photo, found in enumerate(beam(net, (torch.arange(8),), Rules(LONGEST), 4, n_best=4)):
        for said in found:
            before = [START, *said.symbols][: len(said.symbols)]
            assert words_seen(said) == [[photo, step, word] for step, word in enumerate(before)]
            assert [why.terms[0][1].item() for why in said.why] == list(range(len(said.symbols)))
            expected = [net.table[photo, t, before[t], word].item() for t, word in enumerate(said.symbols)]
            assert list(said.scores) == pytest.approx(expected)


def test_a_caption_is_never_empty_nor_too_long_nor_says_what_is_banned() -> None:
    eager, endless = Table(9, end=50.0), Table(9, end=-math.inf)
    for net in (eager, endless):
        photos = (torch.arange(8),)
        found = [*greedy(net, photos, Rules(LONGEST)), *(one for (one,) in beam(net, photos, Rules(LONGEST), 5))]
        for said in found:
            assert 1 <= len(said.symbols) <= LONGEST
            assert not {PAD, START, END, UNKNOWN} & set(said.symbols)
            assert len(said.scores) == len(said.why) == len(said.symbols)
            assert (said.end is None) == (net is endless)


def test_unknown_words_are_said_where_they_are_allowed() -> None:
    net = Table(9, seed=2)
    net.table[..., UNKNOWN] = -0.01
    (said, *_) = greedy(net, (torch.arange(8),), Rules(LONGEST, banned=(PAD, START)))
    assert set(said.symbols) == {UNKNOWN}


def test_a_network_with_memory_to_share_is_searched_as_without_beams() -> None:
    """Scores of a beam's sentences are those of teacher forcing: states and memory stayed with their sentences."""
    torch.manual_seed(1)
    net = ShowAttendTell(20, 6, word=8, lstm=8, attention=4, dropout=0.0, penalty=0.0).eval()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.7)
    locations = torch.randn(5, 9, 6)
    with torch.no_grad():
        memory = net.encode((locations,))
        for photo, found in enumerate(beam(net, memory, Rules(9), 4, n_best=4)):
            alone = net.encode((locations[photo : photo + 1],))
            for said in found:
                state, scores = net.start(alone), []
                for before, word in itertools.pairwise([START, *said.symbols]):
                    log_p, state, _ = net.step(alone, state, torch.tensor([before]))
                    scores.append(log_p[0, word].item())
                assert list(said.scores) == pytest.approx(scores, abs=1e-5)
