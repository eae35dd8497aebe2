"""What is found in photo files, and that it is found once."""

import hashlib
import os
import socket
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import PIL.Image
import pytest

from pipeline import images
from pipeline.errors import BadPhoto, StoreError
from pipeline.photos import Photos, Seen, Survey, printable


def photo(path: Path, width: int = 6, height: int = 4, turned: bool = False) -> Path:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6 if turned else 1
    PIL.Image.new("RGB", (width, height), "red").save(path, exif=exif)
    return path


def cut(path: Path) -> Path:
    PIL.Image.effect_noise((90, 60), 50).save(path)
    path.write_bytes(path.read_bytes()[:-400])
    return path


def test_a_photo_is_its_bytes_and_its_upright_size(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg", 6, 4, turned=True)
    assert Photos(tmp_path / "db").inspect(path) == Seen(hashlib.sha256(path.read_bytes()).hexdigest(), 4, 6)


def test_a_file_is_decoded_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, decoded = photo(tmp_path / "a.png"), []
    decode = images.decode
    monkeypatch.setattr(images, "decode", lambda file: decoded.append(file) or decode(file))
    first = Photos(tmp_path / "db").inspect(path)
    assert Photos(tmp_path / "db").inspect(path) == first
    assert len(decoded) == 1
    photo(path, 60, 4)
    again = Photos(tmp_path / "db").inspect(path)
    assert again is not None
    assert again.width == 60
    assert len(decoded) == 2


def test_a_fault_is_remembered_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cut(tmp_path / "cut.jpg")
    for _ in range(2):
        with pytest.raises(BadPhoto, match=r"cut\.jpg.*cannot be decoded"):
            Photos(tmp_path / "db").inspect(path)
        monkeypatch.setattr(images, "decode", None)


def test_a_bad_photo_is_left_out_and_named_where_that_is_asked_for(tmp_path: Path) -> None:
    photos = Photos(tmp_path / "db", skip=True)
    paths = [cut(tmp_path / "cut.jpg"), tmp_path / "missing.jpg", tmp_path / "empty.png"]
    paths[2].touch()
    assert [photos.inspect(path) for path in paths] == [None, None, None]
    assert list(photos.skipped) == [str(path) for path in paths]
    assert "No such file" in photos.skipped[str(paths[1])]
    assert photos.inspect(photo(tmp_path / "good.png")) is not None


def test_a_missing_photo_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadPhoto, match=r"nowhere\.jpg.*No such file"):
        Photos(tmp_path / "db").inspect(tmp_path / "nowhere.jpg")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (Path.mkdir, "is a folder, not a file"),
    "a named pipe": (os.mkfifo, "is a named pipe, not a file"),
    "a socket": (_socket, "is a socket, not a file"),
    "a link to nowhere": (lambda path: path.symlink_to(path.with_name("gone")), "No such file"),
    "a link to itself": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
}


