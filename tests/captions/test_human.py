"""People's captions, handed on in order and marked with their places."""

from pipeline.config import NoOptions
from pipeline.records import Caption, Evidence, Image, Scene, Truth
from pipeline.stage import Resources
from stages.captions.human import Human


def scene(*captions: str) -> Scene:
    return Scene(Image("1", "1.jpg", 4, 4, ""), {"truth": Truth("1", captions)})


def test_every_reference_is_handed_on_with_its_place_and_evidence_a_word() -> None:
    (captions,) = Human(NoOptions()).predict([scene("A dog runs.", "Two  men")], Resources())
    said = Evidence("reference")
    assert captions == (
        Caption("A dog runs.", ("A", "dog", "runs."), evidence=(said, said, said), reference=0),
        Caption("Two  men", ("Two", "men"), evidence=(said, said), reference=1),
    )


def test_a_photo_nobody_described_has_no_caption() -> None:
    assert Human(NoOptions()).predict([scene()], Resources()) == [()]


def test_no_photos_give_no_captions() -> None:
    assert Human(NoOptions()).predict([], Resources()) == []


def test_it_declares_that_it_sees_the_truth() -> None:
    assert Human.sees_truth
    assert Human.fit_on == ()
