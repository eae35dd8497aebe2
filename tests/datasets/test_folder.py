"""One's own photos, alone and with captions beside them."""

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pytest

from pipeline.datasets import Dataset
from pipeline.errors import BadData, BadOption
from tests.datasets.trees import as_json, ids, made, photo, read, written

Form: TypeAlias = Literal["NFC", "NFD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD")
NAMES = [f"{number:02d}.png" for number in range(20)]


def holiday(root: Path, lines: list[str] | None = None, file: str = "captions.csv", encoding: str = "utf-8") -> Path:
    for name in NAMES:
        photo(root / "holiday" / name)
    if lines is not None:
        written(root / "holiday" / file, lines, encoding)
    return root / "holiday"


def folder(*paths: Path, **options: Any) -> Dataset[Any]:
    return made("folder", paths=tuple(map(str, paths)), **options)


def table(names: list[str]) -> list[str]:
    return ["file,caption", *(f"{name},A view {number}." for number in (1, 2) for name in names)]


def test_photos_alone_are_one_split(tmp_path: Path) -> None:
    dataset = folder(holiday(tmp_path), photo(tmp_path / "b.jpg"))
    assert (dataset.splits, dataset.annotates) == (("all",), ())
    assert ids(dataset, tmp_path)["all"] == [*(f"holiday/{name}" for name in NAMES), str(tmp_path / "b.jpg")]
    with pytest.raises(BadData, match="has no test photos; it has all"):
        read(dataset, "test", tmp_path)


