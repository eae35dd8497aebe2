"""Classifiers that learn from captions what nobody annotated."""

import dataclasses

import pytest

from pipeline.config import NoOptions
from pipeline.records import AttributeScores, Detection
from pipeline.stage import Examples, Resources
from stages.attributes.logistic import LogisticAttributes, LogisticConfig
from stages.attributes.svm import SvmAttributes, SvmConfig
from stages.resources.parses import Parses
from stages.vision.average_precision import average_precision
from stages.vision.colour_names import COLOUR_NAMES

LOOKS = ("names", "texture")
LEARNED = range(60)


def _captioned(photos, say):
    """The photos of LEARNED with captions in place of annotations, and their parses."""
    truth = [
        dataclasses.replace(photos.truth[i], captions=say(i, photos.truth[i]), detections=None, attributes=None)
        for i in LEARNED
    ]
    return Examples(photos.scenes[: len(LEARNED)], truth), Resources(
        {"parses": Parses(NoOptions()).fit(truth, Resources())}
    )


def _half_said(index, truth):
    """The ball's colour, and a pattern every other time that it has one; often nothing."""
    colour, *striped = (name for name, _ in truth.attributes[0].scores)
    if index % 5 == 4:
        return ("There is a ball.",)
    return (f"A {'striped ' if striped and index % 2 else ''}{colour} ball on a field.",)


def _precision(stage, photos, name):
    rows = stage.predict(photos.scenes[60:], Resources())
    judged = [
        (dict(row[0].scores)[name], name in dict(truth.attributes[0].scores))
        for row, truth in zip(rows, photos.truth[60:], strict=True)
    ]
    return average_precision(judged, sum(right for _, right in judged))


@pytest.fixture(scope="module", params=["logistic", "rbf", "linear"])
def stage(request, photos):
    options = {"labels": "mined", "features": LOOKS, "min_mentions": 5}
    kernel = {} if request.param == "logistic" else {"kernel": request.param}
    made = SvmAttributes(SvmConfig(**options, **kernel)) if kernel else LogisticAttributes(LogisticConfig(**options))
    examples, resources = _captioned(photos, _half_said)
    return made.fit({"train": examples}, resources)


@pytest.mark.parametrize("name", ["red", "green", "blue", "striped"])
def test_what_captions_say_is_learned_though_they_say_it_of_some_only(stage, photos, name):
    assert name in stage.attributes_
    assert _precision(stage, photos, name) > 0.9


def test_all_other_colours_are_told_by_their_names(stage, photos):
    assert set(stage.colours_) == set(COLOUR_NAMES) - {"red", "green", "blue"}
    (ball, _) = stage.predict(photos.scenes[60:61], Resources())[0]
    assert {name for name, _ in ball.scores} == {*COLOUR_NAMES, "striped"}


def test_without_captions_colours_are_told_by_their_names_alone(photos):
    examples, resources = _captioned(photos, lambda index, truth: ())
    for made in (LogisticAttributes(LogisticConfig()), SvmAttributes(SvmConfig())):
        stage = made.fit({"train": examples}, resources)
        assert stage.attributes_ == ()
        assert stage.colours_ == COLOUR_NAMES
    plain = [i for i in range(60, 90) if i % 3]
    rows = stage.predict([photos.scenes[i] for i in plain], Resources())
    right = [
        row[0].scores[0][0] == photos.truth[i].attributes[0].scores[0][0] for i, row in zip(plain, rows, strict=True)
    ]
    assert sum(right) / len(right) > 0.9


def test_what_is_annotated_is_learned_from_there_and_the_rest_from_captions(photos):
    def say(index, truth):
        return ("A shiny red ball.",)

    truth = [dataclasses.replace(photos.truth[i], captions=say(i, photos.truth[i])) for i in LEARNED]
    resources = Resources({"parses": Parses(NoOptions()).fit(truth, Resources())})
    both = LogisticAttributes(LogisticConfig(features=LOOKS)).fit(
        {"train": Examples(photos.scenes[:60], truth)}, resources
    )
    assert set(both.attributes_) == {"red", "green", "blue", "striped", "shiny"}
    assert both.colours_ == ()  # the dataset has its own idea of colours
    assert _precision(both, photos, "red") > 0.9  # the captions call every ball red


def test_annotated_materials_that_nobody_names_are_left_out_where_captions_are_mined(photos):
    made_of = (("cloth", 1.0), ("plastic", 1.0))
    truth = [
        dataclasses.replace(
            photos.truth[i],
            attributes=tuple(AttributeScores((*a.scores, *made_of[: i % 3])) for a in photos.truth[i].attributes),
            captions=("A plastic ball.",),
        )
        for i in LEARNED
    ]
    examples = {"train": Examples(photos.scenes[:60], truth)}
    resources = Resources({"parses": Parses(NoOptions()).fit(truth, Resources())})
    for labels, left_out in (("both", {"cloth"}), ("annotated", set())):
        stage = LogisticAttributes(LogisticConfig(labels=labels, features=LOOKS)).fit(examples, resources)
        assert {"cloth", "plastic"} - set(stage.attributes_) == left_out


def test_a_part_of_the_photos_is_learned_from_with_its_own_captions(photos):
    examples, resources = _captioned(photos, lambda index, truth: (f"A {'red' if index % 2 else 'blue'} ball.",))
    part = Examples(examples.scenes[1::2], examples.truth[1::2])
    stage = LogisticAttributes(LogisticConfig(labels="mined", features=LOOKS)).fit({"train": part}, resources)
    assert stage.attributes_ == ("red",)


def test_detections_below_the_score_are_not_learned_from(photos):
    examples, resources = _captioned(photos, _half_said)
    unsure = [
        dataclasses.replace(
            scene,
            fields={"detections": tuple(Detection(d.box, ((d.label, 0.2),), d.kind) for d in scene.detections)},
        )
        for scene in examples.scenes
    ]
    stage = LogisticAttributes(LogisticConfig(labels="mined", features=LOOKS))
    assert stage.fit({"train": Examples(unsure, examples.truth)}, resources).attributes_ == ()


@pytest.mark.parametrize(("labels", "read"), [("annotated", ()), ("mined", ("detections",)), ("both", ("detections",))])
def test_the_detector_is_wanted_in_training_where_captions_are(labels, read):
    for stage in (LogisticAttributes(LogisticConfig(labels=labels)), SvmAttributes(SvmConfig(labels=labels))):
        assert stage.fit_reads() == read
        assert stage.uses() == (("parses",) if read else ())
