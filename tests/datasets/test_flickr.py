"""Flickr8k and Flickr30k as they are distributed, and what is wrong with files that are not."""

import hashlib
import time
from pathlib import Path

import pytest

from pipeline.errors import BadData, BadOption, UnknownName
from pipeline.photos import Photos
from tests.datasets.trees import REAL, flickr8k, ids, made, photo, read, written

NAMES = [f"{number}_ab" for number in range(30)]
SPLITS = {"train": NAMES[:20], "dev": NAMES[20:25], "test": NAMES[25:]}


def first_by_hash(names: list[str], count: int) -> set[str]:
    return set(sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())[:count])


@pytest.mark.parametrize("folder", ["Flicker8k_Dataset", "Flickr8k_Dataset", "Images", "Images/Images"])
def test_flickr8k_is_read_as_distributed(folder: str, tmp_path: Path) -> None:
    dataset = made("flickr", root=str(flickr8k(tmp_path / "f", SPLITS, folder)))
    assert dataset.splits == ("train", "tune", "val", "test")
    found = ids(dataset, tmp_path)
    assert set(found["tune"]) == first_by_hash(NAMES[:20], 2)
    assert found["train"] == [name for name in NAMES[:20] if name not in found["tune"]]
    assert (found["val"], found["test"]) == (NAMES[20:25], NAMES[25:])
    image, truth = read(dataset, "val", tmp_path)[0]
    assert (image.width, image.height) == (6, 4)
    assert image.path == str(tmp_path / "f" / folder / "20_ab.jpg")
    assert truth.captions == ("caption 0 of 20_ab .", "caption 1 of 20_ab .")
    assert truth.detections is None


def test_tune_hangs_on_the_ids_alone(tmp_path: Path) -> None:
    there = made("flickr", root=str(flickr8k(tmp_path / "a", {"train": NAMES})))
    turned = made("flickr", root=str(flickr8k(tmp_path / "b", {"train": NAMES[::-1]})))
    asked = made("flickr", root=str(tmp_path / "a"), tune=7)
    assert set(ids(there, tmp_path)["tune"]) == set(ids(turned, tmp_path)["tune"]) == first_by_hash(NAMES, 3)
    assert set(ids(asked, tmp_path)["tune"]) == first_by_hash(NAMES, 7)
    assert len(ids(asked, tmp_path)["train"]) == 23


def test_a_split_without_a_list_is_not_there(tmp_path: Path) -> None:
    dataset = made("flickr", root=str(flickr8k(tmp_path / "f", {"train": NAMES[:9], "dev": NAMES[9:]})))
    with pytest.raises(BadData, match="has no test photos; it has train, tune, val"):
        read(dataset, "test", tmp_path)
    with pytest.raises(UnknownName, match="did you mean 'train'"):
        dataset.fingerprint("trian", Photos(tmp_path / "db").inspect)


def flickr30k(root: Path, count: int, layout: str) -> list[str]:
    names = [str(number) for number in range(1000, 1000 + count)]
    for name in names:
        photo(root / "flickr30k-images" / f"{name}.jpg", 2, 2)
    if layout == "results.csv":
        said = [f"{name}.jpg| {number}| Two dogs , {number} ." for name in names for number in range(2)]
        written(root / layout, ["image_name| comment_number| comment", *said])
    elif layout == "captions.txt":
        said = [f'{name}.jpg,"Two dogs , {number} ."' for name in names for number in range(2)]
        written(root / layout, ["image,caption", *said])
    else:
        written(root / layout, [f"{name}.jpg#{n}\tTwo dogs , {n} ." for name in names for n in range(2)])
    return names


