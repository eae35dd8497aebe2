"""Pascal Sentences as they are distributed, with and without lists of splits and a-Pascal's objects."""

import hashlib
import os
from pathlib import Path

import pytest

from pipeline.errors import BadData
from pipeline.records import AttributeScores, Box, Detection
from tests.datasets.trees import REAL, apascal, glance, ids, made, pascal, photo, read, written

CLASSES = {"cat": [f"2008_c{number}" for number in range(15)], "sofa": [f"2008_s{number}" for number in range(10)]}
ALL = [name for names in CLASSES.values() for name in names]


def test_lists_say_the_splits_in_their_order(tmp_path: Path) -> None:
    lists = {"train": ALL[20:5:-1], "test": ["2008_c1", "2008_c0.jpg"]}
    dataset = made("pascal_sentences", root=str(pascal(tmp_path, CLASSES, **lists)))
    assert dataset.splits == ("train", "tune", "test")
    assert dataset.annotates == ("captions",)
    found = ids(dataset, tmp_path)
    assert found["train"] == [name for name in ALL[20:5:-1] if name not in found["tune"]]
    assert found["test"] == ["2008_c1", "2008_c0"]
    image, truth = read(dataset, "test", tmp_path)[0]
    assert image.path == str(tmp_path / "dataset" / "cat" / "2008_c1.jpg")
    assert truth.captions == ("A cat.", "This is 2008_c1.")
    assert (truth.detections, truth.attributes) == (None, None)


def test_without_lists_a_fifth_of_each_class_is_for_validation_and_a_fifth_for_the_test(tmp_path: Path) -> None:
    found = ids(made("pascal_sentences", root=str(pascal(tmp_path, CLASSES))), tmp_path)
    assert {split: len(names) for split, names in found.items()} == {"train": 14, "tune": 1, "val": 5, "test": 5}
    assert sorted(name for names in found.values() for name in names) == sorted(ALL)
    for names in CLASSES.values():
        order = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
        fifth = len(names) // 5
        assert set(found["val"]) & set(names) == set(order[:fifth])
        assert set(found["test"]) & set(names) == set(order[fifth : 2 * fifth])


def test_boxes_are_of_pixels_and_attributes_are_what_people_say_of_a_thing(tmp_path: Path) -> None:
    pascal(tmp_path, CLASSES, train=ALL)
    rows = [
        "2008_s0.jpg sofa 1 1 60 40 1 0 1 1 0 0 0 0",
        "2008_s0.jpg pottedplant 11 21 11 30 0 0 0 0 1 0 0 1",
        "2008_c0.jpg person 5 5 9 9 1 0 0 1 0 0 0 0",
        "2008_c0.jpg bus 5 5 9 9 0 1 0 0 1 0 0 0",
        "2008_c0.jpg bird 5 5 9 9 0 0 0 0 0 1 1 0",
        "2009_elsewhere.jpg bird 5 5 9 9 0 0 0 0 0 1 1 0",
    ]
    apascal(tmp_path, rows)
    dataset = made("pascal_sentences", root=str(tmp_path))
    assert dataset.annotates == ("captions", "detections", "attributes")
    truth = {truth.id: truth for _, truth in read(dataset, "train", tmp_path)}
    assert truth["2008_s0"].detections == (
        Detection(Box(0, 0, 60, 40), (("sofa", 1.0),)),
        Detection(Box(10, 20, 11, 30), (("pottedplant", 1.0),)),  # 1 x 10 pixels
    )
    assert truth["2008_s0"].attributes == (
        AttributeScores((("wooden", 1.0), ("cloth", 1.0))),
        AttributeScores((("glass", 1.0), ("leafy", 1.0))),
    )
    worn, windows, both = truth["2008_c0"].attributes or ()
    assert worn.scores == ()
    assert windows.scores == (("metal", 1.0),)
    assert both.scores == (("feathered", 1.0), ("woolen", 1.0))
    assert truth["2008_c1"].detections is None


