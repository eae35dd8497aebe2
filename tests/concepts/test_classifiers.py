"""What holds for every way to tell concepts."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from pipeline.errors import BadData
from pipeline.records import Truth
from pipeline.stage import Examples, Progress, Runtime
from stages.concepts import svm_multilabel
from stages.concepts.cnn_multilabel import CnnMultilabel
from stages.concepts.mil_regions import MilRegions, MilRegionsConfig
from stages.concepts.svm_multilabel import SvmMultilabel, SvmMultilabelConfig
from stages.networks.multilabel_options import MultilabelOptions
from stages.vision.calibration import platt
from tests.concepts.conftest import WORDS
from tests.networks.small_training import Killed

FAST = {"learning_rate": 0.05, "batch": 32, "weight_decay": 0.0, "dropout": 0.0}
MAKERS = {
    "svm": lambda: SvmMultilabel(SvmMultilabelConfig(C=0.1)),
    "logistic": lambda: SvmMultilabel(SvmMultilabelConfig(machine="logistic", C=1.0)),
    "descriptors": lambda: SvmMultilabel(SvmMultilabelConfig(looks="descriptors", C=0.1)),
    "cnn": lambda: CnnMultilabel(MultilabelOptions(**FAST)),
    "max": lambda: MilRegions(MilRegionsConfig(**FAST, windows=(1, 2), step=1)),
    "noisy_or": lambda: MilRegions(MilRegionsConfig(**FAST, windows=(1, 2), step=1, pool="noisy_or")),
}


@pytest.fixture(scope="module", params=MAKERS)
def stage(request, photos):
    return MAKERS[request.param]().fit(photos.examples, photos.resources)


def test_it_finds_the_concepts_of_photos_it_did_not_see(stage, photos):
    assert photos.precision(stage) > 0.9  # chance is .35


def test_all_concepts_come_with_a_probability_best_first(stage, photos):
    for row in stage.predict(photos.examples["val"].scenes[:5], photos.resources):
        values = [value for _, value in row]
        assert {name for name, _ in row} == set(WORDS)
        assert values == sorted(values, reverse=True)
        assert all(0 <= value <= 1 for value in values)


def test_probabilities_are_as_high_as_they_are_often_right(stage, photos):
    val = photos.examples["val"]
    rows = stage.predict(val.scenes, photos.resources)
    values = [value for row in rows for _, value in row]
    right = [word in truth.captions[0] for truth in val.truth for word in WORDS]
    assert np.mean(values) == pytest.approx(np.mean(right), abs=0.05)


def test_photos_without_captions_teach_nothing(stage, photos):
    train = photos.examples["train"]
    more = Examples(
        [*train.scenes, *photos.examples["val"].scenes],
        [*train.truth, *(Truth(truth.id) for truth in photos.examples["val"].truth)],
    )
    again = type(stage)(stage.config).fit(photos.examples | {"train": more}, photos.resources)
    some = photos.examples["val"].scenes[:4]
    assert again.predict(some, photos.resources) == stage.predict(some, photos.resources)


def test_saved_and_loaded_it_says_the_same(stage, photos, tmp_path):
    stage.save_state(tmp_path)
    again = type(stage)(stage.config).load_state(tmp_path)
    some = photos.examples["val"].scenes[:4]
    assert again.predict(some, photos.resources) == stage.predict(some, photos.resources)


def test_without_any_caption_it_is_refused(stage, photos):
    train = photos.examples["train"]
    silent = Examples(train.scenes, [Truth(truth.id) for truth in train.truth])
    with pytest.raises(BadData, match=f"concepts={stage.name} cannot learn"):
        type(stage)(stage.config).fit(photos.examples | {"train": silent}, photos.resources)


def test_small_things_are_found_by_their_region_and_lost_in_the_whole(photos):
    """One place of sixteen lights up by 1.5 where noise has .3 a place; its mean hardly stands out."""
    dim = {
        split: Examples([_dimmed(scene) for scene in part.scenes], part.truth)
        for split, part in photos.examples.items()
    }
    faint = type(photos)(dim, photos.resources)
    by_region = MAKERS["max"]().fit(dim, photos.resources)
    by_whole = MAKERS["cnn"]().fit(dim, photos.resources)
    assert faint.precision(by_region) > faint.precision(by_whole) + 0.03


def _dimmed(scene):
    grid = np.where(scene.grid > 4, scene.grid - 4.5, scene.grid).astype(np.float32)
    return type(scene)(scene.image, {"grid": grid})


def test_a_concept_that_every_photo_shows_is_almost_sure(photos):
    train = photos.examples["train"]
    always = Examples(train.scenes, [Truth(t.id, (f"{t.captions[0]} A dog.",)) for t in train.truth])
    stage = MAKERS["svm"]().fit(photos.examples | {"train": always}, photos.resources)
    (row,) = stage.predict(photos.examples["val"].scenes[:1], photos.resources)
    assert dict(row)["dog"] == pytest.approx(161 / 162)  # the rule of succession on 160 photos


def test_rare_concepts_share_one_curve_and_the_others_have_their_own(photos):
    tune = photos.examples["tune"]
    few = Examples(tune.scenes, [Truth(t.id, (t.captions[0].replace("boat", "thing"),)) for t in tune.truth])
    few.truth[0] = Truth(few.truth[0].id, ("A boat.",))
    stage = MAKERS["svm"]().fit(photos.examples | {"tune": few}, photos.resources)
    curves = dict(zip(stage.names_, stage.curves_.tolist(), strict=True))
    scores = stage._raw(tune.scenes)
    judged = [
        (float(row[place]), word in truth.captions[0])
        for row, truth in zip(scores, few.truth, strict=True)
        for place, word in enumerate(stage.names_)
    ]
    assert curves["boat"] == pytest.approx(platt(judged))
    assert len({tuple(curve) for curve in curves.values()}) == len(WORDS)


def test_training_ends_when_tune_gets_no_better(photos):
    stage = CnnMultilabel(MultilabelOptions(**FAST | {"learning_rate": 0.5}, epochs=200, patience=3))
    stage.fit(photos.examples, photos.resources)
    assert len(stage.judged_) - 1 - int(np.argmin(stage.judged_)) == 3
    assert len(stage.judged_) < 200


def test_the_classical_road_needs_no_grid():
    assert MAKERS["descriptors"]().reads() == ("descriptors",)
    assert MAKERS["svm"]().reads() == ("grid",)


def test_machines_fitted_before_a_kill_are_not_fitted_again(photos, tmp_path, monkeypatch):
    whole = MAKERS["svm"]().fit(photos.examples, photos.resources)
    monkeypatch.setattr(svm_multilabel, "KEPT_TOGETHER", 2)
    runtime = Runtime(scratch=tmp_path)
    with pytest.raises(Killed):
        SvmMultilabel(whole.config, replace(runtime, progress=KillAfterThree())).fit(photos.examples, photos.resources)
    told = Told()
    again = SvmMultilabel(whole.config, replace(runtime, progress=told)).fit(photos.examples, photos.resources)
    assert told.items == [2, 3]
    assert np.array_equal(again.weights_, whole.weights_)
    assert np.array_equal(again.biases_, whole.biases_)


class KillAfterThree(Progress):
    def __call__(self, items, what, total):
        yield from islice(items, 3)
        raise Killed


class Told(Progress):
    def __call__(self, items, what, total):
        self.items = list(items)
        return iter(self.items)
