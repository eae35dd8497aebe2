import errno
import json
import multiprocessing
import os
import shutil
import time
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from pipeline.errors import StoreError
from pipeline.keys import key_of
from pipeline.manifest import damage
from pipeline.photos import Seen
from pipeline.store import Store

RECIPE = {"stage": "test", "version": 1}
KEY = key_of(RECIPE)


def make(root: Path, text: str = "content") -> bool:
    with Store(root).making("models", RECIPE) as workspace:
        if workspace:
            (workspace.out / "file.txt").write_text(text)
            return True
    return False


def _interrupted(store: Store) -> None:
    with store.making("models", RECIPE) as workspace:
        assert workspace
        (workspace.out / "file.txt").write_text("half")
        (workspace.scratch / "epoch-1").write_text("checkpoint")
        raise KeyboardInterrupt


def test_equal_recipes_have_equal_keys_whatever_their_order() -> None:
    assert key_of({"a": 1, "b": [1, 2]}) == key_of({"b": [1, 2], "a": 1}) != key_of({"a": 1, "b": [2, 1]})


def test_an_artefact_is_there_only_when_it_is_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(KeyboardInterrupt):
        _interrupted(store)
    assert not store.has("models", KEY)
    with store.making("models", RECIPE) as workspace:
        assert workspace
        assert (workspace.scratch / "epoch-1").read_text() == "checkpoint"
        (workspace.out / "file.txt").write_text("whole")
    assert store.has("models", KEY)
    assert not list((store.root / "partial").iterdir())
    manifest = store.manifest("models", KEY)
    assert manifest["recipe"] == RECIPE
    assert manifest["files"]["file.txt"]["bytes"] == 5
    assert {"seconds", "peak_memory_bytes", "versions", "commit"} <= manifest.keys()


def test_a_run_killed_just_before_its_rename_is_taken_up(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    left = store.root / "partial" / f"models-{KEY}" / "out"
    left.mkdir(parents=True)
    (left / "manifest.json").write_text('{"files": {}, "left": "by the killed run"}')
    assert make(tmp_path / "store")
    assert store.has("models", KEY)
    assert "manifest.json" not in store.manifest("models", KEY)["files"]


def test_a_store_whose_first_opening_was_killed_can_be_opened(tmp_path: Path) -> None:
    (tmp_path / "store.123.tmp").write_text("{")
    assert make(tmp_path)


def test_all_of_an_artefact_is_on_the_disk_before_its_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty manifest.json after a power cut would be one of a whole artefact."""
    flushed: dict[str, int] = {}
    rename, fsync = Path.rename, os.fsync

    def noted(handle: int) -> None:
        fsync(handle)
        flushed[str(Path(f"/proc/self/fd/{handle}").readlink())] = os.fstat(handle).st_size

    def checked(self: Path, target: Path) -> Path:
        for path in [self, *self.rglob("*")]:
            assert flushed[str(path)] == path.stat().st_size
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Path, "rename", checked)
    store = Store(tmp_path / "store")
    with store.making("models", RECIPE) as workspace:
        assert workspace
        (workspace.out / "weights").mkdir()
        (workspace.out / "weights" / "a.bin").write_bytes(b"numbers")
    assert str(tmp_path / "store") in flushed
    shutil.copytree(store.path("models", KEY), tmp_path / "made")
    other = Store(tmp_path / "other")
    with other.adopting("models", KEY) as directory:
        assert directory
        shutil.copytree(tmp_path / "made", directory, dirs_exist_ok=True)
    assert other.has("models", KEY)


def _open(root: Path, photo: Path, opened: "multiprocessing.Queue[Seen | None]") -> None:
    opened.put(Store(root).photos().inspect(photo))


def test_many_processes_can_open_a_new_store_at_once(tmp_path: Path) -> None:
    PIL.Image.new("RGB", (4, 3)).save(tmp_path / "photo.png")
    context = multiprocessing.get_context("fork")
    opened: multiprocessing.Queue[Seen | None] = context.Queue()
    racers = [
        context.Process(target=_open, args=(tmp_path / f"store-{number // 6}", tmp_path / "photo.png", opened))
        for number in range(24)
    ]
    for racer in racers:
        racer.start()
    assert len({opened.get(timeout=60) for _ in racers}) == 1
    for racer in racers:
        racer.join()


def _race(root: Path, made: "multiprocessing.Queue[bool]") -> None:
    with Store(root).making("models", RECIPE) as workspace:
        if workspace:
            (workspace.out / "file.txt").write_text("content")
            time.sleep(0.3)
        made.put(workspace is not None)


def test_two_workers_racing_make_one_artefact(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    made: multiprocessing.Queue[bool] = context.Queue()
    racers = [context.Process(target=_race, args=(tmp_path / "store", made)) for _ in range(2)]
    for racer in racers:
        racer.start()
    outcomes = sorted(made.get(timeout=60) for _ in racers)
    for racer in racers:
        racer.join()
    assert outcomes == [False, True]
    assert Store(tmp_path / "store").has("models", KEY)


@pytest.mark.parametrize("harm", ["cut", "remove", "manifest"])
def test_a_damaged_artefact_is_named_with_the_remedy(tmp_path: Path, harm: str) -> None:
    make(tmp_path / "store")
    directory = Store(tmp_path / "store").path("models", KEY)
    if harm == "cut":
        (directory / "file.txt").write_text("cont")
    elif harm == "remove":
        (directory / "file.txt").unlink()
    else:
        (directory / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match=r"damaged.*doctor --repair"):
        Store(tmp_path / "store").has("models", KEY)


@pytest.mark.parametrize("file", ["manifest.json", "file.txt"])
def test_what_may_not_be_read_is_not_damaged(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "store")
    directory, opened = Store(tmp_path / "store").path("models", KEY), Path.open

    def refused(path: Path, *given: Any, **named: Any) -> Any:
        if path == directory / file:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *given, **named)

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(StoreError, match=rf"{file} cannot be read \(Permission denied\); let this user read it"):
        list(damage(directory, deep=True))


def test_a_changed_byte_is_found_by_the_deep_look_alone(tmp_path: Path) -> None:
    make(tmp_path / "store")
    directory = Store(tmp_path / "store").path("models", KEY)
    (directory / "file.txt").write_text("contenT")
    assert not list(damage(directory, deep=False))
    assert list(damage(directory, deep=True)) == ["file.txt is not what the manifest lists"]


def test_a_foreign_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(StoreError, match="not a captionloom store and not empty"):
        Store(tmp_path)
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(StoreError):
        Store(file)


def test_a_store_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text(json.dumps({"captionloom_store": 99}))
    with pytest.raises(StoreError, match="not of this version"):
        Store(tmp_path)


def test_a_full_disk_is_said_to_be_full_and_leaves_nothing_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(StoreError, match=r"disk of .* is full; free some space"), store.making("models", RECIPE):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert not store.has("models", KEY)


def test_somebody_elses_unreadable_file_is_not_blamed_on_the_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(PermissionError), store.making("models", RECIPE):
        raise PermissionError(errno.EACCES, "denied", str(tmp_path / "photo.jpg"))


def test_a_file_that_is_missing_from_an_artefact_is_not_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(FileNotFoundError), store.making("models", RECIPE):
        store.manifest("models", "0" * 32)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this kernel has no /proc")
def test_a_folder_that_takes_no_files_is_one_that_cannot_be_written() -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        Store(Path("/proc/store"))
