from pipeline.config import NoOptions
from pipeline.records import Image, Scene, Truth
from stages.concepts.oracle import OracleConcepts
from tests.concepts.conftest import WORDS


def _said(captions, resources):
    scene = Scene(Image("x", "x.png", 9, 9, ""), {"truth": Truth("x", captions)})
    (row,) = OracleConcepts(NoOptions()).predict([scene], resources)
    return dict(row)


def test_it_knows_what_the_captions_say(photos):
    said = _said(("Two dogs in a boat.", "A boat at sea."), photos.resources)
    assert said == {word: float(word in ("dog", "boat")) for word in WORDS}


def test_a_photo_without_captions_shows_nothing_that_is_known(photos):
    assert _said((), photos.resources) == dict.fromkeys(WORDS, 0.0)
