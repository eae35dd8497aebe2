import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Box, Detection, Image, Relation, Scene, Truth
from pipeline.stage import Resources
from stages.relations.oracle import OracleRelations

DOG = Detection(Box(0, 0, 10, 10), (("dog", 1.0),))
CAT = Detection(Box(20, 0, 30, 10), (("cat", 1.0),))
SKY = Detection(Box(0, 0, 50, 20), (("sky", 1.0),), "stuff")
DOG_BY_CAT = Relation(0, 1, (("by", 1.0),))
SKY_OVER_DOG = Relation(2, 0, (("over", 1.0), ("above", 0.5)))
TRUTH = Truth("a", (), (DOG, CAT, SKY), relations=(DOG_BY_CAT, SKY_OVER_DOG))


def _predict(found, truth):
    scene = Scene(Image("a", "a.png", 50, 50, ""), {"detections": found, "truth": truth})
    return OracleRelations(NoOptions()).predict([scene], Resources())


def test_the_true_boxes_get_the_true_relations():
    assert _predict((DOG, CAT, SKY), TRUTH) == [(DOG_BY_CAT, SKY_OVER_DOG)]


def test_relations_follow_the_detections_to_their_places():
    assert _predict((SKY, CAT, DOG), TRUTH) == [
        (Relation(2, 1, DOG_BY_CAT.prepositions), Relation(0, 2, SKY_OVER_DOG.prepositions))
    ]


def test_two_detections_of_one_thing_share_its_relations():
    again = Detection(Box(0, 0, 10, 11), (("dog", 0.4),))
    assert _predict((DOG, CAT, again), TRUTH) == [(DOG_BY_CAT, Relation(2, 1, DOG_BY_CAT.prepositions))]


def test_what_shows_nothing_true_stands_in_no_relation():
    assert _predict((Detection(Box(40, 40, 50, 50), (("dog", 1.0),)), CAT), TRUTH) == [()]
    assert _predict((), TRUTH) == [()]


def test_a_photo_without_annotations_is_named():
    with pytest.raises(BadData, match="'a' has no annotated relations"):
        _predict((DOG,), Truth("a", (), (DOG,)))
