import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import AttributeScores, Box, Detection, Image, Scene, Truth
from pipeline.stage import Resources
from stages.attributes.oracle import OracleAttributes

DOG = Detection(Box(0, 0, 10, 10), (("dog", 1.0),))
SKY = Detection(Box(0, 0, 50, 20), (("sky", 1.0),), "stuff")
BROWN, BLUE = AttributeScores((("brown", 1.0),)), AttributeScores((("blue", 1.0),))


def _predict(found, truth):
    scene = Scene(Image("a", "a.png", 50, 50, ""), {"detections": found, "truth": truth})
    return OracleAttributes(NoOptions()).predict([scene], Resources())


def test_the_true_boxes_get_the_true_attributes():
    assert _predict((DOG, SKY), Truth("a", (), (DOG, SKY), (BROWN, BLUE))) == [(BROWN, BLUE)]


def test_a_detection_gets_those_of_the_true_one_it_shows():
    found = (
        Detection(Box(0, 0, 50, 18), (("sky", 0.3),), "stuff"),
        Detection(Box(0, 0, 10, 11), (("cat", 0.9), ("dog", 0.2))),
        Detection(Box(1, 0, 11, 10), (("dog", 0.9),)),
    )
    assert _predict(found, Truth("a", (), (DOG, SKY), (BROWN, BLUE))) == [(BLUE, AttributeScores(()), BROWN)]


def test_nothing_found_has_no_attributes():
    assert _predict((), Truth("a", (), (DOG,), (BROWN,))) == [()]


def test_a_photo_without_annotations_is_named():
    with pytest.raises(BadData, match="'a' has no annotated attributes"):
        _predict((DOG,), Truth("a", (), (DOG,)))
