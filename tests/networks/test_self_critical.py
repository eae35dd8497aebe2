"""Self-critical training: its gradient against finite differences of the expected reward, and that rewards rise."""

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from pipeline.errors import BadOption
from pipeline.records import Image, Scene
from pipeline.stage import Progress, Runtime
from stages.language.cider import DocumentFrequencies, cider_d
from stages.networks.captioner import Captioner, StepEvidence
from stages.networks.hypothesis import Hypothesis
from stages.networks.options import CaptionerOptions, Epoch
from stages.networks.sampling import by_chance
from stages.networks.search import Pick, Rules
from stages.networks.self_critical import Reward, improve, over_the_others, spoken, surrogate
from stages.networks.training import Lessons
from stages.resources.vocabulary import END, START, Vocabulary
from tests.networks.table import Table

LONGEST = 2
WORDS = (4, 5)
EVERYTHING = [ids for many in range(1, LONGEST + 1) for ids in itertools.product(WORDS, repeat=many)]
"""Every sentence that may be said: those of LONGEST words are cut, the others end."""


class Learning(Table):
    """A table that can be learned: scores are its parameters."""

    def __init__(self, symbols: int = 6) -> None:
        super().__init__(symbols)
        self.table = torch.nn.Parameter(self.table.double())

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        return outputs.log_softmax(dim=1)


def probability(free: Any, photo: int, ids: Sequence[int]) -> float:
    """That of sampling a sentence among those that may be said, by hand."""
    path, share = [START, *ids, *([END] if len(ids) < LONGEST else [])], 1.0
    for step in range(len(path) - 1):
        row = np.exp(free[photo, step, path[step]])
        share *= row[path[step + 1]] / (row[list(WORDS)].sum() + (row[END] if step else 0.0))
    return float(share)


def expected(free: Any, reward: Callable[[int, Sequence[int]], float]) -> float:
    """The mean over two photos of the reward to be expected."""
    return sum(probability(free, photo, ids) * reward(photo, ids) for photo in range(2) for ids in EVERYTHING) / 2


def worth(photo: int, ids: Sequence[int]) -> float:
    return math.sin(3 * photo + sum(place * word for place, word in enumerate(ids, 1)))


def said(ids: Sequence[int], longest: int = LONGEST) -> Hypothesis:
    return Hypothesis(tuple(ids), (0.0,) * len(ids), None if len(ids) == longest else 0.0, ())


def saying(sentences: Sequence[Sequence[int]]) -> Pick:
    """Says these, one a row, and ends those that are not cut."""

    def pick(scores: Tensor, row: Tensor, step: int, why: StepEvidence) -> Tensor:
        return torch.tensor([[*sentences[one], END, END][step] for one in row.tolist()])

    return pick


@pytest.mark.parametrize("baseline", ["constant", "others"])
def test_the_gradient_is_that_of_the_expected_reward(baseline: str) -> None:
    net, photos = Learning(), torch.arange(2)
    free, total = net.table.detach().numpy(), torch.zeros(())
    assert expected(free, lambda photo, ids: 1.0) == pytest.approx(1.0)
    for group in itertools.product(EVERYTHING, repeat=1 if baseline == "constant" else 2):
        rewards = torch.tensor([[worth(photo, ids) for ids in group] for photo in range(2)]).double()
        gains = rewards - 0.3 if baseline == "constant" else over_the_others(rewards)
        for photo in range(2):  # photos are sampled apart
            share = math.prod(probability(free, photo, ids) for ids in group)
            found, log_p = spoken(net, (photos[photo : photo + 1],), Rules(LONGEST), len(group), saying(group))
            assert [one.symbols for one in found[0]] == list(group)
            total = total + share * surrogate(log_p, gains[photo : photo + 1]) / 2
    torch.autograd.backward(total)
    assert net.table.grad is not None
    for photo, step, before, word in itertools.product(range(2), range(LONGEST), (START, *WORDS), (END, *WORDS)):
        moved = []
        for move in (1e-5, -1e-5):
            changed = free.copy()
            changed[photo, step, before, word] += move
            moved.append(expected(changed, worth))
        slope = (moved[0] - moved[1]) / 2e-5
        assert -net.table.grad[photo, step, before, word].item() == pytest.approx(slope, abs=1e-6)


