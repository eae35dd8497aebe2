"""Fitting a captioner: once more on all photos, by several processes, and watched."""

import dataclasses
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from pipeline.columns import write_column
from pipeline.errors import MissingDependency
from pipeline.executor import SplitFiles, StageFiles, fit
from pipeline.stage import Examples, Runtime
from stages.captions.show_attend_tell import Config, ShowAttendTell
from stages.networks.inputs import grid_inputs
from stages.networks.options import best
from stages.networks.training import Lessons, seeded, train
from stages.resources.vocabulary import Vocabulary
from tests.captions.animals import examples, knowledge
from tests.networks.small_training import KillAfter, Killed

TRAIN, TUNE = examples(0, 10), examples(1, 5)
RESOURCES = knowledge(TRAIN)
SMALL = Config(word=8, lstm=16, attention=8, dropout=0.0, batch=2, learning_rate=0.05, epochs=4, schedule="cosine")
BOTH = {"train": TRAIN, "tune": TUNE}


def fitted(config: Config, runtime: Runtime) -> ShowAttendTell:
    return ShowAttendTell(config, runtime).fit(BOTH, RESOURCES)


def test_no_network_is_a_member_under_two_seeds() -> None:
    assert [Config(seed=seed).seeds for seed in range(3)] == [(0,), (1,), (2,)]
    assert Config(members=3).seeds == (0, 1, 2)
    drawn = [number for seed in range(5) for number in Config(seed=seed, members=3).seeds]
    assert len(set(drawn)) == len(drawn) == 15


def test_a_refit_is_a_training_on_all_photos_for_the_epochs_that_were_best() -> None:
    config, vocabulary = dataclasses.replace(SMALL, refit=True), RESOURCES.of(Vocabulary)
    plain, again = (fitted(each, Runtime(device="cpu")).trained_ for each in (SMALL, config))
    assert [(epoch.loss, epoch.cider) for epoch in again.log] == [(epoch.loss, epoch.cider) for epoch in plain.log]
    photos = Examples([*TRAIN.scenes, *TUNE.scenes], [*TRAIN.truth, *TUNE.truth])
    words = [[text.lower().strip(".").split() for text in truth.captions] for truth in photos.truth]
    captions = [[vocabulary.encode(said) for said in group] for group in words]
    with seeded(0, 0, "cpu"):
        network = ShowAttendTell(config).network(len(vocabulary), again.widths)
    taught = Lessons(photos.scenes, captions, vocabulary.longest, grid_inputs)
    log = train(network, taught, None, config, Runtime(), "cpu", best(plain.log) + 1)
    assert [epoch.loss for epoch in again.refitted] == [epoch.loss for epoch in log]
    for mine, expected in zip(again.network.parameters(), network.parameters(), strict=True):
        assert torch.equal(mine, expected)


def test_a_refit_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    config = dataclasses.replace(SMALL, refit=True, patience=4)
    whole = fitted(config, Runtime(device="cpu")).trained_
    assert len(whole.refitted) > 1
    runtime = Runtime(device="cpu", scratch=tmp_path)
    with pytest.raises(Killed):
        fitted(config, dataclasses.replace(runtime, progress=KillAfter(len(whole.log) + 1)))
    resumed = fitted(config, runtime).trained_
    assert [epoch.loss for epoch in resumed.refitted] == [epoch.loss for epoch in whole.refitted]
    for mine, expected in zip(resumed.network.parameters(), whole.network.parameters(), strict=True):
        assert torch.equal(mine, expected)


def test_every_epoch_is_told_to_tensorboard_and_kept_with_the_model(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    stage = fitted(dataclasses.replace(SMALL, refit=True), Runtime(device="cpu", events=tmp_path / "events"))
    told = EventAccumulator(str(tmp_path / "events")).Reload()
    log, again = stage.trained_.log, stage.trained_.refitted
    losses, scores = (told.Scalars(name) for name in ("loss a word", "CIDEr-D of tune"))
    assert [(event.step, event.value) for event in losses] == [
        (number, pytest.approx(epoch.loss, rel=1e-6)) for number, epoch in enumerate(log, start=1)
    ]
    assert [event.value for event in scores] == pytest.approx([epoch.cider for epoch in log], rel=1e-6)
    assert len(EventAccumulator(str(tmp_path / "events" / "refit")).Reload().Scalars("loss a word")) == len(again)
    stage.save_state(tmp_path)
    loaded = ShowAttendTell(SMALL).load_state(tmp_path).trained_
    assert (loaded.log, loaded.refitted) == (log, again)


def test_without_tensorboard_its_events_are_an_error_before_anything_is_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingDependency, match=r"captionloom\[tensorboard\]"):
        fitted(SMALL, Runtime(device="cpu", events=tmp_path))


def split_files(directory: Path, what: Examples) -> SplitFiles:
    ids = [scene.image.id for scene in what.scenes]
    columns = {"images": [s.image for s in what.scenes], "truth": what.truth, "grid": [s.grid for s in what.scenes]}
    for written, values in columns.items():
        (directory / written).mkdir(parents=True)
        write_column(directory / written, written, ids, lambda start, values=values: iter(values[start:]))
    return SplitFiles(directory, {"grid": directory / "grid"})


@pytest.mark.slow
def test_a_fit_by_two_processes_is_the_fit_of_one(tmp_path: Path) -> None:
    splits = {name: split_files(tmp_path / name, what) for name, what in BOTH.items()}
    for name in ("vocabulary", "idf"):
        (tmp_path / name).mkdir()
        RESOURCES[name].save_state(tmp_path / name)
    resources = {
        "vocabulary": ("vocabulary:longest=8:min_count=1", tmp_path / "vocabulary"),
        "idf": ("idf", tmp_path / "idf"),
    }
    text = "show_attend_tell:word=8:lstm=8:attention=8:dropout=0.0:batch=4:learning_rate=0.02:epochs=2:refit=true"
    for processes in (1, 2):
        runtime = Runtime(device="cpu", fit_processes=processes, scratch=tmp_path / f"scratch-{processes}")
        stage = fit(StageFiles("captions", text, resources), splits, runtime)
        (tmp_path / str(processes)).mkdir()
        stage.save_state(tmp_path / str(processes))
    one, two = (load_file(tmp_path / name / "network.safetensors") for name in ("1", "2"))
    for name, expected in one.items():
        torch.testing.assert_close(two[name], expected, atol=1e-4, rtol=0)  # of weights that steps of .02 have moved