def test_captions_in_the_folder_give_it_splits_by_the_hash_of_ids(tmp_path: Path) -> None:
    dataset = folder(holiday(tmp_path, table(NAMES)))
    assert dataset.splits == ("train", "tune", "val", "test", "all")
    assert dataset.annotates == ("captions",)
    found = ids(dataset, tmp_path)
    order = sorted(found["all"], key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    parts = (("val", order[:2]), ("test", order[2:4]), ("tune", order[4:5]), ("train", order[5:]))
    assert all(set(found[split]) == set(names) for split, names in parts)
    assert read(dataset, "test", tmp_path)[0][1].captions == ("A view 1.", "A view 2.")


def test_photos_without_captions_are_in_all_alone(tmp_path: Path) -> None:
    dataset = folder(holiday(tmp_path, table(NAMES[:10])))
    found = ids(dataset, tmp_path)
    captioned = {f"holiday/{name}" for name in NAMES[:10]}
    assert {name for split in ("train", "tune", "val", "test") for name in found[split]} == captioned
    assert found["all"] == [f"holiday/{name}" for name in NAMES]
    truth = {truth.id: truth.captions for _, truth in read(dataset, "all", tmp_path)}
    assert len(truth["holiday/00.png"]) == 2
    assert truth["holiday/15.png"] == ()


def test_captions_can_be_left_unread(tmp_path: Path) -> None:
    dataset = folder(holiday(tmp_path, ["nonsense"]), captions="none")
    assert (dataset.splits, dataset.annotates) == (("all",), ())
    assert len(read(dataset, "all", tmp_path)) == 20


def test_a_third_column_says_the_splits(tmp_path: Path) -> None:
    splits = [*["train"] * 9, "tune", *["val"] * 4, *["test"] * 6]
    lines = [f"{name},A view.,{split}" for name, split in zip(NAMES, splits, strict=True)]
    lines += ["00.png,Another view.,"]  # said once is enough
    dataset = folder(holiday(tmp_path, ["File,Caption,Split", *lines]))
    expected: dict[str, list[str]] = {"train": [], "tune": [], "val": [], "test": []}
    for name, split in zip(NAMES, splits, strict=True):
        expected[split].append(f"holiday/{name}")
    assert {split: names for split, names in ids(dataset, tmp_path).items() if split != "all"} == expected
    with pytest.raises(BadOption, match="the files set 1 photos apart as tune"):
        _ = folder(tmp_path / "holiday", tune=3).splits


def test_tune_is_taken_out_of_train_where_the_column_does_not_say_it(tmp_path: Path) -> None:
    lines = [f"{name},A view.,{'test' if name < '03' else 'train'}" for name in NAMES]
    found = ids(folder(holiday(tmp_path, ["file,caption,split", *lines])), tmp_path)
    assert {split: len(names) for split, names in found.items()} == {"train": 16, "tune": 1, "test": 3, "all": 20}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_may_have_quotes_commas_other_columns_and_any_script(encoding: str, tmp_path: Path) -> None:
    lines = ["who,caption,file,who,", 'me,"Ein ""Löwe"", zwei 猫,\nund ein Hund.",00.png,,', "", "me,A dog.,00.png,,"]
    dataset = folder(holiday(tmp_path, lines, encoding=encoding))
    ((_, truth),) = read(dataset, "train", tmp_path)
    assert truth.captions == ('Ein "Löwe", zwei 猫, und ein Hund.', "A dog.")


def test_lines_of_json_say_the_same_as_a_table(tmp_path: Path) -> None:
    lines = [
        '{"file": "00.png", "caption": "Łódź, dog.", "split": "test"}',
        "",
        '{"file": "./00.png", "caption": "A cat."}',
    ]
    dataset = folder(holiday(tmp_path, lines, "captions.jsonl", "utf-8-sig"))
    assert dataset.splits == ("test", "all")
    ((_, truth),) = read(dataset, "test", tmp_path)
    assert truth.captions == ("Łódź, dog.", "A cat.")


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("file", ["captions.csv", "captions.jsonl"])
def test_a_name_means_its_photo_in_either_form_of_its_accents(on_disk: Form, file: str, tmp_path: Path) -> None:
    """Some systems store é as one character, others as e and an accent; a table has what its editor wrote."""
    name = unicodedata.normalize(on_disk, "café.png")
    photo(tmp_path / "holiday" / name)
    for form in FORMS:
        called = unicodedata.normalize(form, "café.png")
        as_csv = ["file,caption", f"{called},A view."]
        as_lines = [json.dumps({"file": called, "caption": "A view."})]
        dataset = folder(holiday(tmp_path, as_csv if file.endswith("csv") else as_lines, file))
        assert ids(dataset, tmp_path)["train"] == [f"holiday/{name}"]


def test_two_photos_whose_names_look_alike_are_told_apart(tmp_path: Path) -> None:
    names = [unicodedata.normalize(form, "café.png") for form in FORMS]
    for name in names:
        photo(tmp_path / "holiday" / name)
    dataset = folder(holiday(tmp_path, ["file,caption,split", f"{names[0]},One.,val", f"{names[1]},Two.,test"]))
    assert [read(dataset, split, tmp_path)[0][1].captions for split in ("val", "test")] == [("One.",), ("Two.",)]


def test_captions_of_photos_in_folders_below_go_by_their_paths(tmp_path: Path) -> None:
    photo(tmp_path / "holiday" / "rome" / "a.jpg")
    dataset = folder(holiday(tmp_path, ["file,caption", "rome/a.jpg,A view."]))
    assert ids(dataset, tmp_path)["train"] == ["holiday/rome/a.jpg"]


def test_a_file_elsewhere_names_photos_by_path_in_their_folder_or_by_id(tmp_path: Path) -> None:
    other = photo(tmp_path / "other" / "00.png").parent
    file = written(
        tmp_path / "x.csv", ["file,caption", "01.png,A view.", "other/00.png,A house.", "holiday/00.png,A view."]
    )
    dataset = folder(holiday(tmp_path), other, captions=str(file))
    assert set(ids(dataset, tmp_path)["train"] + ids(dataset, tmp_path)["tune"]) == {
        "holiday/01.png",
        "other/00.png",
        "holiday/00.png",
    }
    written(file, ["file,caption", "00.png,A view."])
    with pytest.raises(BadData, match=r"line 2: '00\.png' could be holiday/00\.png or other/00\.png; write which"):
        _ = folder(tmp_path / "holiday", other, captions=str(file)).splits
    with pytest.raises(BadData, match=r"nowhere\.csv cannot be read: No such file"):
        _ = folder(other, captions=str(tmp_path / "nowhere.csv")).splits


@pytest.mark.parametrize(
    ("file", "lines", "says"),
    [
        ("captions.csv", ["00.png,A dog."], r"captions\.csv line 1 is '00\.png,A dog\.'; write file,caption or"),
        ("captions.csv", ["file,caption"], r"captions\.csv has no caption; write file,caption"),
        (
            "captions.csv",
            ["file,caption,Caption", "00.png,A dog.,A cat."],
            r"captions\.csv line 1 names the column 'caption' twice; write one caption a line",
        ),
        ("captions.csv", ["file,file,caption", "00.png,01.png,A dog."], "line 1 names the column 'file' twice"),
        (
            "captions.csv",
            ["file,caption", "00.png,A dog, a cat."],
            "line 2 has 3 cells, the first line 2; write .* in quotes",
        ),
        ("captions.csv", ["file,caption", '00.png,"A dog.'], "line 2 is not CSV: unexpected end of data; close"),
        ("captions.csv", ["file,caption", ",A dog."], "line 2: the photo's file is ''; write file,caption"),
        ("captions.csv", ["file,caption", "00.png, "], "line 2: the caption is ''; write a sentence there"),
        (
            "captions.csv",
            ["file,caption", "x.png,A dog."],
            r"line 2: there is no photo 'x\.png'; put it there, or take",
        ),
        (
            "captions.csv",
            ["file,caption", "00.jfif,A dog."],
            r"line 2: there is no photo '00\.jfif': photos are called \.jpg, \.jpeg, .*; rename it, or take",
        ),
        (
            "captions.csv",
            ["file,caption", ".thumbs/00.png,A dog."],
            r"line 2: there is no photo '\.thumbs/00\.png': what is hidden is none; rename it, or take the line out",
        ),
        ("captions.csv", ["file,caption", "../00.png,A dog."], r"there is no photo '\.\./00\.png'; put it there, or"),
        (
            "captions.csv",
            ["file,caption,split", "00.png,A dog.,dev"],
            "line 2: split 'dev' should be one of train, tune",
        ),
        (
            "captions.csv",
            ["file,caption,split", "00.png,A dog.,val", "00.png,A cat.,test"],
            r"line 3: '00\.png' is in split 'test' here and in 'val' before; keep one",
        ),
        (
            "captions.csv",
            ["file,caption,split", "00.png,A dog.,val", "01.png,A cat.,"],
            r"captions\.csv line 3 has no split, and other photos have; give all photos one, or none",
        ),
        ("captions.jsonl", ['{"file": "00.png"'], r"captions\.jsonl line 1 is not JSON: .*; write \{\"file\""),
        (
            "captions.jsonl",
            ['{"file": "00.png", "caption": "One.", "caption": "Two."}'],
            r"line 1 is not JSON: it names 'caption' twice; write",
        ),
        ("captions.jsonl", ["[]"], r"line 1 is '\[\]'; write"),
        ("captions.jsonl", ['{"file": "00.png"}'], "line 1: the caption is None"),
        ("captions.jsonl", ['{"caption": "A dog."}'], "line 1: the photo's file is None; write"),
    ],
)
def test_a_line_that_does_not_fit_is_named(file: str, lines: list[str], says: str, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=says):
        _ = folder(holiday(tmp_path, lines, file)).splits


def test_two_files_of_captions_are_refused(tmp_path: Path) -> None:
    as_json(holiday(tmp_path, table(NAMES)) / "captions.jsonl", {"file": "00.png", "caption": "A dog."})
    with pytest.raises(BadData, match=r"has captions\.csv and captions\.jsonl; keep one of them"):
        _ = folder(tmp_path / "holiday").splits


def test_paths_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path, says in ((tmp_path / "nowhere", "there is no photo or folder"), (tmp_path / "empty", "holds no photo")):
        with pytest.raises(BadData, match=says):
            read(folder(path), "all", tmp_path)
    with pytest.raises(BadData, match="no photos given"):
        read(folder(), "all", tmp_path)
    twice = photo(tmp_path / "other" / "holiday" / "00.png").parent
    with pytest.raises(BadData, match=r"two photos have the id 'holiday/00\.png'"):
        read(folder(holiday(tmp_path), twice), "all", tmp_path)