def test_sentences_of_several_photos_and_lengths_count_alike() -> None:
    net = Learning()
    groups = [[(4,), (5, 4)], [(5, 5), (4,)]]
    gains = torch.tensor([[0.5, -1.0], [2.0, 0.25]])
    _, log_p = spoken(net, (torch.arange(2),), Rules(LONGEST), 2, saying([ids for group in groups for ids in group]))
    free = net.table.detach().numpy()
    by_hand = [[math.log(probability(free, photo, ids)) for ids in group] for photo, group in enumerate(groups)]
    np.testing.assert_allclose(log_p.detach().numpy(), by_hand, rtol=1e-6)
    assert surrogate(log_p, gains).item() == pytest.approx(-(gains.numpy() * np.array(by_hand)).mean(), rel=1e-6)


class Forgetful(Learning):
    """Leaves words out by chance, while it learns."""

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        return super().read_out(words, torch.nn.functional.dropout(outputs, 0.5, self.training))


def test_the_gradient_is_that_of_the_dropout_under_which_was_spoken() -> None:
    torch.manual_seed(0)
    net, chance = Forgetful(), torch.rand(2, 40, LONGEST)
    for dropping in (net.train(), net.eval()):
        found, log_p = spoken(dropping, (torch.arange(2),), Rules(LONGEST), 40, by_chance(chance))
        free = net.table.detach().numpy()
        whole = [[math.log(probability(free, photo, one.symbols)) for one in found[photo]] for photo in range(2)]
        assert np.allclose(log_p.detach().numpy(), whole) is not dropping.training
        drawn = [[sum(one.scores) + (one.end or 0.0) for one in group] for group in found]
        assert np.all(log_p.detach().numpy() >= np.array(drawn) - 1e-6)  # what may not be said gives up its share


def test_a_sample_is_compared_with_the_mean_of_the_others() -> None:
    found = over_the_others(torch.tensor([[1.0, 2.0, 6.0]]))
    assert found.tolist() == [pytest.approx([1 - 4, 2 - 3.5, 6 - 1.5])]


REFERENCES = [[("red", "dog"), ("dog", "runs")], [], [("blue", "cat"), ("cat",)]]
"""Of three photos, one without."""


def taught() -> tuple[Lessons, Reward]:
    vocabulary = object.__new__(Vocabulary)
    vocabulary.words_ = ("red", "blue", "dog", "cat", "runs")
    captions = [[vocabulary.encode(words) for words in group] for group in REFERENCES]
    scenes = [Scene(Image(str(place), "", 1, 1, "")) for place in range(3)]
    return Lessons(scenes, captions, 3, numbers), Reward.of(REFERENCES, vocabulary)


def numbers(scenes: Sequence[Scene]) -> tuple[Tensor, ...]:
    return (torch.tensor([int(scene.image.id) for scene in scenes]),)


def test_a_reward_counts_the_end_as_a_word() -> None:
    _, reward = taught()
    ended = [Hypothesis(ids, (0.0,) * len(ids), -0.1, ()) for ids in ((4, 6), (7,))]
    cut = [dataclasses.replace(one, end=None) for one in ended]
    found = reward(Learning(9), (torch.tensor([2, 0, 0]),), [2, 0, 0], [ended, ended, cut])
    references = [[[*words, "<end>"] for words in group] for group in REFERENCES]
    frequencies = DocumentFrequencies.count([references[0], references[2]])
    plain = [["red", "dog", "<end>"], ["cat", "<end>"]] * 2 + [["red", "dog"], ["cat"]]
    expected = cider_d(plain, references, frequencies, [2, 2, 0, 0, 0, 0])
    np.testing.assert_allclose(found.flatten().numpy(), expected)
    assert found[2, 0] < found[1, 0]


def options(**changed: Any) -> CaptionerOptions:
    plain = CaptionerOptions(batch=2, samples=20, self_critical=40, self_critical_rate=0.2, epochs=1)
    return dataclasses.replace(plain, **changed)


