"""What is found in photo files, and that it is found once."""

import hashlib
from pathlib import Path

import PIL.Image
import pytest

from pipeline import images
from pipeline.errors import BadPhoto, StoreError
from pipeline.photos import Photos, Seen


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


def test_a_database_that_is_none_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="delete it"):
        Photos(tmp_path / "db").inspect(photo(tmp_path / "a.png"))
