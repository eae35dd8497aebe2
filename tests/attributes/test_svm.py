import numpy as np
import pytest

from pipeline.errors import BadData, NotFitted
from pipeline.records import Scene
from pipeline.stage import Examples, Resources
from stages.attributes._features import described
from stages.attributes.svm import SvmAttributes, SvmConfig
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
