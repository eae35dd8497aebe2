"""The training loop: packing, stopping, checkpoints."""

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pipeline.errors import StoreError
from pipeline.stage import Runtime
from stages.networks.options import Epoch
from stages.networks.show_attend_tell import ShowAttendTell
from stages.networks.training import pack, seeded, train
from stages.resources.vocabulary import END, START
from tests.networks.small_training import KillAfter, Killed, lessons, network, options, scripted, weights


def test_sentences_are_packed_longest_first_and_leave_when_said() -> None:
    packed = pack([[(5, 6), (7, 8, 9, 10)], [(11,)]], longest=3)
    # sentences: 7 8 9 (cut, so without END), 5 6 END, 11 END
    assert packed.photo.tolist() == [0, 0, 1]
    assert packed.active == (3, 3, 2)
    assert sum(packed.active) == len(packed.targets)
    assert sorted(packed.targets.tolist()) == sorted([7, 8, 9, 5, 6, END, 11, END])
    assert packed.inputs.tolist()[:3] == [START, START, START]
    steps = torch.split(packed.targets, list(packed.active))
    before = torch.split(packed.inputs, list(packed.active))
    for step in range(1, 3):
        active = packed.active[step]
        assert before[step].tolist() == steps[step - 1].tolist()[:active]


def test_training_stops_when_the_judge_has_seen_nothing_better_and_keeps_the_best() -> None:
    net = network()
    log = train(net, lessons(), scripted([0.1, 0.5, 0.4, 0.3, 0.2, 9.9]), options(), Runtime(), "cpu")
    assert [epoch.cider for epoch in log] == [0.1, 0.5, 0.4, 0.3, 0.2]
    best = network()
    train(best, lessons(), None, options(epochs=2), Runtime(), "cpu")
    for kept, expected in zip(weights(net), weights(best), strict=True):
        assert torch.equal(kept, expected)


@pytest.mark.parametrize(("scores", "kept"), [([0.0, 0.0, 0.0, 0.2, 0.1, 0.1], 4), ([0.0] * 6, 6)])
def test_a_score_of_0_is_no_best_and_ends_nothing(scores: list[float], kept: int) -> None:
    """Before the first n-gram is right, every epoch has a CIDEr-D of 0, and has learned more than the one before."""
    net, best = network(), network()
    log = train(net, lessons(), scripted(scores), options(patience=2), Runtime(), "cpu")
    assert [epoch.cider for epoch in log] == scores
    train(best, lessons(), None, options(epochs=kept), Runtime(), "cpu")
    for mine, expected in zip(weights(net), weights(best), strict=True):
        assert torch.equal(mine, expected)


def test_without_a_judge_the_last_epoch_is_kept() -> None:
    log = train(network(), lessons(), None, options(), Runtime(), "cpu")
    assert len(log) == 6
    assert log[-1].loss < log[0].loss


def test_every_step_is_taken_at_the_rate_of_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[float] = []
    step = torch.optim.AdamW.step

    def noted(self: torch.optim.AdamW, closure: Any = None) -> Any:
        used.append(self.param_groups[0]["lr"])
        return step(self, closure)

    monkeypatch.setattr(torch.optim.AdamW, "step", noted)
    train(network(), lessons(), None, options(schedule="cosine", epochs=2), Runtime(), "cpu")
    # eleven photos with captions in batches of four: three steps an epoch
    assert used == pytest.approx([0.01 * (1 + math.cos(math.pi * place / 6)) / 2 for place in range(6)])


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"schedule": "cosine", "warm_up": 1.5},
        {"average": 0.9, "scheduled_sampling": 0.5},
        {"accumulate": 2, "precision": "fp16"},
    ],
    ids=lambda changed: "+".join(changed),
)
@pytest.mark.parametrize("killed_after", [1, 4])
def test_a_run_that_was_killed_and_resumed_equals_one_that_was_not(
    tmp_path: Path, killed_after: int, changed: dict[str, Any]
) -> None:
    verdicts = [0.1, 0.5, 0.3, 0.6, 0.2, 0.1]
    whole, chosen = network(), options(**changed)
    expected = train(whole, lessons(), scripted(verdicts), chosen, Runtime(), "cpu")

    runtime = Runtime(scratch=tmp_path / "scratch")
    with pytest.raises(Killed):
        train(
            network(),
            lessons(),
            scripted(verdicts),
            chosen,
            dataclasses.replace(runtime, progress=KillAfter(killed_after)),
            "cpu",
        )
    again = network(seed=12345)  # whatever the new process did before
    log = train(again, lessons(), scripted(verdicts[killed_after:]), chosen, runtime, "cpu")
    assert [(epoch.loss, epoch.cider) for epoch in log] == [(epoch.loss, epoch.cider) for epoch in expected]
    for resumed, uninterrupted in zip(weights(again), weights(whole), strict=True):
        assert torch.equal(resumed, uninterrupted)


def test_a_checkpoint_of_other_options_is_not_continued(tmp_path: Path) -> None:
    runtime = Runtime(scratch=tmp_path)
    train(network(), lessons(), None, options(), runtime, "cpu")
    log = train(network(), lessons(), None, options(learning_rate=0.02, epochs=1), runtime, "cpu")
    assert len(log) == 1


