"""A directory of results that people read: replaced as a whole, and never taken for whole when it is not."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import luigi

from pipeline.errors import StoreError
from pipeline.manifest import damage, write_manifest
from pipeline.store import explained

KIND = "results"


class Results(luigi.Target):
    """The directory at `out`, complete when its manifest has the key of what should be there; `by` is the task that
    writes it."""

    def __init__(self, out: Path, key: str, by: str) -> None:
        self.out, self.key, self.by = _led_to(out), key, by

    def exists(self) -> bool:
        """Whether the results are there, whole.

        Raises:
            StoreError: if `out` holds anything else than results of this task, or cannot be written: better known now
                than at the end.
        """
        check_writable(self.out)
        if Path.cwd().is_relative_to(self.out):
            raise StoreError(f"{self.out} is the folder this runs in, or above it; name one inside it by --out")
        with explained(self.out.parent):
            is_there = self.out.exists()
        if is_there:
            by = self._manifest().get("by", self.by)
            if by != self.by:
                raise StoreError(f"{self.out} holds what {by} wrote; move it, or give another --out")
            listed = {*self._manifest().get("files", ()), "manifest.json"} if self._manifest() else set()
            found = self.out.rglob("*") if self.out.is_dir() else [self.out]
            for file in found:
                if file.is_file() and file.relative_to(self.out).as_posix() not in listed:
                    raise StoreError(f"{file} is none of an earlier run's results; move it, or give another --out")
        return self._manifest().get("key") == self.key and not list(damage(self.out, deep=False))

    @contextmanager
    def replacing(self) -> Iterator[Path]:
        """A fresh directory to write into, which then takes the place of the old results in two renames.

        Raises:
            StoreError: if the disk is full or `out` cannot be written.
        """
        fresh, old = (self.out.with_name(f".{self.out.name}.{part}-{os.getpid()}") for part in ("new", "old"))
        with explained(self.out.parent):
            self.out.parent.mkdir(parents=True, exist_ok=True)
            for leftover in self.out.parent.iterdir():
                mark = re.fullmatch(rf"\.{re.escape(self.out.name)}\.(?:new|old)-(\d+)", leftover.name)
                if mark and (int(mark[1]) == os.getpid() or not _alive(int(mark[1]))):
                    shutil.rmtree(leftover, ignore_errors=True)
            fresh.mkdir()
            yield fresh
            write_manifest(fresh, {"kind": KIND, "by": self.by, "key": self.key})
            if self.out.exists():
                self.out.rename(old)
            fresh.rename(self.out)
            shutil.rmtree(old, ignore_errors=True)

    def _manifest(self) -> dict[str, Any]:
        try:
            content = json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) and content.get("kind") == KIND else {}


def _led_to(out: Path) -> Path:
    """Where a path leads: a link stays one, and what it leads to is replaced."""
    try:
        return Path(os.path.realpath(out) if out.is_symlink() else os.path.normpath(out.absolute()))
    except OSError:  # a name that the system refuses, which is told where it is written
        return out.absolute()


def check_writable(out: Path) -> None:
    """Refuse a path whose folder, or the nearest above it that is there, this user may not write to.

    Raises:
        StoreError: naming the folder.
    """
    there = next((folder for folder in out.parents if os.access(folder, os.F_OK)), out.parent)
    if there.is_dir() and not os.access(there, os.W_OK | os.X_OK):
        raise StoreError(f"{out} cannot be written: {there} is not this user's to write to; give another place")


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