def test_the_two_files_of_a_pascal_are_read_where_they_are_not_one(tmp_path: Path) -> None:
    pascal(tmp_path, CLASSES, train=ALL)
    file = apascal(tmp_path, [])
    file.unlink()
    for place, part in enumerate(("train", "test")):
        written(tmp_path / "apascal" / f"apascal_{part}.txt", [f"2008_c{place}.jpg cat 5 5 9 9 1 0 0 0 0 0 0 0"])
    truth = [truth for _, truth in read(made("pascal_sentences", root=str(tmp_path)), "train", tmp_path)]
    assert {each.id for each in truth if each.detections} <= {"2008_c0", "2008_c1"}
    assert any(each.detections for each in truth)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            "2008_c0.jpg cat 1 1 9 9 1 0 1",
            "apascal.txt line 2 should be photo.jpg class x1 y1 x2 y2 and 8 times 0 or 1",
        ),
        ("2008_c0.jpg cat 1 1 9 9 1 0 1 0 0 0 0 2", "apascal.txt line 2 should be"),
        ("2008_c0.jpg cat 1 1 9.5 9 1 0 1 0 0 0 0 0", "in whole numbers"),
        ("2008_c0.jpg cat 0 1 9 9 1 0 1 0 0 0 0 0", "line 2: the box 0 1 9 9 should have 1 <= x1 <= x2"),
        ("2008_c0.jpg cat 9 9 8 8 1 0 1 0 0 0 0 0", "line 2: the box 9 9 8 8 should have"),
        (
            "2008_c0.jpg cat 1 1 61 40 1 0 1 0 0 0 0 0",
            r"apascal\.txt line 2: the box 1 1 61 40 is not inside .*c0.jpg, 60 x 40 pixels; put",
        ),
    ],
)
def test_an_object_that_does_not_fit_is_named(row: str, says: str, tmp_path: Path) -> None:
    pascal(tmp_path, CLASSES, train=["2008_c0"])
    apascal(tmp_path, ["2008_s0.jpg sofa 1 1 60 40 1 0 1 1 0 0 0 0", row])
    with pytest.raises(BadData, match=says):
        read(made("pascal_sentences", root=str(tmp_path)), "train", tmp_path)


def test_a_name_that_is_not_utf8_has_an_id_that_is(tmp_path: Path) -> None:
    pascal(tmp_path, {"cat": ["1", "2"]}, train=["1", "caf\\xe9.jpg"])
    for place, suffix in (("dataset", "jpg"), ("sentence", "txt")):
        file = tmp_path / place / "cat" / f"2.{suffix}"
        file.rename(file.with_name(os.fsdecode(b"caf\xe9.") + suffix))
    found = ids(made("pascal_sentences", root=str(tmp_path)), tmp_path)
    assert {name for names in found.values() for name in names} == {"1", "caf\\xe9"}


def test_files_that_do_not_fit_are_named(tmp_path: Path) -> None:
    def refused(says: str) -> None:
        with pytest.raises(BadData, match=says):
            ids(made("pascal_sentences", root=str(tmp_path)), tmp_path)

    written(tmp_path / "dataset" / "x.txt", [])
    refused(r"has no folder 'sentence'; it should hold dataset/<class>/ID\.jpg")
    (tmp_path / "sentence").mkdir()
    refused("speak of no photo")
    pascal(tmp_path, {"cat": ["1", "2"]})
    photo(tmp_path / "dataset" / "cat" / "3.jpg")
    refused(r"photo .*cat/3\.jpg has no sentences; write .*sentence/cat/3\.txt, or list")
    empty = written(tmp_path / "sentence" / "cat" / "3.txt", [" "])
    refused(r"cat/3\.txt has no sentence; write one a line there")
    empty.unlink()
    pascal(tmp_path, {"dog": ["2"]})
    refused("two photos have the id '2': .*cat/2.jpg .* and .*dog/2.jpg")
    (tmp_path / "sentence" / "dog" / "2.txt").rename(tmp_path / "sentence" / "dog" / "4.txt")
    pascal(tmp_path, {}, train=["1", "2", "7"])
    refused(r"train\.txt line 3: nothing is said of photo '7'")
    pascal(tmp_path, {}, train=["1", "2", "4"])
    refused(r"train\.txt line 3: there is no photo .*dog/4\.jpg; put it there")
    (tmp_path / "apascal").mkdir()
    refused(r"apascal should hold apascal\.txt, or apascal_train\.txt")


@pytest.mark.skipif(not (REAL / "pascal_sentences").is_dir(), reason=f"{REAL / 'pascal_sentences'} is not here")
def test_the_real_pascal_sentences_have_their_photos_and_boxes(tmp_path: Path) -> None:
    dataset = made("pascal_sentences", root=str(REAL / "pascal_sentences"))
    truth = {split: [each for _, each in dataset.examples(split, tmp_path, glance)] for split in dataset.splits}
    assert {split: len(group) for split, group in truth.items()} == {"train": 275, "tune": 30, "val": 203}
    boxes = [box for group in truth.values() for each in group for box in each.detections or ()]
    assert len(boxes) == 1823
    assert len({box.label for box in boxes}) == 20
    assert dataset.annotates == ("captions", "detections", "attributes")