@pytest.mark.parametrize("baseline", ["greedy", "others"])
def test_rewards_rise(baseline: str) -> None:
    lessons, reward = taught()
    before = (Epoch(1.0, None, 0.0),)
    log = improve(Learning(9), lessons, reward, None, before, options(baseline=baseline), Runtime(), "cpu")
    assert log[0] == before[0]
    assert len(log) == 41
    every = [said(ids, 3) for many in range(1, 4) for ids in itertools.product(range(4, 9), repeat=many)]
    most = reward(Learning(9), (torch.tensor([0, 2]),), [0, 2], [every, every]).amax(dim=1).mean().item()
    assert -log[1].loss < most / 4
    assert -log[-1].loss > most / 2  # perhaps a local optimum


def test_the_best_epoch_is_kept_even_if_it_is_one_of_cross_entropy() -> None:
    lessons, reward = taught()
    net, before = Learning(9), (Epoch(1.0, 0.2, 0.0), Epoch(1.0, 0.9, 0.0))
    table = net.table.detach().clone()
    log = improve(net, lessons, reward, lambda one: 0.5, before, options(self_critical=1), Runtime(), "cpu")
    assert [epoch.cider for epoch in log] == [0.2, 0.9, 0.5]
    assert torch.equal(net.table, table)


class Killed(Exception):
    """Stands for the process being killed."""


class KillIn(Progress):
    """Kills at the end of an epoch, before it is kept."""

    def __init__(self, epoch: int) -> None:
        self.left = epoch

    def __call__(self, items: Iterable[Any], what: str, total: int) -> Iterator[Any]:
        yield from items
        self.left -= 1
        if not self.left:
            raise Killed


def test_a_run_that_was_killed_and_resumed_equals_one_that_was_not(tmp_path: Path) -> None:
    (lessons, reward), chosen, whole = taught(), options(self_critical=4), Learning(9)
    before = (Epoch(1.0, None, 0.0),)
    expected = improve(whole, lessons, reward, None, before, chosen, Runtime(), "cpu")
    with pytest.raises(Killed):
        improve(
            Learning(9), lessons, reward, None, before, chosen, Runtime(scratch=tmp_path, progress=KillIn(3)), "cpu"
        )
    again = Learning(9)
    log = improve(again, lessons, reward, None, before, chosen, Runtime(scratch=tmp_path), "cpu")
    assert [epoch.loss for epoch in log] == [epoch.loss for epoch in expected]
    assert torch.equal(again.table, whole.table)


@pytest.mark.parametrize("changed", [{"baseline": "others", "samples": 1}, {"refit": True}])
def test_what_does_not_go_together_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadOption, match=r"samples=1|refit=true"):
        options(**changed)


def test_averaged_weights_are_judged_and_kept() -> None:
    (lessons, reward), net, judged = taught(), Learning(9), list[Tensor]()

    def judge(one: Captioner) -> float:
        judged.append(next(one.parameters()).detach().clone())
        return float(len(judged))

    chosen = options(self_critical=3, average=0.9)
    improve(net, lessons, reward, judge, (Epoch(1.0, 0.0, 0.0),), chosen, Runtime(), "cpu")
    assert torch.equal(net.table, judged[-1])
    plain = Learning(9)
    improve(plain, lessons, reward, None, (), options(self_critical=3), Runtime(), "cpu")
    assert not torch.equal(net.table, plain.table)


def test_batches_that_accumulate_are_one_batch_in_parts() -> None:
    (lessons, reward), learned = taught(), list[Tensor]()
    for size, parts in ((1, 1), (2, 1), (1, 2)):
        net, chosen = Learning(9), options(self_critical=3, batch=size, accumulate=parts)
        improve(net, lessons, reward, None, (), chosen, Runtime(), "cpu")
        learned.append(net.table.detach())
    torch.testing.assert_close(learned[2], learned[1])
    assert not torch.allclose(learned[0], learned[1])


def test_its_epochs_follow_those_before_it_in_what_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run resumed here has networks that nothing else has opened."""
    (lessons, reward), net, begun = taught(), Learning(9), list[int]()
    monkeypatch.setattr(net, "begin", begun.append)
    improve(net, lessons, reward, None, (Epoch(1.0, None, 0.0),), options(self_critical=3), Runtime(), "cpu")
    assert begun == [2, 3, 4]