@pytest.mark.parametrize("layout", ["results_20130124.token", "results.csv", "captions.txt"])
def test_flickr30k_without_lists_is_split_by_the_hash_of_ids(layout: str, tmp_path: Path) -> None:
    names = flickr30k(tmp_path / "f", 40, layout)
    dataset = made("flickr", root=str(tmp_path / "f"))
    found = ids(dataset, tmp_path)
    assert {split: len(group) for split, group in found.items()} == {"train": 29, "tune": 3, "val": 4, "test": 4}
    assert set(found["val"]) == first_by_hash(names, 4)
    assert set(found["test"]) == first_by_hash(names, 8) - set(found["val"])
    assert sorted(name for group in found.values() for name in group) == names
    assert read(dataset, "val", tmp_path)[0][1].captions == ("Two dogs , 0 .", "Two dogs , 1 .")


def test_a_full_flickr30k_has_1014_and_1000_photos_to_validate_and_test(tmp_path: Path) -> None:
    (tmp_path / "flickr30k-images").mkdir()
    written(tmp_path / "results_20130124.token", [f"{name}.jpg#0\tA dog ." for name in range(12_000)])
    dataset = made("flickr", root=str(tmp_path))
    counted = {split: sum(1 for _ in dataset.examples(split, tmp_path, lambda path: None)) for split in dataset.splits}
    assert counted == dict.fromkeys(dataset.splits, 0)  # no photo is there, each was asked for and left out
    asked: dict[str, list[Path]] = {split: [] for split in dataset.splits}
    for split in dataset.splits:
        list(dataset.examples(split, tmp_path, asked[split].append))
    assert {split: len(group) for split, group in asked.items()} == {
        "train": 12_000 - 2_014 - 500,
        "tune": 500,
        "val": 1_014,
        "test": 1_000,
    }


def test_flickr30k_follows_lists_of_ids(tmp_path: Path) -> None:
    names = flickr30k(tmp_path, 6, "results_20130124.token")
    written(tmp_path / "train.txt", names[:4])
    written(tmp_path / "test.txt", names[5:])
    found = ids(made("flickr", root=str(tmp_path)), tmp_path)
    assert sorted(found["train"] + found["tune"]) == names[:4]
    assert found["test"] == names[5:]
    assert "val" not in found


def test_the_public_results_csv_with_its_lost_bar_is_read(tmp_path: Path) -> None:
    photo(tmp_path / "flickr30k_images" / "2199200615.jpg")
    said = ["2199200615.jpg| 0| A dog | a cat .", "2199200615.jpg| 4   A dog runs across the grass ."]
    written(tmp_path / "results.csv", ["image_name| comment_number| comment", *said])
    ((_, truth),) = read(made("flickr", root=str(tmp_path)), "train", tmp_path)
    assert truth.captions == ("A dog | a cat .", "A dog runs across the grass .")


def test_captions_of_a_photo_that_no_list_mentions_do_no_harm(tmp_path: Path) -> None:
    flickr8k(tmp_path, SPLITS)
    with (tmp_path / "Flickr8k_text" / "Flickr8k.token.txt").open("a") as file:
        file.write("2258277193_586949ec62.jpg.1#0\tPeople waiting .\n")
    found = ids(made("flickr", root=str(tmp_path)), tmp_path)
    assert sorted(name for group in found.values() for name in group) == sorted(NAMES)


def test_captions_without_a_photo_are_refused_where_no_list_leaves_them_out(tmp_path: Path) -> None:
    (tmp_path / "Flicker8k_Dataset").mkdir()
    written(tmp_path / "Flickr8k.token.txt", ["2258277193_586949ec62.jpg.1#0\tPeople waiting ."])
    with pytest.raises(
        BadData, match=r"token.txt line 1: there is no photo .*ec62.jpg.1; put it there, or take it out"
    ):
        read(made("flickr", root=str(tmp_path)), "train", tmp_path)


def test_only_the_photos_of_the_split_asked_for_are_looked_at(tmp_path: Path) -> None:
    dataset = made("flickr", root=str(flickr8k(tmp_path / "f", SPLITS)))
    for name in SPLITS["train"]:
        (tmp_path / "f" / "Flicker8k_Dataset" / f"{name}.jpg").unlink()
    assert len(read(dataset, "test", tmp_path)) == 5
    with pytest.raises(BadData, match=r"trainImages\.txt line"):
        read(dataset, "train", tmp_path)


