"""Several captioners that speak as one."""

from typing import TypeVar

import pytest
import torch

from stages.networks.captioner import Captioner
from stages.networks.ensemble import Ensemble
from stages.networks.sca_cnn import ChannelEvidence
from stages.networks.search import Rules, beam
from stages.networks.show_attend_tell import ShowAttendTell
from stages.networks.up_down import UpDown
from stages.resources.vocabulary import START, Vocabulary
from tests.networks import test_neural_baby_talk, test_sca_cnn
from tests.networks.captioner_laws import at_random, photos

torch.set_num_threads(1)
C = TypeVar("C", bound=Captioner)


def member(seed: int) -> ShowAttendTell:
    net = ShowAttendTell(12, 6, word=8, lstm=8, attention=4, dropout=0.0, penalty=0.0)
    return moved(net, seed)


def moved(net: C, seed: int) -> C:
    at_random(net)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(seed))
    return net


def test_each_next_word_has_the_mean_of_the_members_probabilities() -> None:
    members = [member(seed) for seed in range(3)]
    both, inputs = Ensemble(members).eval(), (photos(4),)
    with torch.no_grad():
        memories = [one.encode(inputs) for one in members]
        states = [one.start(memory) for one, memory in zip(members, memories, strict=True)]
        memory = both.encode(inputs)
        state = both.start(memory)
        for word in (START, 5, 7):
            words = torch.full((4,), word)
            steps = [net.step(m, s, words) for net, m, s in zip(members, memories, states, strict=True)]
            states = [after for _, after, _ in steps]
            log_p, state, why = both.step(memory, state, words)
            torch.testing.assert_close(log_p.exp(), sum(log.exp() for log, _, _ in steps) / 3)
            looked = [each.weights for _, _, each in steps if each.weights is not None]
            torch.testing.assert_close(why.weights, sum(looked) / 3)
            for place, (name, value) in enumerate(why.terms):
                assert name == steps[0][2].terms[place][0]
                torch.testing.assert_close(value, sum(each.terms[place][1] for _, _, each in steps) / 3)


def test_one_member_or_equal_ones_speak_like_the_member() -> None:
    net, inputs = member(1), (photos(4),)
    with torch.no_grad():
        alone = beam(net, net.encode(inputs), Rules(6), 3)
        for many in (1, 2):
            both = Ensemble([net] * many)
            found = beam(both, both.encode(inputs), Rules(6), 3)
            assert [one.symbols for (one,) in found] == [one.symbols for (one,) in alone]


def test_what_is_the_photos_own_is_asked_of_a_member() -> None:
    net = UpDown(12, 6, word=8, lstm=8, attention=4, dropout=0.0, regions=True)
    there = torch.ones(2, 9, 1)
    there[1, 4:] = 0
    both = Ensemble([net, net])
    memory = both.encode((photos(2), there))
    assert both.kind == "attention"
    assert len(both.places(memory, 1, torch.arange(9.0))[0]) == 4
    vocabulary = object.__new__(Vocabulary)
    vocabulary.words_ = tuple("abcdefgh")
    assert both.spell(memory, 0, (4, 6), vocabulary) == ("a", "c")


def test_channels_are_averaged_before_the_heaviest_are_told() -> None:
    members = [moved(test_sca_cnn.network(), seed) for seed in range(2)]
    both, words = Ensemble(members), torch.full((3,), START)
    with torch.no_grad():
        memories = [one.encode((test_sca_cnn.maps(3),)) for one in members]
        alone = [one.step(memory, one.start(memory), words)[2] for one, memory in zip(members, memories, strict=True)]
        memory = both.encode((test_sca_cnn.maps(3),))
        _, _, why = both.step(memory, both.start(memory), words)
    channels = torch.stack([each.channels for each in alone if isinstance(each, ChannelEvidence)]).mean(dim=0)
    for sentence in range(3):
        heaviest = channels[sentence].argsort(descending=True)[:5].tolist()
        told = dict(why.take(sentence).terms)
        assert list(told) == [f"channel {channel}" for channel in heaviest]
        torch.testing.assert_close(torch.stack(list(told.values())), channels[sentence, heaviest])


def test_members_point_at_what_a_member_points_at() -> None:
    members, seen = [moved(test_neural_baby_talk.ready(), seed) for seed in range(2)], test_neural_baby_talk.inputs()
    both = Ensemble(members)
    with torch.no_grad():
        alone, memory = members[0].encode(seen), both.encode(seen)
    symbols = range(test_neural_baby_talk.SYMBOLS + 4 * test_neural_baby_talk.FORMS)
    for photo in range(3):
        pointed = [both.pointed(memory, photo, symbol) for symbol in symbols]
        assert pointed == [members[0].pointed(alone, photo, symbol) for symbol in symbols]
        assert {9, None} <= set(pointed)
    every = torch.tensor(symbols)
    assert torch.equal(both.heard(every), members[0].heard(every))


def test_members_with_slots_complete_what_they_read_from(monkeypatch: pytest.MonkeyPatch) -> None:
    net, inputs = member(1), (photos(2),)
    monkeypatch.setattr(net, "complete", lambda memory, outputs: outputs + memory[0].mean(), raising=False)
    both = Ensemble([net, net])
    with torch.no_grad():
        memory, words = net.encode(inputs), torch.full((2,), START)
        alone, _, _ = net.step(memory, net.start(memory), words)
        shared = both.encode(inputs)
        together, _, _ = both.step(shared, both.start(shared), words)
    torch.testing.assert_close(together, alone)
