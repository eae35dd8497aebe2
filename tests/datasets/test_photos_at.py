"""Which files a path means."""

import errno
import os
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from pipeline.errors import BadData
from stages.datasets._photos_at import photos_at


def test_a_folder_is_all_that_is_called_like_a_photo_at_any_depth_in_order(tmp_path: Path) -> None:
    holiday = tmp_path / "holiday"
    (holiday / "day 2").mkdir(parents=True)
    for name in ("b.JPG", "a.png", "day 2/c.tiff", "notes.txt", ".hidden.jpg", "._a.png"):
        (holiday / name).touch()
    assert list(photos_at(str(holiday))) == ["holiday/a.png", "holiday/b.JPG", "holiday/day 2/c.tiff"]


def test_what_lies_in_a_hidden_folder_is_hidden(tmp_path: Path) -> None:
    """Programs keep small copies and what was deleted there."""
    for name in (".thumbs/t.png", "rome/.trash/2020/t.png", "rome/a.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list(photos_at(str(tmp_path))) == [f"{tmp_path.name}/rome/a.png"]
    assert list(photos_at(str(tmp_path / ".thumbs"))) == [".thumbs/t.png"]


def test_a_folder_below_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir

    def forbidden(path: str) -> Any:
        if Path(path).name == "private":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scan(path)

    (tmp_path / "a.png").touch()
    (tmp_path / "rome" / "private").mkdir(parents=True)
    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(BadData, match=r"folder '.*rome/private' cannot be read: Permission denied; mend that or"):
        photos_at(str(tmp_path))


def test_a_folder_called_like_a_photo_is_looked_into_and_no_photo(tmp_path: Path) -> None:
    (tmp_path / "album" / "x.jpg").mkdir(parents=True)
    (tmp_path / "album" / "x.jpg" / "a.png").touch()
    assert list(photos_at(str(tmp_path / "album"))) == ["album/x.jpg/a.png"]


def test_what_cannot_be_a_photo_counts_so_that_it_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    assert [path.name for path in photos_at(str(tmp_path)).values()] == ["loop.jpg", "pipe.jpg"]
    assert list(photos_at(str(tmp_path / "loop.jpg"))) == [str(tmp_path / "loop.jpg")]


def test_folders_that_contain_themselves_end(tmp_path: Path) -> None:
    PIL.Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    (tmp_path / "again").symlink_to(tmp_path)
    assert len(photos_at(str(tmp_path))) == 1


def test_a_name_that_is_not_utf8_has_an_id_that_is(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    path.touch()
    (photo,) = photos_at(str(tmp_path))
    assert photo == f"{tmp_path.name}/caf\\xe9.jpg"
    assert photos_at(str(tmp_path))[photo] == path


def test_nothing_at_a_path_and_a_folder_without_photos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="there is no photo or folder"):
        photos_at(str(tmp_path / "nowhere.jpg"))
    with pytest.raises(BadData, match="holds no photo"):
        photos_at(str(tmp_path))
