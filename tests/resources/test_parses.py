from pathlib import Path

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.records import Truth
from pipeline.stage import Resources
from stages.language.english import parse
from stages.resources.parses import Parses

TRUTH = (
    Truth("a", ("A brown dog sits on the grass.", "A dog.", "Two puppies near a car.")),
    Truth("b", ()),
    Truth("c", ("", "A dog.")),
)
CAPTIONS = [caption for truth in TRUTH for caption in truth.captions]


@pytest.fixture(scope="module")
def fitted() -> Parses:
    return Parses(NoOptions()).fit(TRUTH, Resources())


def test_every_caption_is_kept_as_it_was_parsed(fitted: Parses) -> None:
    assert list(fitted) == list(parse(CAPTIONS))
    assert len(fitted) == 5


def test_photos_keep_their_own_captions(fitted: Parses) -> None:
    assert [len(photo) for photo in fitted.photos()] == [3, 0, 2]
    assert [one for photo in fitted.photos() for one in photo] == list(fitted)


def test_a_photo_is_asked_for_by_its_id(fitted: Parses) -> None:
    assert [fitted.of(photo) for photo in ("a", "b", "c")] == list(fitted.photos())
    assert fitted.of("of another split") == ()


def test_a_token_takes_seven_bytes(fitted: Parses) -> None:
    assert sum(array.itemsize for array in (fitted.tokens_, fitted.heads_, fitted.labels_)) == 7
    assert len(fitted.tokens_) == sum(len(one.words) for one in parse(CAPTIONS))


def test_saved_and_loaded_parses_are_equal(fitted: Parses, tmp_path: Path) -> None:
    fitted.save_state(tmp_path)
    loaded = Parses(NoOptions()).load_state(tmp_path)
    assert list(loaded) == list(fitted)
    np.testing.assert_array_equal(loaded.photos_, fitted.photos_)


def test_there_is_no_caption_beyond_the_last(fitted: Parses) -> None:
    with pytest.raises(IndexError, match="caption 5 of 5"):
        fitted[5]
