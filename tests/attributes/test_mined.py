import pytest

from pipeline.records import Box, Detection
from stages.attributes._mined import mined
from stages.language.english import parse


def _box(label, size=20, score=0.9):
    return Detection(Box(0, 0, size, size), ((label, score),))


def _said(captions, *detections):
    found = mined(detections, list(parse(captions)), 0.4)
    return [None if one is None else set(one.present) for one in found]


def test_attributes_are_of_the_object_they_are_said_of():
    assert _said(["A brown puppy sits on green grass."], _box("dog"), _box("grass"), _box("car")) == [
        {"brown"},
        {"green"},
        None,
    ]


def test_all_captions_of_a_photo_add_up_and_silence_says_nothing():
    assert _said(["A dog runs.", "The dog is white.", "A wet dog."], _box("dog")) == [{"white", "wet"}]
    assert _said(["There is a dog."], _box("dog")) == [set()]


def test_a_colour_denies_the_others_unless_they_are_said_too():
    (one,) = mined([_box("dog")], list(parse(["A white dog.", "A black and white dog."])), 0.4)
    assert one.present == {"white", "black"}
    assert {"red", "brown", "blue"} <= one.absent
    assert not one.absent & {"white", "black", "gray", "wet"}


def test_one_of_several_is_the_largest():
    assert _said(["A red car."], _box("car", 10), _box("car", 30), _box("car", 20)) == [None, {"red"}, None]


@pytest.mark.parametrize("caption", ["Two red cars.", "Red cars on a road."])
def test_as_many_as_there_are_boxes_are_all_of_them(caption):
    assert _said([caption], _box("car", 10), _box("car", 30)) == [{"red"}, {"red"}]


def test_unsure_detections_are_not_spoken_of():
    assert _said(["A red car."], _box("car", 10), _box("car", 30, 0.1)) == [{"red"}, None]


def test_a_person_has_the_colours_of_the_clothes_and_not_of_the_skin():
    assert _said(["A black man in a red shirt."], _box("person")) == [{"red"}]
    assert _said(["A young woman wears a striped dress."], _box("person")) == [{"young", "striped"}]


def test_clothes_of_nobody_are_nothing():
    assert _said(["A red shirt."], _box("dog")) == [None]


def test_the_broader_label_is_found():
    assert _said(["A white duck."], _box("bird")) == [{"white"}]


def test_a_photo_without_captions_or_boxes_has_nothing_said():
    assert _said([], _box("dog")) == [None]
    assert _said(["A dog."]) == []
