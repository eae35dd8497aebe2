import dataclasses

import numpy as np
import pytest

from pipeline.errors import BadData, NotFitted
from pipeline.records import AttributeScores, Scene
from pipeline.stage import Examples, Resources
from stages.attributes._features import described
from stages.attributes._unlabelled import ABSENT, PRESENT
from stages.attributes.svm import SvmAttributes, SvmConfig, _telling
from stages.vision.average_precision import average_precision

LOOKS = ("colour", "texture")


def _fitted(photos, **options):
    stage = SvmAttributes(SvmConfig(labels="annotated", features=LOOKS, **options))
    return stage.fit({"train": Examples(photos.scenes[:60], photos.truth[:60])}, Resources())


@pytest.fixture(scope="module", params=["rbf", "linear"])
def stage(request, photos):
    return _fitted(photos, kernel=request.param)


def test_the_colours_are_those_of_the_thing_and_not_of_its_ground(stage, photos):
    rows = stage.predict(photos.scenes[60:], Resources())
    for name in ("red", "green", "blue", "striped"):
        judged = [
            (dict(scores.scores)[name], name in dict(true.scores))
            for row, truth in zip(rows, photos.truth[60:], strict=True)
            for scores, true in zip(row, truth.attributes, strict=True)
        ]
        assert average_precision(judged, sum(right for _, right in judged)) > 0.95


def test_probabilities_are_calibrated_on_boxes_that_were_not_learned(stage, photos):
    rows = stage.predict(photos.scenes[60:], Resources())
    pairs = [
        (value, name in dict(true.scores))
        for row, truth in zip(rows, photos.truth[60:], strict=True)
        for scores, true in zip(row, truth.attributes, strict=True)
        for name, value in scores.scores
    ]
    assert np.mean([value for value, _ in pairs]) == pytest.approx(np.mean([right for _, right in pairs]), abs=0.05)


def test_scores_rank_as_those_of_a_machine_with_the_same_kernel(photos):
    from sklearn.svm import SVC

    stage = _fitted(photos, kernel="rbf", C=2.0, gamma=0.5)
    seen = np.concatenate([_looks(scene) for scene in photos.scenes[:60]])
    seen = (seen - seen.mean(axis=0)) / np.maximum(seen.std(axis=0), 1e-3)
    red = ["red" in dict(a.scores) for t in photos.truth[:60] for a in t.attributes]
    assert len(seen) == len(red)
    machine = SVC(C=2.0, kernel="rbf", gamma=0.5 / seen.shape[1]).fit(seen, red)
    raw = np.concatenate([_looks(scene) for scene in photos.scenes[60:]])
    expected = machine.decision_function((raw - stage.means_) / stage.spreads_)
    found = [dict(a.scores)["red"] for row in stage.predict(photos.scenes[60:], Resources()) for a in row]
    logits = np.log(np.array(found) / (1 - np.array(found)))
    slope, offset = np.polyfit(expected, logits, 1)
    assert slope > 0
    np.testing.assert_allclose(logits, slope * expected + offset, atol=1e-3)


def test_the_kernel_is_made_of_no_more_boxes_than_wanted(photos):
    stage = _fitted(photos, most_kernel=40)
    assert 0 < len(stage.support_) <= 40
    assert stage.support_.shape[0] == stage.weights_.shape[0]


def _rarely(photos, names):
    """The photos, the first things of which have one of the names each besides their own."""
    truth = list(photos.truth)
    for at, name in enumerate(names):
        thing, *others = truth[at].attributes
        scores = (AttributeScores((*thing.scores, (name, 1.0))), *others)
        truth[at] = dataclasses.replace(truth[at], attributes=scores)
    return Examples(photos.scenes, truth)


@pytest.mark.parametrize("seed", range(3))
def test_the_boxes_of_a_rare_attribute_are_in_the_kernel(photos, seed):
    stage = _fitted(_rarely(photos, ["shiny", "shiny", "wet"]), most_kernel=10, min_boxes=1, seed=seed)
    assert {"red", "shiny", "wet"} <= set(stage.attributes_)
    assert len(stage.support_) <= 10


def test_an_attribute_of_which_the_kernel_has_no_box_is_not_told(photos):
    names = [f"kind {at}" for at in range(30)]
    stage = _fitted(_rarely(photos, names), most_kernel=10, min_boxes=1)
    told = {name for scores in stage.predict(photos.scenes[60:61], Resources())[0] for name, _ in scores.scores}
    assert told == set(stage.attributes_)
    assert len(told & set(names)) == 10
    assert len(stage.attributes_) == stage.weights_.shape[1] == len(stage.biases_)


def test_what_is_kept_beyond_a_few_of_each_is_left_to_chance():
    codes = np.full((5000, 2), ABSENT)
    codes[:3, 0] = PRESENT
    codes[1000:, 1] = PRESENT
    kept = _telling(codes, 1000, 0)
    assert len(kept) == 1000
    assert kept[:3].tolist() == [0, 1, 2]
    assert kept[3] >= 1000
    assert np.mean(kept[3:]) == pytest.approx(3000, rel=0.05)
    assert _telling(codes, 6000, 0).tolist() == list(range(5000))


def test_saved_and_loaded_it_says_the_same(stage, photos, tmp_path):
    stage.save_state(tmp_path)
    again = SvmAttributes(stage.config).load_state(tmp_path)
    assert again.predict(photos.scenes[60:64], Resources()) == stage.predict(photos.scenes[60:64], Resources())


def test_nothing_annotated_and_nothing_mined_is_refused(photos):
    with pytest.raises(BadData, match="attributes=svm cannot learn"):
        _fitted(photos, min_boxes=1000)


def test_predicting_before_fitting_is_refused(photos):
    with pytest.raises(NotFitted):
        SvmAttributes(SvmConfig()).predict(photos.scenes[:1], Resources())


def _looks(scene: Scene):
    from pipeline.images import read

    return described([(read(scene.image), [d.box for d in scene.detections])], LOOKS, "cpu")
