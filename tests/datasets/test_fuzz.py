"""Damaged files of every kind of dataset give a dataset that holds what it should, or one clear error."""

import copy
import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import CaptionloomError
from pipeline.photos import Photos
from pipeline.records import Image, Truth
from tests.datasets.trees import apascal, as_json, coco, flickr8k, karpathy, made, pascal, photo, written

DEEP = 100_000
NO_VALUES = [None, True, False, 0, -1, 7, 1.5, 10**400, math.nan, math.inf, -math.inf]
NO_TEXTS = ["", " ", ".", "..", "/", "a\0b", "\ud800", "x" * 5000, "t1.jpg", "../t1.jpg", "A dog. \u2028", "犬", "🐕"]
NO_LISTS: list[Any] = [[], {}, [[]], [{}], ["A dog."], {"id": 1}, [math.nan] * 4, [0, 0, 10**400, 1], [0, 0, -5, 5]]
ODD = st.sampled_from([*NO_VALUES, *NO_TEXTS, *NO_LISTS])


def _coco(root: Path) -> list[Path]:
    boxes = [{"image_id": number, "category_id": 18, "bbox": [1, 2, 30.5, 20], "iscrowd": 0} for number in range(3)]
    coco(root, "val2017", range(4), boxes)
    return [root / "annotations" / f"{kind}_val2017.json" for kind in ("captions", "instances")]


def _karpathy(root: Path) -> list[Path]:
    photos = [{"filename": f"t{number}.jpg", "split": "train", "cocoid": number} for number in range(3)]
    karpathy(root, [*photos, {"filename": "v.jpg", "filepath": "more", "split": "val", "cocoid": 9}])
    return [root / "dataset_flickr8k.json"]


def _flickr(root: Path) -> list[Path]:
    flickr8k(root, {"train": "abc", "dev": "d"})
    return [root / "Flickr8k_text" / name for name in ("Flickr8k.token.txt", "Flickr_8k.trainImages.txt")]


def _flickr_table(root: Path) -> list[Path]:
    for name in "abc":
        photo(root / "Images" / f"{name}.jpg")
    return [written(root / "captions.txt", ["image,caption", *(f'{name}.jpg,"A dog, {name}."' for name in "abc")])]


def _pascal(root: Path) -> list[Path]:
    pascal(root, {"dog": "abc", "cat": "d"}, train="abc", val="d")
    boxes = apascal(root, [f"{name}.jpg dog 1 2 30 20 0 1 0 1 0 0 0 0" for name in "ad"])
    return [boxes, boxes.with_name("attribute_names.txt"), root / "sentence/dog/a.txt", root / "splits/val.txt"]


def _folder(root: Path) -> list[Path]:
    for name in "ab":
        photo(root / f"{name}.png")
    lines = [{"file": f"{name}.png", "caption": f"A dog, {name}.", "split": "train"} for name in "ab"]
    return [written(root / "captions.jsonl", map(json.dumps, lines))]


TREES: dict[str, Callable[[Path], list[Path]]] = {
    "coco": _coco,
    "karpathy": _karpathy,
    "flickr": _flickr,
    "flickr of captions.txt": _flickr_table,
    "pascal_sentences": _pascal,
    "folder": _folder,
}


@pytest.mark.parametrize("kind", TREES)
def test_damaged_files_give_a_right_dataset_or_one_clear_error(kind: str, tmp_path: Path) -> None:
    _fuzz(kind, tmp_path, examples=15)


@pytest.mark.slow
@pytest.mark.parametrize("kind", TREES)
def test_files_damaged_in_thousands_of_ways_give_a_right_dataset_or_one_clear_error(kind: str, tmp_path: Path) -> None:
    _fuzz(kind, tmp_path, examples=2000)


@pytest.mark.parametrize("kind", ["coco", "karpathy", "folder"])
def test_json_of_any_depth_is_refused(kind: str, tmp_path: Path) -> None:
    for file in TREES[kind](tmp_path / "tree"):
        whole = file.read_bytes()
        for deep in ("[" * DEEP, '{"images":' * DEEP, "[" * DEEP + "]" * DEEP):
            file.write_text(deep)
            with pytest.raises(CaptionloomError, match=rf"{file.name}.* is not JSON"):
                _read(kind, tmp_path)
        file.write_bytes(whole)


