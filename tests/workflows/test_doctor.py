"""What doctor finds, what it removes, and what it leaves alone because it may be whole."""

import hashlib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import StoreError
from pipeline.store import Store
from workflows import doctor

RECIPE = {"what": "a file"}


def stored(root: Path) -> Path:
    """A store with one artefact, and the artefact."""
    with Store(root).making("models", RECIPE) as workspace:
        assert workspace
        (workspace.out / "file.txt").write_text("content")
    (artefact,) = Store(root).artefacts()
    return artefact


def bad(told: str) -> list[str]:
    return [line for line in told.splitlines() if line.startswith("BAD")]


def test_every_shipped_weight_has_a_sum() -> None:
    folder = Path(str(files("stages.vision").joinpath("weights")))
    sums = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
    shipped = [path for path in folder.glob("*/*") if path.suffix in (".onnx", ".safetensors", ".names", ".txt")]
    assert {path.relative_to(folder).as_posix() for path in shipped} == set(sums)
    assert all(
        hashlib.sha256(path.read_bytes()).hexdigest() == sums[f"{path.parent.name}/{path.name}"] for path in shipped
    )


def test_weights_that_are_not_what_was_shipped_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "SHA256SUMS").write_text(f"{'0' * 64}  some/net.onnx\n")
    monkeypatch.setattr(doctor, "files", lambda package: tmp_path)
    assert not doctor.examine(tmp_path / "store", repair=False)
    assert bad(capsys.readouterr().out) == [
        "BAD  weights some/net.onnx are not what was shipped: install captionloom again"
    ]


def test_an_artefact_that_cannot_be_read_is_named_and_not_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    artefact = stored(tmp_path / "store")

    def refused(directory: Path, deep: bool) -> Any:
        raise StoreError(f"{directory} cannot be read (Permission denied)")

    monkeypatch.setattr(doctor, "damage", refused)
    assert not doctor.examine(tmp_path / "store", repair=True)
    assert bad(capsys.readouterr().out) == [f"BAD  {artefact} cannot be read (Permission denied)"]
    assert (artefact / "file.txt").read_text() == "content"


def test_damage_is_removed_where_that_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    artefact = stored(tmp_path / "store")
    (artefact / "file.txt").write_text("contenT")
    assert not doctor.examine(tmp_path / "store", repair=False)
    assert "file.txt is not what the manifest lists; doctor --repair removes it" in capsys.readouterr().out
    assert doctor.examine(tmp_path / "store", repair=True)
    assert not artefact.exists()


def test_notes_of_photos_that_are_no_database_are_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stored(tmp_path / "store")
    notes = tmp_path / "store" / "photos.sqlite"
    Store(tmp_path / "store").photos()
    assert doctor.examine(tmp_path / "store", repair=False)
    for leftover in notes.parent.glob(f"{notes.name}-*"):
        leftover.unlink()
    notes.write_bytes(b"noise" * 2000)
    capsys.readouterr()
    assert not doctor.examine(tmp_path / "store", repair=False)
    assert bad(capsys.readouterr().out) == [f"BAD  {notes}: file is not a database; doctor --repair removes it"]
    assert doctor.examine(tmp_path / "store", repair=True)
    assert not notes.exists()
