"""Diverse beam search against its definition, word by word."""

import itertools

import pytest
import torch

from stages.networks.frontier import Groups
from stages.networks.ranking import Ranking
from stages.networks.search import Rules, beam
from stages.resources.vocabulary import END, START
from tests.networks.table import LONGEST, Said, Slotted, Table, as_heard


def diverse(net: Table, photo: int, groups: int, width: int, diversity: float) -> dict[Said, float]:
    """Vijayakumar et al.'s Algorithm 1 with Hamming diversity: every sentence that some group ends, or is cut."""
    open_: list[list[tuple[Said, float]]] = [[((), 0.0)] for _ in range(groups)]
    room, found = [width] * groups, dict[Said, tuple[Said, float]]()
    for step in range(LONGEST):
        said: list[int] = []
        for group in range(groups):
            options = []
            for ids, score in open_[group]:
                row = net.table[photo, step, ids[-1] if ids else START]
                for word in [*([END] if step else []), *range(4, net.symbols)]:
                    total = score + row[word].item()
                    options.append((total - diversity * said.count(*as_heard(net, (word,))), ids, word, total))
            options = sorted(options, reverse=True)[: room[group]]
            said += as_heard(net, tuple(word for _, _, word, _ in options))
            for _, ids, word, total in options:
                if word == END:
                    found.setdefault(as_heard(net, ids), (ids, total))
                    room[group] -= 1
            open_[group] = [((*ids, word), total) for _, ids, word, total in options if word != END]
    for ids, total in itertools.chain(*open_):
        found.setdefault(as_heard(net, ids), (ids, total))
    return dict(found.values())


@pytest.mark.parametrize("kind", [Table, Slotted])
@pytest.mark.parametrize(("groups", "width", "diversity"), [(2, 2, 0.5), (3, 1, 1.0), (3, 2, 0.0), (4, 3, 2.0)])
def test_groups_choose_one_after_another_and_avoid_what_was_chosen(
    groups: int, width: int, diversity: float, kind: type[Table]
) -> None:
    for end in (0.0, 1.0):  # and where sentences end early, so that groups have fewer of them to go on with
        net = kind(9, seed=groups, end=end)
        found = beam(net, (torch.arange(8),), Rules(LONGEST), width, Ranking(), 99, Groups(groups, diversity))
        for photo in range(8):
            expected = diverse(net, photo, groups, width, diversity)
            assert {one.symbols: one.log_probability for one in found[photo]} == pytest.approx(expected, abs=1e-4)


def test_groups_that_mind_say_more_different_words() -> None:
    net = Table(12, seed=1)
    words = []
    for diversity in (0.0, 5.0):
        found = beam(net, (torch.arange(8),), Rules(LONGEST), 1, n_best=4, frontier=Groups(4, diversity))
        words.append(sum(len({word for one in said for word in one.symbols}) for said in found))
        assert all(len({one.symbols for one in said}) == len(said) for said in found)
    assert words[1] > 1.5 * words[0]
