"""Sentences that must say something, against exhaustive search."""

from collections.abc import Sequence
from functools import partial

import pytest
import torch

from stages.networks.constrained import Constrained
from stages.networks.ranking import Ranking
from stages.networks.search import Rules, beam
from tests.networks.table import LONGEST, Said, Slotted, Table, as_heard, exhaustive

PHOTOS = (torch.arange(8),)


def meets(wanted: Sequence[set[int]], ids: Said) -> bool:
    return all(words & set(ids) for words in wanted)


@pytest.mark.parametrize("normalisation", ["none", "mean"])
@pytest.mark.parametrize("wanted", [[{5}], [{4}, {6}], [{4, 5}, {6}], [{4}, {5}, {6}], [{4, 5}, {5, 6}]])
def test_a_wide_beam_finds_the_best_sentence_that_meets_all_constraints(
    wanted: list[set[int]], normalisation: str
) -> None:
    net = Table(7, seed=2)
    found = beam(
        net, PHOTOS, Rules(LONGEST), 130, Ranking(normalisation), 3, Constrained([wanted] * 8, words=net.symbols)
    )
    for photo in range(8):
        expected = exhaustive(
            net,
            photo,
            (lambda n: n) if normalisation == "mean" else (lambda n: 1),
            partial(meets, wanted),
        )
        assert [one.symbols for one in found[photo]] == [ids for _, ids in expected[:3]]


def test_photos_have_constraints_of_their_own_and_perhaps_none() -> None:
    net = Table(7, seed=4)
    wanted = [[{4}], [], [{5}, {6}], [{4, 5}], [], [{6}], [{6}, {4}], [{5}]]
    found = beam(net, PHOTOS, Rules(LONGEST), 130, frontier=Constrained(wanted, net.symbols))
    for photo, sets in enumerate(wanted):
        best = exhaustive(net, photo, allowed=partial(meets, sets))
        assert found[photo][0].symbols == best[0][1]
        (alone,) = beam(
            net, (PHOTOS[0][photo : photo + 1],), Rules(LONGEST), 130, frontier=Constrained([sets], net.symbols)
        )
        assert alone[0].symbols == found[photo][0].symbols


def test_without_constraints_it_is_beam_search() -> None:
    net = Table(9, seed=6)
    plain = beam(net, PHOTOS, Rules(LONGEST), 3, n_best=3)
    free = beam(net, PHOTOS, Rules(LONGEST), 3, n_best=3, frontier=Constrained([[]] * 8, net.symbols))
    assert [[one.symbols for one in said] for said in free] == [[one.symbols for one in said] for said in plain]


def test_a_narrow_beam_says_what_is_improbable_where_it_must() -> None:
    net = Table(9, seed=7)
    net.table[..., 8] -= 20
    found = beam(net, PHOTOS, Rules(LONGEST), 2, frontier=Constrained([[{8}]] * 8, net.symbols))
    assert all(8 in said.symbols for (said,) in found)


def test_what_cannot_all_be_said_is_said_as_far_as_it_goes() -> None:
    net = Table(9, seed=8)
    wanted = [[{4}, {5}, {6}, {7}, {8}]] * 8  # five words of four
    for (said,) in beam(net, PHOTOS, Rules(LONGEST), 3, frontier=Constrained(wanted, net.symbols)):
        assert len({4, 5, 6, 7, 8} & set(said.symbols)) == LONGEST


def test_symbols_of_the_photos_own_meet_what_they_are_heard_as() -> None:
    net, wanted = Slotted(8, seed=9), [{4}, {5}]
    found = beam(net, PHOTOS, Rules(LONGEST), 300, frontier=Constrained([wanted] * 8, words=6))
    for photo, (said,) in enumerate(found):
        best = exhaustive(net, photo, allowed=lambda ids: meets(wanted, as_heard(net, ids)))
        assert said.symbols == best[0][1]
    assert any({6, 7} & set(said.symbols) for (said,) in found)