def test_training_leaves_the_callers_random_numbers_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    net = network()
    torch.manual_seed(7)
    train(net, lessons(), None, options(epochs=1), Runtime(), "cpu")
    assert torch.equal(torch.rand(3), expected)


def test_a_checkpoint_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="checkpoint"):
        train(network(), lessons(), None, options(epochs=1), Runtime(scratch=tmp_path / "file"), "cpu")


def test_a_damaged_checkpoint_is_reported(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(StoreError, match="damaged"):
        train(network(), lessons(), None, options(epochs=1), Runtime(scratch=tmp_path), "cpu")


def test_a_step_in_parts_is_the_step_of_one_large_batch() -> None:
    """Dropout draws otherwise for parts, hence there is none. Batches have unequally many sentences."""
    ours, theirs = (network(dropout=0.0) for _ in range(2))
    mine = train(ours, lessons(), None, options(batch=2, accumulate=4, epochs=2), Runtime(), "cpu")
    other = train(theirs, lessons(), None, options(batch=8, epochs=2), Runtime(), "cpu")
    assert [epoch.loss for epoch in mine] == pytest.approx([epoch.loss for epoch in other], rel=1e-6)
    for part, whole in zip(weights(ours), weights(theirs), strict=True):
        torch.testing.assert_close(part, whole, atol=1e-6, rtol=0)


def test_the_programs_summed_penalty_is_the_same_in_parts() -> None:
    net = ShowAttendTell(15, 6, word=8, lstm=8, attention=8, dropout=0.0, penalty=1.0, variant="released_code")
    taught, whole, parts = lessons(), [0, 1, 2, 3], ([0], [1, 2, 3])

    def loss(photos: list[int], step: int) -> torch.Tensor:
        inputs, sentences = taught.batch(photos, "cpu")
        said = net.unroll(net.encode(inputs), sentences)
        return net.loss(said, dataclasses.replace(sentences, step=step))

    many = [sum(len(taught.captions[photo]) for photo in part) for part in (whole, *parts)]
    together = sum(loss(part, many[0]) * (share / many[0]) for part, share in zip(parts, many[1:], strict=True))
    torch.testing.assert_close(together, loss(whole, 0), atol=1e-5, rtol=0)


def test_an_epoch_reports_the_loss_of_a_word() -> None:
    (epoch,) = train(network(), lessons(), None, options(epochs=1, learning_rate=1e-8), Runtime(), "cpu")
    assert isinstance(epoch, Epoch)
    assert (
        epoch.loss > np.log(15) * 0.8
    )  # nothing learned yet: about as surprised as by 15 equal words, and the penalty


def test_without_decay_a_step_is_adams() -> None:
    ours, theirs = network(), network()
    train(ours, lessons(), None, options(epochs=1, batch=12), Runtime(), "cpu")
    optimiser = torch.optim.Adam(theirs.parameters(), lr=0.01)
    with seeded(0, 1, "cpu"):
        theirs.train()
        order = torch.tensor(lessons().photos)[torch.randperm(11)]
        inputs, sentences = lessons().batch(order.tolist(), "cpu")
        loss = theirs.loss(theirs.unroll(theirs.encode(inputs), sentences), sentences)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(theirs.parameters(), 5.0)
    optimiser.step()
    for mine, expected in zip(weights(ours), weights(theirs), strict=True):
        torch.testing.assert_close(mine, expected, atol=1e-6, rtol=0)


def test_decay_takes_its_share_of_every_weight_besides() -> None:
    plain, decayed, before = network(), network(), list(network().parameters())
    train(plain, lessons(), None, options(epochs=1, batch=12), Runtime(), "cpu")
    train(decayed, lessons(), None, options(epochs=1, batch=12, weight_decay=0.5), Runtime(), "cpu")
    for first, kept, less in zip(before, plain.parameters(), decayed.parameters(), strict=True):
        torch.testing.assert_close(less, kept - 0.01 * 0.5 * first, atol=1e-6, rtol=0)


def test_smoothed_labels_are_a_mixture_of_the_target_and_of_all_symbols() -> None:
    net, taught = network().eval(), lessons()
    inputs, sentences = taught.batch([0, 1, 2], "cpu")
    with torch.no_grad():
        said = net.unroll(net.encode(inputs), sentences)
        plain = net.loss(said, sentences).item()
        log_p = net.read_out(sentences.inputs, said.outputs)
        net.label_smoothing = 0.2
        smoothed = net.loss(said, sentences).item()
    wanted = torch.full_like(log_p, 0.2 / 15)
    wanted[torch.arange(len(log_p)), sentences.targets] += 0.8
    crossed = -(wanted * log_p).sum().item() / len(sentences.photo)
    hit = -log_p[torch.arange(len(log_p)), sentences.targets].sum().item() / len(sentences.photo)
    assert smoothed - plain == pytest.approx(crossed - hit, abs=1e-4)  # the penalty of attention is in both