def test_a_photo_that_is_to_be_left_out_is_in_neither_fingerprint_nor_examples(tmp_path: Path) -> None:
    flickr8k(tmp_path / "whole", {"test": NAMES[:5]})
    flickr8k(tmp_path / "other", {"test": [*NAMES[:2], "bad", *NAMES[2:5]]})
    (tmp_path / "other" / "Flicker8k_Dataset" / "bad.jpg").write_text("no photo")
    photos = Photos(tmp_path / "db", skip=True)
    prints = [
        made("flickr", root=str(tmp_path / name)).fingerprint("test", photos.inspect) for name in ("whole", "other")
    ]
    assert (prints[0].photos, prints[0].truth) == (prints[1].photos, prints[1].truth)
    assert prints[0].where != prints[1].where
    left = made("flickr", root=str(tmp_path / "other")).examples("test", tmp_path, photos.inspect)
    assert [image.id for image, _ in left] == NAMES[:5]


def test_fingerprints_show_photos_and_captions(tmp_path: Path) -> None:
    root = flickr8k(tmp_path / "f", {"test": NAMES[:3]})

    def prints() -> tuple[str, str]:
        found = made("flickr", root=str(root)).fingerprint("test", Photos(tmp_path / "db").inspect)
        return found.photos, found.truth

    before = prints()
    photo(root / "Flicker8k_Dataset" / f"{NAMES[0]}.jpg", 7, 7)
    assert prints()[0] != before[0]
    assert prints()[1] == before[1]
    tokens = root / "Flickr8k_text" / "Flickr8k.token.txt"
    tokens.write_text(tokens.read_text().replace("caption 0", "sentence 0", 1))
    assert prints()[1] != before[1]


def test_captions_in_other_scripts_are_read(tmp_path: Path) -> None:
    photo(tmp_path / "Images" / "Łódź 1.jpg")
    written(tmp_path / "Flickr8k.token.txt", ["Łódź 1.jpg#0\tPies biegnie \u2028 po śniegu ."], "utf-8-sig")
    ((image, truth),) = read(made("flickr", root=str(tmp_path)), "train", tmp_path)
    assert (image.id, truth.captions) == ("Łódź 1", ("Pies biegnie po śniegu .",))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a.jpg A dog .", r"token.txt line 3 is 'a.jpg A dog .'; it should be photo.jpg#0<TAB>caption"),
        ("a.jpg#x\tA dog .", "line 3"),
        ("a.jpg#0\t  ", r"line 3: the caption is '  '; write a sentence there or take the entry out"),
        ("0_ab.jpg#1\tA dog .", "line 3: caption 1 of 0_ab.jpg is there twice; keep one"),
    ],
)
def test_a_line_that_does_not_fit_is_named(line: str, says: str, tmp_path: Path) -> None:
    flickr8k(tmp_path, {"train": NAMES[:1]})
    with (tmp_path / "Flickr8k_text" / "Flickr8k.token.txt").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(BadData, match=says):
        read(made("flickr", root=str(tmp_path)), "train", tmp_path)


@pytest.mark.parametrize(
    ("split", "line", "says"),
    [
        ("train", "nobody.jpg", "trainImages.txt line 5: nothing is said of photo 'nobody.jpg'; add its captions or"),
        ("train", "0_ab.jpg", "two photos have the id '0_ab'.*trainImages.txt line 1.*trainImages.txt line 5"),
        ("dev", "0_ab.jpg", "two photos have the id '0_ab'.*trainImages.txt line 1.*devImages.txt line 2"),
    ],
)
def test_a_list_that_does_not_fit_is_named(split: str, line: str, says: str, tmp_path: Path) -> None:
    flickr8k(tmp_path, {"train": NAMES[:4], "dev": NAMES[4:5]})
    with (tmp_path / "Flickr8k_text" / f"Flickr_8k.{split}Images.txt").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(BadData, match=says):
        read(made("flickr", root=str(tmp_path)), "train", tmp_path)


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("results.csv", "a.jpg, 0, A dog", "line 2 is 'a.jpg, 0, A dog'; it should be image_name| comment_number|"),
        ("captions.txt", "a.jpg,A dog, and a cat", "line 2 is 'a.jpg,A dog,and a cat'; it should be image,caption"),
        ("captions.txt", 'a.jpg,"A dog', "line 2 is not CSV: unexpected end of data; close or double its quotes"),
    ],
)
def test_a_row_that_does_not_fit_is_named(file: str, line: str, says: str, tmp_path: Path) -> None:
    photo(tmp_path / "Images" / "a.jpg")
    head = {"results.csv": "image_name| comment_number| comment", "captions.txt": "image,caption"}[file]
    written(tmp_path / file, [head, line])
    with pytest.raises(BadData) as caught:
        read(made("flickr", root=str(tmp_path)), "train", tmp_path)
    assert says in str(caught.value)


