"""Files in the format of Karpathy's splits."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import BadData
from tests.datasets.trees import ids, karpathy, made, photo, read

PHOTOS: list[dict[str, Any]] = [
    *({"filename": f"t{number}.jpg", "split": "train", "sentids": [number]} for number in range(6)),
    {"filename": "r.jpg", "split": "restval"},
    {"filename": "v.jpg", "split": "val", "sentences": [{"raw": "A dog \n runs."}, {"raw": "Ein Hund läuft."}]},
    {"filename": "e.jpg", "split": "test"},
]


def test_every_photo_is_in_the_split_the_file_says(tmp_path: Path) -> None:
    dataset = made("karpathy", root=str(karpathy(tmp_path, PHOTOS)))
    assert (dataset.splits, dataset.annotates) == (("train", "tune", "val", "test"), ("captions",))
    found = ids(dataset, tmp_path)
    assert sorted(found["train"] + found["tune"]) == ["r", "t0", "t1", "t2", "t3", "t4", "t5"]
    assert (found["val"], found["test"]) == (["v"], ["e"])
    assert read(dataset, "val", tmp_path)[0][1].captions == ("A dog runs.", "Ein Hund läuft.")


def test_the_rest_of_the_validation_photos_can_be_left_out(tmp_path: Path) -> None:
    found = ids(made("karpathy", root=str(karpathy(tmp_path, PHOTOS)), restval=False), tmp_path)
    assert "r" not in found["train"] + found["tune"]


def test_photos_of_coco_go_by_their_numbers_and_lie_in_their_folders(tmp_path: Path) -> None:
    photos = [{**entry, "filepath": "val2014", "cocoid": 100 + place} for place, entry in enumerate(PHOTOS)]
    karpathy(tmp_path, photos, "dataset_coco.json")
    dataset = made("karpathy", root=str(tmp_path))
    ((image, _),) = read(dataset, "test", tmp_path)
    assert (image.id, image.path) == ("108", str(tmp_path / "val2014" / "e.jpg"))


def test_numbers_that_some_photos_lack_are_not_ids(tmp_path: Path) -> None:
    karpathy(tmp_path, [{**PHOTOS[0], "cocoid": 7}, *PHOTOS[1:]])
    assert ids(made("karpathy", root=str(tmp_path)), tmp_path)["test"] == ["e"]


def test_photos_are_found_in_a_folder_below_or_where_the_option_says(tmp_path: Path) -> None:
    karpathy(tmp_path / "a", PHOTOS)
    (tmp_path / "a" / "photos").mkdir()
    for file in (tmp_path / "a").glob("*.jpg"):
        file.rename(tmp_path / "a" / "photos" / file.name)
    assert len(read(made("karpathy", root=str(tmp_path / "a")), "val", tmp_path)) == 1
    (tmp_path / "a" / "photos").rename(tmp_path / "b")
    given = made("karpathy", root=str(tmp_path / "a"), photos=str(tmp_path / "b"))
    assert read(given, "val", tmp_path)[0][0].path == str(tmp_path / "b" / "v.jpg")
    with pytest.raises(BadData, match=r"images\[7\]: there is no photo .*/a/v\.jpg; put it there"):
        read(made("karpathy", root=str(tmp_path / "a")), "val", tmp_path)
    with pytest.raises(BadData, match=r"there is no folder .*nowhere'; give that of the photos"):
        _ = made("karpathy", root=str(tmp_path / "a"), photos=str(tmp_path / "nowhere")).splits


def test_of_several_files_one_is_to_be_chosen(tmp_path: Path) -> None:
    photo(tmp_path / "x.jpg")
    with pytest.raises(BadData, match=r"has no dataset_\*\.json; put the file of Karpathy's splits there"):
        _ = made("karpathy", root=str(tmp_path)).splits
    karpathy(karpathy(tmp_path, PHOTOS), PHOTOS[-1:], "dataset_flickr30k.json")
    with pytest.raises(
        BadData, match=r"dataset_flickr30k.json and dataset_flickr8k.json; choose one, as in karpathy:file="
    ):
        _ = made("karpathy", root=str(tmp_path)).splits
    assert made("karpathy", root=str(tmp_path), file="dataset_flickr30k.json").splits == ("test",)
    with pytest.raises(BadData, match=r"dataset_x\.json cannot be read: No such file"):
        _ = made("karpathy", root=str(tmp_path), file="dataset_x.json").splits


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"split": "trian"}, r"images\[0\]: split 'trian' should be one of train, restval, val, test"),
        ({"split": None}, r"images\[0\]: split None should be"),
        ({"sentences": []}, r"images\[0\]: photo 't0\.jpg' has no sentence"),
        ({"sentences": None}, r"images\[0\]: 'sentences' is None; it should be of type list"),
        ({"sentences": [{"raw": "A dog."}, {"raw": " "}]}, r"images\[0\] sentences\[1\]: the caption is ' '"),
        ({"sentences": [7]}, r"images\[0\] sentences\[0\]: the caption is 7"),
        ({"filename": "t1.jpg"}, r"two photos have the id 't1': .*images\[0\].*images\[1\]"),
    ],
)
def test_an_entry_that_does_not_fit_is_named(values: dict[str, Any], says: str, tmp_path: Path) -> None:
    karpathy(tmp_path, [{**PHOTOS[0], **values}, *PHOTOS[1:]])
    with pytest.raises(BadData, match=says):
        _ = made("karpathy", root=str(tmp_path)).splits