@pytest.mark.parametrize(("make", "says"), NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_file_is_named_and_never_opened(
    tmp_path: Path, make: Callable[[Path], object], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    make(Path("x.jpg"))
    with pytest.raises(BadPhoto, match=rf"x\.jpg.*{says}"):
        Photos(tmp_path / "db").inspect(Path("x.jpg"))


def test_a_file_that_may_not_be_read_is_named_and_not_remembered_as_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = photo(tmp_path / "a.png")
    with monkeypatch.context() as patched:

        def refuse(path: Path) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        patched.setattr(PIL.Image, "open", refuse)
        with pytest.raises(BadPhoto, match=r"a\.png.*Permission denied"):
            Photos(tmp_path / "db").inspect(path)
    assert Photos(tmp_path / "db").inspect(path) is not None


@pytest.mark.parametrize("skip", [True, False])
def test_a_file_larger_than_the_memory_is_refused_without_being_read(tmp_path: Path, skip: bool) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(1 << 42)  # of holes
    photos = Photos(tmp_path / "db", skip)
    if skip:
        assert photos.inspect(path) is None
    else:
        with pytest.raises(BadPhoto, match=r"huge\.jpg.*it is no image"):
            photos.inspect(path)


def test_what_follows_a_photo_in_its_file_is_hashed_a_piece_at_a_time(tmp_path: Path) -> None:
    path = photo(tmp_path / "long.png")
    with path.open("ab") as file:
        file.truncate(1 << 26)
    tracemalloc.start()
    seen = Photos(tmp_path / "db").inspect(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seen == Seen(hashlib.sha256(path.read_bytes()).hexdigest(), 6, 4)
    assert peak < 1 << 23


def test_a_name_that_is_not_utf8_is_a_name_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.png")
    photos = Photos(tmp_path / "db", skip=True)
    first = photos.inspect(photo(path))
    assert first is not None
    assert photos.inspect(path) == first
    bad = tmp_path / os.fsdecode(b"bad\xff.png")
    bad.touch()
    assert photos.inspect(bad) is None
    assert list(photos.skipped) == [f"{tmp_path}/bad\\xff.png"]
    assert "".join(photos.skipped.values()).encode("utf-8")


def test_printable_names_differ_only_where_names_need_it() -> None:
    assert printable("café, b.jpg") == "café, b.jpg"
    assert printable(os.fsdecode(b"caf\xe9.jpg")) == "caf\\xe9.jpg"


def _several(directory: Path, bad: int, good: int) -> list[Path]:
    for number in range(bad):
        (directory / f"bad-{number:02d}.jpg").write_text("no photo")
    return [*sorted(directory.glob("bad-*")), *(photo(directory / f"good-{n}.png") for n in range(good))]


def test_a_survey_names_all_bad_photos_up_to_ten_and_how_many_more(tmp_path: Path) -> None:
    survey = Survey(Photos(tmp_path / "db"))
    for path in _several(tmp_path, bad=13, good=1):
        survey.inspect(path)
    with pytest.raises(BadPhoto) as caught:
        survey.judge("holiday all")
    first, *lines = str(caught.value).splitlines()
    assert first == "13 photos of holiday all cannot be used; --on-bad-photo skip leaves them out"
    assert [f"bad-{number:02d}.jpg" in line for number, line in enumerate(lines[:10])] == [True] * 10
    assert lines[10:] == ["  and 3 more"]


def test_a_survey_of_one_bad_photo_is_one_line(tmp_path: Path) -> None:
    survey = Survey(Photos(tmp_path / "db"))
    for path in _several(tmp_path, bad=1, good=1):
        survey.inspect(path)
    with pytest.raises(BadPhoto, match=r"^photo .*bad-00\.jpg.*\(--on-bad-photo skip leaves it out\)$"):
        survey.judge("holiday all")


def test_a_survey_that_skips_minds_only_when_nothing_is_left(tmp_path: Path) -> None:
    paths = _several(tmp_path, bad=2, good=1)
    survey = Survey(Photos(tmp_path / "db", skip=True))
    for path in paths:
        survey.inspect(path)
    survey.judge("holiday all")
    assert [Path(path).name for path in survey.bad] == ["bad-00.jpg", "bad-01.jpg"]
    alone = Survey(Photos(tmp_path / "db", skip=True))
    for path in paths[:2]:
        alone.inspect(path)
    with pytest.raises(BadPhoto, match="not one photo of holiday all can be used"):
        alone.judge("holiday all")


def test_a_survey_leaves_a_missing_photo_to_who_knows_which_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(BadPhoto, match=r"gone\.jpg"):
        Survey(Photos(tmp_path / "db")).inspect(tmp_path / "gone.jpg")
    survey = Survey(Photos(tmp_path / "db", skip=True))
    assert survey.inspect(tmp_path / "gone.jpg") is None
    assert len(survey.bad) == 1


def test_a_database_that_is_none_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="delete it"):
        Photos(tmp_path / "db").inspect(photo(tmp_path / "a.png"))
