import os
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from workflows.results import Results


def write(out: Path, key: str, text: str) -> None:
    with Results(out, key, "Compare").replacing() as fresh:
        (fresh / "report.html").write_text(text)


def test_results_are_there_when_their_key_is(tmp_path: Path) -> None:
    out = tmp_path / "reports" / "one"
    assert not Results(out, "a", "Compare").exists()
    write(out, "a", "first")
    assert Results(out, "a", "Compare").exists()
    assert not Results(out, "b", "Compare").exists()
    write(out, "b", "second")
    assert (out / "report.html").read_text() == "second"
    assert [path.name for path in out.parent.iterdir()] == ["one"]


def test_what_fails_halfway_leaves_the_old_results(tmp_path: Path) -> None:
    write(tmp_path / "out", "a", "first")
    with pytest.raises(KeyboardInterrupt):
        _fail(tmp_path / "out")
    assert Results(tmp_path / "out", "a", "Compare").exists()
    write(tmp_path / "out", "b", "second")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def _fail(out: Path) -> None:
    with Results(out, "b", "Compare").replacing() as fresh:
        (fresh / "report.html").write_text("half")
        raise KeyboardInterrupt


def test_results_that_were_touched_are_made_anew(tmp_path: Path) -> None:
    write(tmp_path / "out", "a", "first")
    (tmp_path / "out" / "report.html").write_text("edited")
    assert not Results(tmp_path / "out", "a", "Compare").exists()


def test_what_somebody_put_among_the_results_is_not_lost(tmp_path: Path) -> None:
    write(tmp_path / "out", "a", "first")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"notes\.txt.*move it"):
        Results(tmp_path / "out", "b", "Compare").exists()


def test_a_link_to_a_directory_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk" / "results")
    for key in ("a", "b"):
        write(tmp_path / "out", key, key)
        assert Results(tmp_path / "out", key, "Compare").exists()
    assert (tmp_path / "out").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk", "out"]
    assert (tmp_path / "disk" / "results" / "report.html").read_text() == "b"


def test_a_neighbour_of_a_like_name_stays(tmp_path: Path) -> None:
    (tmp_path / ".out.backup-2024").mkdir()
    write(tmp_path / "out", "a", "first")
    assert (tmp_path / ".out.backup-2024").exists()


def test_somebody_elses_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(StoreError, match="give another --out"):
        Results(tmp_path, "a", "Compare").exists()


def test_what_another_task_wrote_is_not_replaced(tmp_path: Path) -> None:
    write(tmp_path / "out", "a", "first")
    with pytest.raises(StoreError, match="holds what Compare wrote; move it"):
        Results(tmp_path / "out", "a", "Judge").exists()
    assert (tmp_path / "out" / "report.html").read_text() == "first"


@pytest.mark.parametrize("out", [".", "..", "inner/../../here"])
def test_the_folder_one_is_in_is_not_replaced(out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(StoreError, match="is the folder this runs in, or above it"):
        Results(Path(out), "a", "Compare").exists()


def test_dots_in_a_path_are_followed(tmp_path: Path) -> None:
    write(tmp_path / "one" / "deep" / "..", "a", "first")
    assert (tmp_path / "one" / "report.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(StoreError, match="cannot be written"):
        write(tmp_path / "loop", "a", "first")


def test_a_place_that_cannot_be_written_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: mode == os.F_OK and Path(path).exists())
    with pytest.raises(StoreError, match=rf"cannot be written: {tmp_path} is not this user's"):
        Results(tmp_path / "new" / "out", "a", "Compare").exists()
