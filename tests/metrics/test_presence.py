"""Presence: captions worked by hand, and the drawn scenes, of which everything said is true."""

import math
from pathlib import Path

import pytest

from pipeline.config import NoOptions
from pipeline.photos import Photos
from pipeline.records import AttributeScores, Box, Caption, Detection, Image, Relation, Scene, Truth
from pipeline.registry import choose
from stages.analysis.scoring import judge
from stages.metrics.presence import ATTRIBUTES, F1, MADE_UP, PRECISION, RECALL, RELATIONS, Presence

BOX = Box(0, 0, 9, 9)


def boxed(*labels: str) -> tuple[Detection, ...]:
    return tuple(Detection(BOX, ((label, 1.0),)) for label in labels)


def saying(text: str) -> Scene:
    said = (Caption(text, tuple(text.split())),) if text else ()
    return Scene(Image(text, "", 9, 9, ""), {"captions": said})


def values(texts: list[str], truth: list[Truth]) -> dict[str, float]:
    presence = Presence(NoOptions())
    return presence.aggregate(presence.rows([saying(text) for text in texts], truth))


def test_synonyms_plurals_and_several_mentions_count_once_a_photo() -> None:
    found = values(
        ["A puppy and another dog sit on a couch.", "Two planes over a lake.", "Nothing to see here."],
        [
            Truth("1", (), boxed("dog", "sofa")),
            Truth("2", (), boxed("aeroplane", "person")),
            Truth("3", (), boxed("bird")),
        ],
    )
    assert (found[PRECISION], found[RECALL]) == (1.0, pytest.approx(3 / 5))
    assert found[F1] == pytest.approx(2 * 1 * 0.6 / 1.6)
    assert found[MADE_UP] == 0.0


def test_what_is_not_there_counts_against_and_what_nobody_boxes_does_not() -> None:
    found = values(
        ["A man rides a horse by a bird.", "A lake.", "A bird."],
        [Truth("1", (), boxed("person", "horse")), Truth("2", (), boxed("bird")), Truth("3", (), boxed("bird"))],
    )
    assert found[PRECISION] == pytest.approx(3 / 4)  # the bird of the first photo is made up
    assert found[RECALL] == pytest.approx(3 / 4)
    assert found[MADE_UP] == pytest.approx(1 / 2)  # of the two captions that name anything that is boxed


def test_a_photo_that_nobody_boxed_is_not_asked_about() -> None:
    looked = Truth("1", (), boxed("person"))
    both = values(["A person.", "A dog and a person."], [looked, Truth("2", (), None)])
    assert both == pytest.approx(values(["A person."], [looked]), nan_ok=True)
    assert values(["A person.", "A person."], [looked, Truth("2", (), ())])[PRECISION] == 0.5  # seen, and empty


def test_attributes_and_relations_are_those_of_some_box_of_the_kind() -> None:
    truth = Truth(
        "1",
        (),
        boxed("dog", "dog", "sofa"),
        tuple(AttributeScores(((name, 1.0),)) for name in ("black", "brown", "red")),
        (Relation(0, 2, (("on", 1.0), ("near", 0.2))),),
    )
    other = Truth("2", (), boxed("dog"), (AttributeScores((("white", 1.0),)),), (Relation(0, 0, (("near", 1.0),)),))
    found = values(["A brown dog on a red sofa.", "A big white dog."], [truth, other])
    assert found[ATTRIBUTES] == 1.0  # nobody annotates sizes
    assert found[RELATIONS] == 1.0
    found = values(["A red dog near a brown sofa.", "A black dog on a red sofa."], [truth, other])
    assert found[ATTRIBUTES] == 0.0  # black is the dog of another photo, and so is the sofa
    assert found[RELATIONS] == 0.0


def test_where_nothing_is_said_of_what_is_known_there_is_no_score() -> None:
    found = values(["A view.", "A lake."], [Truth("1", (), boxed("dog")), Truth("2", (), boxed("dog"))])
    assert all(math.isnan(found[name]) for name in (PRECISION, MADE_UP, ATTRIBUTES, RELATIONS))
    assert found[RECALL] == 0.0
    results = judge(Presence(NoOptions()), [saying("A view.")], [Truth("1", (), boxed("dog"))])
    assert {score.metric for score in results[0].scores if score.value is None and score.missing} == {
        PRECISION,
        MADE_UP,
        ATTRIBUTES,
        RELATIONS,
    }


def test_what_people_say_of_the_drawn_scenes_is_there_and_of_another_scene_is_not(tmp_path: Path) -> None:
    examples = choose("datasets", "scenes:train=10:val=5:test=60").create().examples("test", tmp_path, Photos(tmp_path))
    truth = [true for _, true in examples]
    right = values([one.captions[0] for one in truth], truth)
    assert right[PRECISION] > 0.99
    assert right[ATTRIBUTES] > 0.97
    assert right[RELATIONS] > 0.75  # "in a snowy field" is on no grass, "near the water" is farther than annotated
    wrong = values([one.captions[0] for one in (*truth[1:], truth[0])], truth)
    assert wrong[PRECISION] < 0.7
    assert wrong[ATTRIBUTES] < 0.5
    assert wrong[RELATIONS] < 0.4
