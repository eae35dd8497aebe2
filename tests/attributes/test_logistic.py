import dataclasses

import numpy as np
import pytest

from pipeline.errors import BadData, NotFitted
from pipeline.records import AttributeScores, Box, Image, Scene
from pipeline.stage import Examples, Resources
from stages.attributes._features import BLOCKS, described, length
from stages.attributes.logistic import LogisticAttributes, LogisticConfig
from stages.vision.average_precision import average_precision

ANNOTATED = LogisticConfig(labels="annotated", features=("colour", "texture"), C=0.1)


@pytest.fixture(scope="module")
def stage(photos):
    return LogisticAttributes(ANNOTATED).fit({"train": Examples(photos.scenes[:60], photos.truth[:60])}, Resources())


def test_the_colours_are_those_of_the_thing_and_not_of_its_ground(stage, photos):
    described = stage.predict(photos.scenes[60:], Resources())
    for name in ("red", "green", "blue", "striped"):
        judged = [
            (dict(scores.scores)[name], name in dict(true.scores))
            for row, truth in zip(described, photos.truth[60:], strict=True)
            for scores, true in zip(row, truth.attributes, strict=True)
        ]
        assert average_precision(judged, sum(right for _, right in judged)) > 0.95


def test_every_detection_has_a_probability_of_every_attribute_best_first(stage, photos):
    for row in stage.predict(photos.scenes[60:], Resources()):
        assert len(row) == 2
        for scores in row:
            values = [value for _, value in scores.scores]
            assert {name for name, _ in scores.scores} == {"red", "green", "blue", "striped"}
            assert values == sorted(values, reverse=True)
            assert all(0 <= value <= 1 for value in values)


def test_a_photo_is_judged_alone_and_in_order(stage, photos):
    alone = [stage.predict([scene], Resources())[0] for scene in photos.scenes[60:66]]
    assert stage.predict(photos.scenes[60:66], Resources()) == alone
    assert stage.predict(photos.scenes[65:59:-1], Resources()) == alone[::-1]
    assert stage.predict([], Resources()) == []


def test_only_the_surest_detections_are_looked_at_where_that_is_asked_for(stage, photos, tmp_path):
    scene, whole = photos.scenes[60], stage.predict(photos.scenes[60:61], Resources())[0]
    stage.save_state(tmp_path)
    few = LogisticAttributes(dataclasses.replace(ANNOTATED, least=0.5, most=1)).load_state(tmp_path)
    scores = (0.9, 0.8), (0.2, 0.7), (0.2, 0.1)
    for pair, kept in zip(scores, (0, 1, None), strict=True):
        found = tuple(
            dataclasses.replace(item, labels=((item.label, score),))
            for item, score in zip(scene.detections, pair, strict=True)
        )
        told = few.predict([Scene(scene.image, {"detections": found})], Resources())[0]
        assert [bool(one.scores) for one in told] == [place == kept for place in range(2)]
        if kept is not None:
            assert dict(told[kept].scores) == pytest.approx(dict(whole[kept].scores))


def test_a_photo_without_detections_is_described_by_nothing(stage):
    assert stage.predict([Scene(Image("a", "nowhere.png", 1, 1, ""), {"detections": ()})], Resources()) == [()]


def test_saved_and_loaded_it_says_the_same(stage, photos, tmp_path):
    stage.save_state(tmp_path)
    again = LogisticAttributes(ANNOTATED).load_state(tmp_path)
    assert again.predict(photos.scenes[60:64], Resources()) == stage.predict(photos.scenes[60:64], Resources())


@pytest.mark.parametrize("box", [Box(0, 0, 1, 1), Box(-5, -5, 200, 3), Box(90, 90, 95, 95), Box(4, 4, 4, 4)])
@pytest.mark.parametrize("size", [(1, 1), (20, 300)])
def test_any_box_has_a_finite_look(box, size):
    seen = described([(np.full((*size, 3), 90, dtype=np.uint8), [box])], tuple(BLOCKS), "cpu")
    assert seen.shape == (1, length(tuple(BLOCKS)))
    assert np.isfinite(seen).all()


def test_rare_attributes_are_left_out(photos):
    rare = [
        dataclasses.replace(t, attributes=(AttributeScores((*t.attributes[0].scores, ("shiny", 1.0))), t.attributes[1]))
        for t in photos.truth[:4]
    ]
    stage = LogisticAttributes(ANNOTATED).fit(
        {"train": Examples(photos.scenes[:30], [*rare, *photos.truth[4:30]])}, Resources()
    )
    assert "shiny" not in stage.attributes_


def test_unlisted_is_absent_or_unknown(photos):
    only_red = [
        dataclasses.replace(
            t, attributes=tuple(AttributeScores(tuple(s for s in a.scores if s[0] == "red")) for a in t.attributes)
        )
        for t in photos.truth[:60]
    ]
    examples = {"train": Examples(photos.scenes[:60], only_red)}
    absent = LogisticAttributes(ANNOTATED).fit(examples, Resources())
    unknown = LogisticAttributes(dataclasses.replace(ANNOTATED, exhaustive=False)).fit(examples, Resources())
    assert absent.weights_.any()
    (scores, _) = unknown.predict(photos.scenes[:1], Resources())[0]
    count = sum(bool(a.scores) for t in only_red for a in t.attributes)
    assert scores.scores == (("red", pytest.approx((count + 1) / (count + 2))),)


@pytest.mark.parametrize("attributes", [None, (AttributeScores(()), AttributeScores(()))])
def test_photos_without_attributes_teach_nothing(photos, attributes):
    truth = [dataclasses.replace(t, attributes=attributes) for t in photos.truth]
    with pytest.raises(BadData, match="annotates detections and attributes"):
        LogisticAttributes(ANNOTATED).fit({"train": Examples(photos.scenes, truth)}, Resources())


def test_predicting_before_fitting_is_refused(photos):
    with pytest.raises(NotFitted):
        LogisticAttributes(ANNOTATED).predict(photos.scenes[:1], Resources())
