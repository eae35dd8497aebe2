"""COCO as it is distributed, in one part or several, with boxes and without."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import BadData
from pipeline.records import Box, Detection
from tests.datasets.trees import REAL, as_json, coco, glance, ids, made, photo, read


def box(photo: int, *sides: float, category: int = 18, crowd: int = 0) -> dict[str, Any]:
    return {
        "image_id": photo,
        "category_id": category,
        "bbox": list(sides),
        "iscrowd": crowd,
        "segmentation": {"counts": [1, 2], "size": [40, 60]},
    }


def test_train_val_and_test_are_the_parts_of_these_names(tmp_path: Path) -> None:
    for part, numbers in {"train2014": range(10), "val2014": (7012, 11), "test2014": (12,)}.items():
        coco(tmp_path, part, numbers, None)
    dataset = made("coco", root=str(tmp_path))
    assert (dataset.splits, dataset.annotates) == (("train", "tune", "val", "test"), ("captions",))
    found = ids(dataset, tmp_path)
    assert sorted(found["train"] + found["tune"]) == sorted(map(str, range(10)))
    assert (found["val"], found["test"]) == (["7012", "11"], ["12"])
    image, truth = read(dataset, "val", tmp_path)[0]
    assert image.path == str(tmp_path / "val2014" / "000000007012.jpg")
    assert truth.captions == ("Photo 0 of 7012", "Photo 1 of 7012")
    assert truth.detections is None


@pytest.mark.parametrize("part", ["train2017", "val2017"])
def test_a_part_alone_is_split_by_the_hash_of_ids(part: str, tmp_path: Path) -> None:
    found = ids(made("coco", root=str(coco(tmp_path, part, range(100, 130)))), tmp_path)
    order = sorted(map(str, range(100, 130)), key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    assert set(found["val"]) == set(order[:3])
    assert set(found["test"]) == set(order[3:6])
    assert set(found["tune"]) == set(order[6:8])
    assert set(found["train"]) == set(order[8:])


def test_a_test_part_alone_is_a_test(tmp_path: Path) -> None:
    assert made("coco", root=str(coco(tmp_path, "test2017", range(5)))).splits == ("test",)


def test_photos_may_lie_in_a_folder_of_images(tmp_path: Path) -> None:
    coco(tmp_path, "val2017", range(3))
    (tmp_path / "images").mkdir()
    (tmp_path / "val2017").rename(tmp_path / "images" / "val2017")
    assert len(read(made("coco", root=str(tmp_path)), "train", tmp_path)) == 2


def test_boxes_are_single_things_clipped_to_the_photo(tmp_path: Path) -> None:
    boxes = [
        box(1, 5.5, 6, 10, 20.25),
        box(1, -3, 30, 100, 100, category=1),
        box(1, 0, 0, 60, 40, crowd=1),
        box(1, 60, 0, 5, 5),
        box(1, 5, 5, 0, 5),
    ]
    coco(tmp_path, "train2017", (1, 2, 3), boxes)
    coco(tmp_path, "val2017", (4,), None)
    dataset = made("coco", root=str(tmp_path))
    assert dataset.annotates == ("captions", "detections")
    both = (read(dataset, split, tmp_path) for split in ("train", "tune"))
    truth = {truth.id: truth for group in both for _, truth in group}
    assert truth["1"].detections == (
        Detection(Box(5.5, 6.0, 15.5, 26.25), (("dog", 1.0),)),
        Detection(Box(0.0, 30.0, 60.0, 40.0), (("person", 1.0),)),
    )
    assert truth["2"].detections == ()
    assert read(dataset, "val", tmp_path)[0][1].detections is None
    bare = made("coco", root=str(tmp_path), boxes=False)
    assert bare.annotates == ("captions",)
    assert all(truth.detections is None for _, truth in read(bare, "train", tmp_path))


def test_boxes_of_another_part_are_not_read(tmp_path: Path) -> None:
    coco(tmp_path, "train2017", (1, 2))
    coco(tmp_path, "val2017", (3,), [box(3, 1, 1, 2, 2)])
    (tmp_path / "annotations" / "instances_train2017.json").write_text("not read")
    dataset = made("coco", root=str(tmp_path))
    ((_, truth),) = read(dataset, "val", tmp_path)
    assert truth.detections
    with pytest.raises(BadData, match=r"instances_train2017\.json is not JSON"):
        read(dataset, "train", tmp_path)


def test_boxes_on_a_photo_of_another_size_are_refused(tmp_path: Path) -> None:
    coco(tmp_path, "val2017", (1,), [box(1, 1, 1, 2, 2)])
    photo(tmp_path / "val2017" / "000000000001.jpg", 30, 20)
    with pytest.raises(
        BadData, match=r"images\[0\]: the boxes of .*001.jpg were drawn on 60 x 40 pixels, it has 30 x 20"
    ):
        read(made("coco", root=str(tmp_path)), "train", tmp_path)
    assert read(made("coco", root=str(tmp_path), boxes=False), "train", tmp_path)


def test_of_several_years_one_is_to_be_chosen(tmp_path: Path) -> None:
    coco(coco(tmp_path, "train2014", (1, 2)), "train2017", (3, 4))
    with pytest.raises(
        BadData, match="captions of train2014 and of train2017; choose one by its year, as in coco:year=2017"
    ):
        _ = made("coco", root=str(tmp_path)).splits
    assert set(ids(made("coco", root=str(tmp_path), year="2014"), tmp_path)["train"]) < {"1", "2"}
    with pytest.raises(BadData, match=r"has no annotations/captions_train2015\.json"):
        _ = made("coco", root=str(tmp_path), year="2015").splits


def test_what_is_no_year_does_not_compete_with_years(tmp_path: Path) -> None:
    for part, number in (("train2017", 1), ("trainval2017", 2), ("val2014", 3), ("valminusminival2014", 4)):
        coco(tmp_path, part, (number, number + 10), None)
    found = ids(made("coco", root=str(tmp_path)), tmp_path)
    assert ({*found["train"], *found["tune"]}, found["val"]) == ({"1", "11"}, ["3", "13"])
    assert ids(made("coco", root=str(tmp_path), year="val2017"), tmp_path).keys() == {"train", "tune"}
    coco(tmp_path, "train2014", (5, 15), None)
    with pytest.raises(BadData, match="captions of train2014 and of train2017; choose one by its year"):
        _ = made("coco", root=str(tmp_path)).splits
    assert set(ids(made("coco", root=str(tmp_path), year="2014"), tmp_path)["train"]) < {"5", "15"}


def test_a_part_without_a_year_goes_before_others_that_are_no_years(tmp_path: Path) -> None:
    coco(coco(tmp_path, "train", (1, 11), None), "trainval2017", (2, 12), None)
    assert set(ids(made("coco", root=str(tmp_path)), tmp_path)["train"]) < {"1", "11"}


@pytest.mark.parametrize("part", ["train", "train_mini", "trainval2017"])
def test_a_part_may_have_any_name_that_begins_with_its_kind(part: str, tmp_path: Path) -> None:
    assert made("coco", root=str(coco(tmp_path, part, range(30), None))).splits == ("train", "tune", "val", "test")


def changed(file: Path, key: str, place: int, **values: Any) -> None:
    content = json.loads(file.read_text())
    content[key][place] = {**content[key][place], **values}
    as_json(file, content)


@pytest.mark.parametrize(
    ("file", "key", "values", "says"),
    [
        ("captions", "annotations", {"image_id": 9}, r"annotations\[1\]: image_id 9 is not among the images; add the"),
        ("captions", "annotations", {"caption": " \n"}, r"annotations\[1\]: the caption is ' \\n'; write a sentence"),
        ("captions", "annotations", {"caption": None}, r"annotations\[1\]: the caption is None"),
        (
            "captions",
            "annotations",
            {"image_id": None},
            r"annotations\[1\]: 'image_id' is None; it should be of type int",
        ),
        ("captions", "images", {"id": 1}, r"images\[1\]: the id 1 is there before; keep one"),
        ("captions", "images", {"file_name": 7}, r"images\[1\]: 'file_name' is 7; it should be of type str"),
        ("captions", "images", {"file_name": "x.jpg"}, r"images\[1\]: there is no photo .*val2017/x.jpg; put it there"),
        ("instances", "annotations", {"image_id": 9}, r"annotations\[1\]: image_id 9 is not among the images"),
        (
            "instances",
            "annotations",
            {"category_id": 3},
            r"annotations\[1\]: category_id 3 is not among the categories",
        ),
        ("instances", "annotations", {"bbox": [1, 2, 3]}, r"annotations\[1\]: bbox is \[1, 2, 3\]; it should be left,"),
        (
            "instances",
            "annotations",
            {"bbox": [20, 20, -5, 10]},
            r"instances_val2017\.json annotations\[1\]: bbox is \[20, 20, -5, 10\]; it should be left, .* two corners",
        ),
        ("instances", "annotations", {"bbox": [9, 9, 4, -5.5]}, r"annotations\[1\]: bbox is .*-5\.5\]; it should be"),
        ("instances", "images", {"width": "60"}, r"images\[1\]: 'width' is '60'; it should be of type int"),
        ("instances", "categories", {"name": None}, r"categories\[1\]: 'name' is None"),
    ],
)
def test_an_entry_that_does_not_fit_is_named(file: str, key: str, values: Any, says: str, tmp_path: Path) -> None:
    coco(tmp_path, "val2017", (1, 2), [box(1, 1, 1, 2, 2), box(1, 1, 1, 2, 2)])
    changed(tmp_path / "annotations" / f"{file}_val2017.json", key, 1, **values)
    with pytest.raises(BadData, match=says):
        ids(made("coco", root=str(tmp_path)), tmp_path)


def test_files_that_do_not_fit_are_named(tmp_path: Path) -> None:
    def refused(says: str) -> None:
        with pytest.raises(BadData, match=says):
            _ = made("coco", root=str(tmp_path)).splits

    file = as_json(tmp_path / "annotations" / "captions_val2017.json", [])
    refused(r"has no folder of photos: it should hold val2017")
    coco(tmp_path, "val2017", (1,))
    as_json(file, [])
    refused(r"captions_val2017\.json holds list, not an object")
    as_json(file, {"images": [7], "annotations": []})
    refused(r"images\[0\] is 7; it should be an object")
    as_json(file, {"annotations": []})
    refused(r"captions_val2017\.json: 'images' is not there; it should be of type list")
    image = {"id": 1, "file_name": "000000000001.jpg"}
    as_json(file, {"images": [image], "annotations": []})
    refused(r"images\[0\]: photo '000000000001\.jpg' has no caption; write one or take the image out")


@pytest.mark.skipif(not (REAL / "coco_mini").is_dir(), reason=f"{REAL / 'coco_mini'} is not here")
def test_the_real_photos_of_coco_have_their_captions_and_boxes(tmp_path: Path) -> None:
    dataset = made("coco", root=str(REAL / "coco_mini"))
    truth = {split: [each for _, each in dataset.examples(split, tmp_path, glance)] for split in dataset.splits}
    assert {split: len(group) for split, group in truth.items()} == {"train": 58, "tune": 6, "val": 8, "test": 8}
    assert sum(len(each.captions) for group in truth.values() for each in group) == 400
    assert sum(len(each.detections or ()) for group in truth.values() for each in group) == 739 - 8  # 8 crowds
