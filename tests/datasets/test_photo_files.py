"""Which files a dataset may call photos: each once, and those of its folder alone, whichever kind of dataset it is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.datasets import Dataset
from pipeline.errors import BadData
from pipeline.records import Truth
from stages.datasets._on_disk import Entry
from stages.datasets._splits import settled
from tests.datasets.trees import as_json, coco, flickr8k, ids, karpathy, made, photo, written


def _karpathy(root: Path, name: str) -> Dataset[Any]:
    karpathy(root, [{"filename": "a.jpg", "split": "train", "cocoid": 1}])
    other = {"filename": name, "split": "test", "cocoid": 2, "sentences": ["A dog."]}
    file = root / "dataset_flickr8k.json"
    content = json.loads(file.read_text())
    as_json(file, {**content, "images": [*content["images"], other]})
    return made("karpathy", root=str(root))


def _filepath(root: Path, name: str) -> Dataset[Any]:
    dataset = _karpathy(root, "a.jpg")
    file = root / "dataset_flickr8k.json"
    content = json.loads(file.read_text())
    content["images"][1]["filepath"] = name.removesuffix("/a.jpg")
    as_json(file, content)
    return dataset


def _coco(root: Path, name: str) -> Dataset[Any]:
    coco(root, "train2017", (1,), None)
    coco(root, "val2017", (2,), None)
    (root / "train2017" / "000000000001.jpg").rename(root / "train2017" / "a.jpg")
    for part, called in (("train2017", "a.jpg"), ("val2017", name)):
        file = root / "annotations" / f"captions_{part}.json"
        content = json.loads(file.read_text())
        content["images"][0]["file_name"] = called
        as_json(file, content)
    return made("coco", root=str(root))


def _flickr(root: Path, name: str) -> Dataset[Any]:
    flickr8k(root, {"train": "a"})
    with (root / "Flickr8k_text" / "Flickr8k.token.txt").open("a") as file:
        file.write(f"{name}#0\tA dog .\n")
    return made("flickr", root=str(root))


READERS: dict[str, Callable[[Path, str], Dataset[Any]]] = {
    "coco": _coco,
    "flickr": _flickr,
    "karpathy": _karpathy,
    "filepath of karpathy": _filepath,
}


@pytest.mark.parametrize("name", ["/etc/a.jpg", "../a.jpg", "b/../../a.jpg", "..", "b\\a.jpg", "..\\a.jpg"])
@pytest.mark.parametrize("reader", READERS)
def test_a_photo_outside_its_folder_is_refused(reader: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(
        BadData, match=r"(images\[\d\]|line \d): .* is .*; it should be the name of a photo in its folder"
    ):
        _ = READERS[reader](tmp_path, name).splits


def test_a_photo_in_a_folder_below_is_a_photo_of_the_folder(tmp_path: Path) -> None:
    photo(tmp_path / "more" / "b.jpg")
    assert ids(_karpathy(tmp_path, "more/b.jpg"), tmp_path) == {"train": ["1"], "test": ["2"]}


def test_one_photo_under_two_ids_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        BadData, match=r"a\.jpg is there twice, with the ids '1' \(.*\[0\]\) and .*'2' \(.*\[1\]\); keep one"
    ):
        _ = _karpathy(tmp_path, "a.jpg").splits


def test_one_photo_by_two_names_is_refused(tmp_path: Path) -> None:
    photo(tmp_path / "photos" / "a.jpg")
    (tmp_path / "photos" / "b.jpg").symlink_to("a.jpg")
    (tmp_path / "linked").symlink_to("photos")
    (tmp_path / "photos" / "c.jpg").hardlink_to(tmp_path / "photos" / "a.jpg")
    (tmp_path / "d.jpg").symlink_to("photos/c.jpg")
    for other in ("photos/b.jpg", "linked/a.jpg", "linked/../photos/./a.jpg", "photos/c.jpg", "d.jpg"):
        entries = [Entry(tmp_path / name, Truth(name), name) for name in ("photos/a.jpg", other)]
        with pytest.raises(BadData, match="is there twice"):
            settled("mine", {"train": entries[:1], "test": entries[1:]}, None)


def test_a_photo_that_has_another_name_elsewhere_is_there_once(tmp_path: Path) -> None:
    """As in a copy made of hard links, of which one may be used."""
    for name in ("a.jpg", "b.jpg"):
        photo(tmp_path / "photos" / name)
        (tmp_path / f"copy of {name}").hardlink_to(tmp_path / "photos" / name)
    entries = [Entry(tmp_path / "photos" / name, Truth(name), name) for name in ("a.jpg", "b.jpg")]
    assert list(settled("mine", {"train": entries[:1], "test": entries[1:]}, None)) == ["train", "test"]


def test_photos_of_one_folder_given_in_two_ways_are_refused(tmp_path: Path) -> None:
    photo(tmp_path / "holiday" / "a.jpg")
    written(tmp_path / "holiday" / "captions.csv", ["file,caption", "a.jpg,A dog."])
    (tmp_path / "again").symlink_to("holiday")
    with pytest.raises(BadData, match=r"captions\.csv line 2\) and .*captions\.csv line 2\); keep one"):
        _ = made("folder", paths=(str(tmp_path / "holiday"), str(tmp_path / "again"))).splits


def test_what_is_no_photo_at_all_is_left_to_who_looks_at_it(tmp_path: Path) -> None:
    (tmp_path / "itself").symlink_to("itself")
    entries = [Entry(tmp_path / name, Truth(name), name) for name in ("itself", "nowhere", "x" * 5000)]
    assert list(settled("mine", {"train": entries}, 1)) == ["train", "tune"]
