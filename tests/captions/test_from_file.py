"""Captions of other systems, from both layouts, in part, and from files that do not fit."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import recipe
from pipeline.errors import BadData, BadOption
from pipeline.records import Caption, Image, Scene
from pipeline.stage import Resources
from stages.captions.from_file import Config, FromFile


def photo(name: str, path: str = "") -> Scene:
    return Scene(Image(name, path or f"photos/{name}.jpg", 4, 4, ""))


def texts(file: Path, *scenes: Scene) -> list[list[str]]:
    captions = FromFile(Config(path=str(file))).predict(scenes, Resources())
    return [[caption.text for caption in group] for group in captions]


def written(directory: Path, content: Any) -> Path:
    file = directory / "captions.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def test_coco_results_and_a_plain_mapping_say_the_same(tmp_path: Path) -> None:
    results = [{"image_id": 42, "caption": "a dog", "score": 0.5}, {"image_id": "x7", "caption": "a cat"}]
    for content in (results, {"42": "a dog", "x7": "a cat"}):
        assert texts(written(tmp_path, content), photo("x7"), photo("42")) == [["a cat"], ["a dog"]]


def test_a_photo_without_an_entry_has_no_caption(tmp_path: Path) -> None:
    assert texts(written(tmp_path, {"1": "a dog"}), photo("2"), photo("1")) == [[], ["a dog"]]
    assert texts(written(tmp_path, []), photo("2")) == [[]]


def test_entries_of_no_photo_are_told(tmp_path: Path) -> None:
    said = {"1": "a dog", "nope": "a cat", "val/2.jpg": "a cow", "3": "a bird"}
    stage = FromFile(Config(path=str(written(tmp_path, said))))
    images = [photo("1").image, photo("two", "val/2.jpg").image]
    assert stage.strangers(images) == (4, ["nope", "3"])


def test_every_word_says_it_comes_from_a_file(tmp_path: Path) -> None:
    stage = FromFile(Config(path=str(written(tmp_path, {"1": "A dog runs."}))))
    ((caption,),) = stage.predict([photo("1")], Resources())
    assert caption.words == ("A", "dog", "runs.")
    assert [evidence.kind for evidence in caption.evidence] == ["file"] * 3
    assert caption.reference is None


def test_an_empty_sentence_is_something_the_system_said(tmp_path: Path) -> None:
    stage = FromFile(Config(path=str(written(tmp_path, {"1": ""}))))
    assert stage.predict([photo("1")], Resources()) == [(Caption("", ()),)]


@pytest.mark.parametrize("key", ["000000000042", "000000000042.jpg", "val2014/000000000042.jpg", "./000000000042.png"])
def test_a_file_name_means_the_photo_at_its_path(tmp_path: Path, key: str) -> None:
    scene = photo("42", "data/val2014/000000000042.jpg")
    assert texts(written(tmp_path, {key: "a dog"}), scene) == [["a dog"]]


def test_a_file_in_another_folder_is_another_photo(tmp_path: Path) -> None:
    file = written(tmp_path, {"cat/001.jpg": "a cat"})
    assert texts(file, photo("dog/001", "data/dog/001.jpg"), photo("cat/001", "data/cat/001.jpg")) == [[], ["a cat"]]


def test_the_id_goes_before_the_file_name(tmp_path: Path) -> None:
    file = written(tmp_path, {"7": "by id", "photo": "by name"})
    assert texts(file, photo("7", "photo.jpg")) == [["by id"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([{"image_id": 1, "caption": "a"}, {"image_id": "1", "caption": "b"}], "two captions for '1'"),
        ('{"1": "a", "1": "b"}', "two captions for '1'"),
        ({"1.jpg": "a", "1.png": "b"}, "could both mean photo '1'"),
        ([{"image_id": 1, "text": "a"}], "entry 0 should have an image_id and a caption"),
        (["a dog"], "entry 0 should have"),
        ([{"image_id": 1.5, "caption": "a"}], "image_id 1.5 should be text or a whole number"),
        ([{"image_id": True, "caption": "a"}], "image_id True"),
        ([{"image_id": 1, "caption": None}], "entry 0: the caption should be text"),
        ({"images": [], "annotations": []}, "entry 'images': the caption should be text"),
        ("7", "neither a list nor a mapping"),
        ("{", "is not JSON"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_naming_the_entry(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(BadData, match=message) as caught:
        texts(written(tmp_path, content), photo("1"))
    assert "captions.json" in str(caught.value)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "captions.json"
    file.write_bytes('{"1": "caf\u00e9"}'.encode("latin-1"))
    with pytest.raises(BadData, match="not JSON in UTF-8"):
        texts(file, photo("1"))


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "captions.json"
    file.write_text('{"1": "a dog"}', encoding="utf-8-sig")
    assert texts(file, photo("1")) == [["a dog"]]


def test_a_missing_path_or_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="from_file:path="):
        FromFile(Config()).predict([photo("1")], Resources())
    with pytest.raises(BadOption, match="No such file"):
        texts(tmp_path / "nowhere.json", photo("1"))


def test_no_photos_give_no_captions() -> None:
    assert FromFile(Config()).predict([], Resources()) == []


def test_the_content_of_the_file_and_not_its_name_enters_the_key(tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    first.write_text("[]")
    second.write_text("[]")
    before = recipe(Config(path=str(first)), "predict")
    assert before == recipe(Config(path=str(second)), "predict")
    first.write_text("[ ]")
    assert before != recipe(Config(path=str(first)), "predict")
    assert recipe(Config(path=str(first)), "fit") == {}


BABYTALK = Path(__file__).parents[3] / "shared" / "data" / "pascal_sentences" / "babytalk_2011_outputs.json"


@pytest.mark.skipif(not BABYTALK.is_file(), reason=f"{BABYTALK} is not here")
def test_the_sentences_of_babytalk_are_read() -> None:
    assert texts(BABYTALK, photo("2008_007201"), photo("nowhere")) == [["Here we see one train."], []]
