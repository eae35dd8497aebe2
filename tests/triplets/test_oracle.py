"""The annotated triplets, handed on as they are."""

import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Image, Scene, Triplet, Truth
from pipeline.stage import Resources
from stages.triplets.oracle import OracleTriplets


def test_what_is_annotated_is_handed_on() -> None:
    true = (Triplet("dog", "run", "park"), Triplet("cat", "sit", "park"))
    scenes = [
        Scene(Image(name, "", 1, 1, ""), {"truth": Truth(name, (), triplets=triplets)})
        for name, triplets in (("a", true), ("b", ()))
    ]
    assert OracleTriplets(NoOptions()).predict(scenes, Resources()) == [true, ()]


def test_photos_without_annotation_are_refused_with_the_remedy() -> None:
    scene = Scene(Image("a", "", 1, 1, ""), {"truth": Truth("a", ("A dog.",))})
    with pytest.raises(BadData, match=r"photo 'a'.*triplets=triangle_mrf"):
        OracleTriplets(NoOptions()).predict([scene], Resources())
