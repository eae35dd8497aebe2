import dataclasses

import numpy as np
import PIL.Image
import pytest

from pipeline.errors import BadData, NotFitted
from pipeline.records import Image, Scene, Truth
from pipeline.stage import Examples, Resources
from stages.detections.hog_svm import HogSvm, HogSvmConfig, _grouped
from stages.vision.average_precision import detection_precision

QUICK = HogSvmConfig(side=192, steps=3, cells=16, rounds=1, mined=15, parts=1)


@pytest.fixture(scope="module")
def detector(photos):
    return HogSvm(QUICK).fit({"train": Examples(photos.scenes[:40], photos.truth[:40])}, Resources())


def test_new_photos_are_searched_well(detector, photos):
    found = detector.predict(photos.scenes[40:], Resources())
    precision = detection_precision(found, [truth.detections for truth in photos.truth[40:]])
    assert set(precision) == {"cross", "disc", "sand", "water"}
    assert min(precision.values()) > 0.9


def test_detections_are_in_order_and_inside_the_photo(detector, photos):
    for found in detector.predict(photos.scenes[40:], Resources()):
        kinds = [d.kind for d in found]
        assert kinds == sorted(kinds, key=("thing", "stuff").index)
        for kind in ("thing", "stuff"):
            scores = [d.score for d in found if d.kind == kind]
            assert scores == sorted(scores, reverse=True)
        for d in found:
            assert 0 <= d.box.left < d.box.right <= 96
            assert 0 <= d.box.top < d.box.bottom <= 96
            values = [score for _, score in d.labels]
            assert values == sorted(values, reverse=True)
            assert all(QUICK.floor - 1e-6 <= value <= 1 for value in values)


def test_a_photo_is_judged_alone_and_in_order(detector, photos):
    together = detector.predict(photos.scenes[40:46], Resources())
    alone = [detector.predict([scene], Resources())[0] for scene in photos.scenes[40:46]]
    assert together == alone
    assert detector.predict(photos.scenes[45:39:-1], Resources()) == alone[::-1]
    assert detector.predict([], Resources()) == []


def test_saved_and_loaded_it_finds_the_same(detector, photos, tmp_path):
    detector.save_state(tmp_path)
    again = HogSvm(QUICK).load_state(tmp_path)
    assert again.predict(photos.scenes[40:44], Resources()) == detector.predict(photos.scenes[40:44], Resources())


def test_the_same_seed_learns_the_same(detector, photos):
    again = HogSvm(QUICK).fit({"train": Examples(photos.scenes[:40], photos.truth[:40])}, Resources())
    np.testing.assert_array_equal(again.template_weights_, detector.template_weights_)
    np.testing.assert_array_equal(again.thing_curves_, detector.thing_curves_)


@pytest.mark.parametrize(
    ("size", "mode"), [((1, 1), "RGB"), ((60, 40), "L"), ((2000, 30), "RGB"), ((1500, 1400), "RGB")]
)
def test_odd_photos_are_survived(detector, tmp_path, size, mode):
    path = tmp_path / "odd.png"
    PIL.Image.new(mode, size).save(path)
    (found,) = detector.predict([Scene(Image("odd", str(path), *size, ""))], Resources())
    assert size != (1, 1) or found == ()
    assert all(d.box.right <= size[0] and d.box.bottom <= size[1] for d in found)


def test_photos_that_nobody_boxed_teach_nothing(photos, detector):
    """Unboxed copies of the others: their things would be negatives, and wrong where held out."""
    scenes = [one for scene in photos.scenes[:40] for one in (scene, scene)]
    truth = [one for true in photos.truth[:40] for one in (Truth(true.id), true)]
    again = HogSvm(QUICK).fit({"train": Examples(scenes, truth)}, Resources())
    np.testing.assert_array_equal(again.template_weights_, detector.template_weights_)
    np.testing.assert_array_equal(again.thing_curves_, detector.thing_curves_)


def test_fewer_labels_a_box_when_asked(photos, detector):
    one = HogSvm(dataclasses.replace(QUICK, k=1))
    vars(one).update({name: value for name, value in vars(detector).items() if name.endswith("_")})
    assert all(len(d.labels) == 1 for found in one.predict(photos.scenes[40:], Resources()) for d in found)


def test_stuff_can_be_left_out(photos):
    config = dataclasses.replace(QUICK, stuff=False, rounds=0)
    stage = HogSvm(config).fit({"train": Examples(photos.scenes[:40], photos.truth[:40])}, Resources())
    assert all(d.kind == "thing" for found in stage.predict(photos.scenes[40:], Resources()) for d in found)


def test_stuff_alone_can_be_learned(photos):
    truth = [dataclasses.replace(t, detections=t.detections[1:]) for t in photos.truth[:40]]
    stage = HogSvm(QUICK).fit({"train": Examples(photos.scenes[:40], truth)}, Resources())
    assert {d.label for found in stage.predict(photos.scenes[40:], Resources()) for d in found} == {"sand", "water"}


@pytest.mark.parametrize("detections", [None, ()])
def test_photos_without_boxes_teach_nothing(photos, detections):
    truth = [Truth(t.id, (), detections) for t in photos.truth]
    with pytest.raises(BadData, match="smaller min"):
        HogSvm(QUICK).fit({"train": Examples(photos.scenes, truth)}, Resources())


def test_labels_with_few_boxes_are_left_out(photos, detector):
    rare = [dataclasses.replace(photos.truth[0].detections[0], labels=(("yak", 1.0),))]
    truth = [dataclasses.replace(t, detections=(*t.detections, *rare)) for t in photos.truth[:3]]
    scenes, truth = photos.scenes[:40], [*truth, *photos.truth[3:40]]
    assert HogSvm(QUICK).fit({"train": Examples(scenes, truth)}, Resources()).things_ == ("cross", "disc")


def test_predicting_before_fitting_is_refused(photos):
    with pytest.raises(NotFitted):
        HogSvm(QUICK).predict(photos.scenes[:1], Resources())


def test_boxes_on_one_place_become_one_detection():
    here, beside, away = [0, 0, 10, 10], [0, 1, 10, 11], [40, 0, 50, 10]
    dog = (np.array([here, away], dtype=float), np.array([0.6, 0.3]))
    cat = (np.array([beside], dtype=float), np.array([0.9]))
    first, second = _grouped([dog, cat], ("dog", "cat"), 5)
    assert first.labels == (("cat", 0.9), ("dog", 0.6))
    assert first.box.top == 1
    assert second.labels == (("dog", 0.3),)
    assert _grouped([dog, cat], ("dog", "cat"), 1)[0].labels == (("cat", 0.9),)
    assert _grouped([], (), 5) == []