def test_two_photos_of_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png"):
        photo(tmp_path / "Images" / name)
    written(tmp_path / "Flickr8k.token.txt", ["a.jpg#0\tA dog .", "a.png#0\tA dog ."])
    with pytest.raises(
        BadData, match=r"two photos have the id 'a': .*a.jpg .*line 1\) and .*a.png .*line 2\); keep one"
    ):
        read(made("flickr", root=str(tmp_path)), "train", tmp_path)


def test_a_root_that_does_not_fit_is_refused_with_the_remedy(tmp_path: Path) -> None:
    remedy = "give the folder: flickr:DIR or --dataset-root DIR"
    with pytest.raises(BadOption, match=remedy):
        _ = made("flickr").splits
    with pytest.raises(BadData, match=f"no folder '{tmp_path}/none'; {remedy}"):
        _ = made("flickr", root=f"{tmp_path}/none").splits
    with pytest.raises(BadData, match=f"is empty; {remedy}"):
        _ = made("flickr", root=str(tmp_path)).splits
    written(tmp_path / "readme.txt", ["hello"])
    with pytest.raises(BadData, match="has no folder of photos: it should hold Flicker8k_Dataset or"):
        _ = made("flickr", root=str(tmp_path)).splits
    photo(tmp_path / "Images" / "a.jpg")
    with pytest.raises(BadData, match=r"has no file of captions: it should hold Flickr8k.token.txt or"):
        _ = made("flickr", root=str(tmp_path)).splits
    written(tmp_path / "Flickr8k.token.txt", [])
    with pytest.raises(BadData, match="speak of no photo"):
        _ = made("flickr", root=str(tmp_path)).splits


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    photo(tmp_path / "Images" / "a.jpg")
    written(tmp_path / "Flickr8k.token.txt", ["a.jpg#0\tA café ."], "latin-1")
    with pytest.raises(BadData, match=r"token.txt is not UTF-8 \(byte 13\); save it as UTF-8"):
        _ = made("flickr", root=str(tmp_path)).splits


def test_a_tune_that_leaves_nothing_to_train_on_is_refused(tmp_path: Path) -> None:
    flickr8k(tmp_path, {"train": NAMES[:4]})
    with pytest.raises(BadOption, match="tune=4 leaves none of the 4 training photos"):
        _ = made("flickr", root=str(tmp_path), tune=4).splits


@pytest.mark.skipif(not (REAL / "flickr8k").is_dir(), reason=f"{REAL / 'flickr8k'} is not here")
def test_the_real_flickr8k_has_its_photos_and_is_parsed_at_once(tmp_path: Path) -> None:
    dataset = made("flickr", root=str(REAL / "flickr8k"))
    start = time.process_time()
    assert dataset.splits == ("train", "tune", "val")
    assert time.process_time() - start < 1
    counted: dict[str, list[Path]] = {split: [] for split in dataset.splits}
    for split in dataset.splits:
        list(dataset.examples(split, tmp_path, counted[split].append))
    assert {split: len(paths) for split, paths in counted.items()} == {"train": 5499, "tune": 500, "val": 1000}
    assert all(path.is_file() for paths in counted.values() for path in paths)
