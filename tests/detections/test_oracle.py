import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Box, Detection, Image, Scene, Truth
from pipeline.stage import Resources
from stages.detections.oracle import OracleDetections

DOG = Detection(Box(0, 0, 10, 10), (("dog", 1.0),))
IMAGE = Image("a", "a.png", 50, 50, "")


def test_the_annotated_boxes_are_handed_on():
    scenes = [Scene(IMAGE, {"truth": Truth("a", (), found)}) for found in ((DOG,), ())]
    assert OracleDetections(NoOptions()).predict(scenes, Resources()) == [(DOG,), ()]
    assert OracleDetections(NoOptions()).predict([], Resources()) == []


def test_a_photo_without_boxes_is_named():
    with pytest.raises(BadData, match="'a' has no annotated boxes"):
        OracleDetections(NoOptions()).predict([Scene(IMAGE, {"truth": Truth("a")})], Resources())