@pytest.mark.parametrize("kind", [kind for kind in TREES if kind != "folder"])  # there, it is no captions file at all
def test_a_pipe_in_place_of_a_file_is_refused_without_waiting(kind: str, tmp_path: Path) -> None:
    for file in TREES[kind](tmp_path / "tree"):
        file.rename(tmp_path / "away")
        os.mkfifo(file)
        with pytest.raises(CaptionloomError, match=rf"{file.name} cannot be read: it is not a file"):
            _read(kind, tmp_path)
        file.unlink()
        (tmp_path / "away").rename(file)


def _fuzz(kind: str, tmp_path: Path, examples: int) -> None:
    files = TREES[kind](tmp_path / "tree")
    _read(kind, tmp_path)  # undamaged, it is a dataset

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=timedelta(seconds=5),
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def damaged(data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(files), "file")
        whole = file.read_bytes()
        harm = _rewritten if file.suffix == ".json" and data.draw(st.integers(0, 3), "kind of harm") else _overwritten
        harm(file, data)
        try:
            _read(kind, tmp_path)
            said = str(tmp_path / "tree")
        except CaptionloomError as error:
            said = str(error)
        finally:
            file.write_bytes(whole)
        assert str(tmp_path / "tree") in said or file.stem in said, said
        assert "\n" not in said

    damaged()
    shutil.rmtree(tmp_path / "tree")


def _read(kind: str, tmp_path: Path) -> None:
    """Read all of a dataset, as a run does, and check that it is what the records say."""
    root, inspect = str(tmp_path / "tree"), Photos(tmp_path / "photos.sqlite").inspect
    options = {"paths": (root,)} if kind == "folder" else {"root": root}
    dataset = made(kind.split()[0], **options)
    assert set(dataset.annotates) <= {"captions", "detections", "attributes"}
    ids = []
    for split in dataset.splits:
        dataset.fingerprint(split, inspect)
        examples = list(dataset.examples(split, tmp_path, inspect))
        ids += [image.id for image, _ in examples if split != "all"]
        for image, truth in examples:
            _check(image, truth)
    assert len(ids) == len(set(ids))


def _check(image: Image, truth: Truth) -> None:
    assert truth.id == image.id
    assert image.id.encode()
    for caption in truth.captions:
        assert caption.encode()
        assert caption == " ".join(caption.split()) != ""
    for detection in truth.detections or ():
        assert detection.label.strip()
        assert 0 <= detection.box.left < detection.box.right <= image.width
        assert 0 <= detection.box.top < detection.box.bottom <= image.height


def _overwritten(file: Path, data: st.DataObject) -> None:
    """Cut, with bytes put in, or with a piece of it twice."""
    whole = file.read_bytes()
    start = data.draw(st.integers(0, len(whole)), "from")
    end = data.draw(st.one_of(st.just(start), st.just(len(whole)), st.integers(start, len(whole))), "to")
    fresh = data.draw(st.one_of(st.binary(max_size=8), st.just(whole[:start]), _BYTES), "fresh")
    file.write_bytes(whole[:start] + fresh + whole[end:])


_BYTES = st.sampled_from(
    [b"\0", b"\xff\xfe", b'"', b"9" * 5000, b"\r", b"\t", b"#", b",", b"|", b"\xe2\x80\xa8", b"[" * 9999]
)


def _rewritten(file: Path, data: st.DataObject) -> None:
    """With one value replaced, left out, or there twice."""
    content = json.loads(file.read_text())
    holder, key = data.draw(st.sampled_from(list(_places(content))), "place")
    what = data.draw(st.sampled_from(["replace", "leave out", "twice"]), "what")
    if what == "replace":
        holder[key] = data.draw(ODD, "by")
    elif what == "leave out":
        del holder[key]
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    as_json(file, content)


def _places(content: Any) -> Iterator[tuple[Any, Any]]:
    """(holder, key) of every value below."""
    keys = list(content) if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    for key in keys:
        yield content, key
        yield from _places(content[key])
