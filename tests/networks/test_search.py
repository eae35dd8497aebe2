"""Greedy and beam search against exhaustive search and against each other."""

import itertools
import math

import pytest
import torch
from torch import Tensor

from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.search import Hypothesis, Rules, beam, greedy
from stages.networks.show_attend_tell import ShowAttendTell
from stages.resources.vocabulary import END, PAD, START, UNKNOWN

torch.set_num_threads(1)
LONGEST = 4


class Table(Captioner):
    """The next word hangs on the photo, on how many words were said and on the last of them: a random table."""

    def __init__(self, symbols: int, seed: int = 0, end: float = 0.0) -> None:
        super().__init__()
        self.symbols = symbols
        table = torch.randn(8, LONGEST + 1, symbols, symbols, generator=torch.Generator().manual_seed(seed))
        table[..., END] += end
        self.table = (2 * table).log_softmax(dim=-1)

    def encode(self, inputs: Tensors) -> Tensors:
        return inputs

    def start(self, memory: Tensors) -> Tensors:
        return (torch.zeros(len(memory[0]), dtype=torch.long),)

    def drive(self, words: Tensor) -> Tensor:
        return words

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        (photo,), (said,) = memory, state
        photo = photo.repeat_interleave(len(said) // len(photo))
        weights = torch.stack([photo.float(), said.float(), driven.float()], dim=1)
        return self.table[photo, said, driven], (said + 1,), StepEvidence(weights, (("said", said.float()),))

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        return outputs


def repeats(ids: tuple[int, ...], many: int) -> bool:
    """Whether some `many` words in a row come twice."""
    runs = [ids[start : start + many] for start in range(len(ids) - many + 1)]
    return len(set(runs)) < len(runs)


def exhaustive(net: Table, photo: int, normalisation: str, unrepeated: int = 0) -> list[tuple[float, tuple[int, ...]]]:
    """Every sentence that may be said and its rank, best first."""
    words = [word for word in range(net.symbols) if word not in (PAD, START, END, UNKNOWN)]
    found = []
    for length in range(1, LONGEST + 1):
        for ids in itertools.product(words, repeat=length):
            if unrepeated and repeats(ids, unrepeated):
                continue
            path = [START, *ids, *([END] if length < LONGEST else [])]
            score = sum(net.table[photo, t, path[t], path[t + 1]].item() for t in range(len(path) - 1))
            found.append((score / (1 if normalisation == "none" else len(path) - 1), ids))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("normalisation", ["none", "mean"])
@pytest.mark.parametrize("seed", range(3))
def test_a_wide_beam_finds_what_exhaustive_search_finds(seed: int, normalisation: str) -> None:
    net, photos = Table(7, seed), (torch.arange(8),)
    found = beam(net, photos, Rules(LONGEST), 130, normalisation, n_best=5)
    for photo in range(8):
        expected = exhaustive(net, photo, normalisation)[:5]
        assert [one.symbols for one in found[photo]] == [ids for _, ids in expected]
        assert [one.rank(normalisation) for one in found[photo]] == pytest.approx(
            [rank for rank, _ in expected], abs=1e-5
        )


@pytest.mark.parametrize("unrepeated", [1, 2, 3])
def test_a_wide_beam_finds_the_best_sentence_that_says_nothing_twice(unrepeated: int) -> None:
    net, photos = Table(7, seed=5), (torch.arange(8),)
    found = beam(net, photos, Rules(LONGEST, unrepeated=unrepeated), 130, n_best=5)
    for photo in range(8):
        assert [one.symbols for one in found[photo]] == [
            ids for _, ids in exhaustive(net, photo, "none", unrepeated)[:5]
        ]


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
    alone, one = greedy(net, photos, Rules(LONGEST)), beam(net, photos, Rules(LONGEST), 1, normalisation)
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
