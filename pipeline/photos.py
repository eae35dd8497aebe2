"""Looking at photo files: what a file is, once, remembered by its path, size and time of change.

A photo is decoded whole before anything is computed from it, so that one that is cut short is known at the start and
not after an hour. Whether that ends the run or leaves the photo out is decided here, for every dataset alike.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from pipeline import images
from pipeline.errors import BadPhoto, StoreError

_DECODER = 1
"""Raise when `pipeline.images` decodes otherwise, refuses more or refuses less."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a photo file is: sha256 of its bytes, and the size in pixels of the upright photo."""

    sha256: str
    width: int
    height: int


Inspect: TypeAlias = Callable[[Path], Seen | None]
"""What a dataset asks of each of its photos: None means that the photo is to be left out."""


class Photos:
    """Inspects photo files, remembering in a database.

    Args:
        database: a file that several processes may share; made where it is not there.
        skip: leave out photos that cannot be used, noting them in `skipped` (path -> why), instead of raising.
    """

    def __init__(self, database: Path, skip: bool = False) -> None:
        self.database, self.skip = database, skip
        self.skipped: dict[str, str] = {}

    def opened(self) -> "Photos":
        """Itself, with its database made."""
        with _explained(self.database):
            _rows(self.database, os.getpid())
        return self

    def inspect(self, path: Path) -> Seen | None:
        """What the file is; None where it cannot be used and `skip` is set.

        Raises:
            BadPhoto: if it is missing, unreadable, no photo, cut short or too large, and `skip` is not set.
            StoreError: if the database cannot be used.
        """
        try:
            return self._remembered(path)
        except BadPhoto as error:
            if not self.skip:
                raise
            self.skipped[str(path)] = str(error)
            return None

    def _remembered(self, path: Path) -> Seen:
        try:
            stat = path.stat()
        except OSError as error:
            raise BadPhoto(
                f"photo {str(path)!r} cannot be read: {error.strerror}; mend its path or leave it out"
            ) from None
        row = (str(path.absolute()), stat.st_size, stat.st_mtime_ns, _DECODER)
        with _explained(self.database):
            rows = _rows(self.database, os.getpid())
            found = rows.execute(
                "SELECT sha, width, height, fault FROM seen WHERE path=? AND bytes=? AND changed=? AND decoder=?", row
            ).fetchone()
            if found is None:
                found = _look(path)
                rows.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, *found))
        sha, width, height, fault = found
        if fault:
            raise BadPhoto(fault)
        return Seen(sha, width, height)


def _look(path: Path) -> tuple[str, int, int, str]:
    """(sha256, width, height, what is wrong with it)."""
    try:
        content = path.read_bytes()
        height, width, _ = images.decode(path).shape
    except BadPhoto as error:
        return "", 0, 0, str(error)
    except OSError as error:
        raise _unreadable(path, error) from None  # not remembered: permissions change without the file changing
    return hashlib.sha256(content).hexdigest(), width, height, ""


def _unreadable(path: Path, error: OSError) -> BadPhoto:
    return BadPhoto(f"photo {str(path)!r} cannot be read: {error.strerror}; mend that or leave it out")


@contextmanager
def _explained(database: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{database} cannot be used ({error}); delete it") from None


@cache
def _rows(database: Path, process: int) -> sqlite3.Connection:
    """One connection a process (it must not cross a fork); a cache needs no flush to disk at every row."""
    connection = sqlite3.connect(database, timeout=60, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
        "CREATE TABLE IF NOT EXISTS seen (path TEXT PRIMARY KEY, bytes INTEGER, changed INTEGER, decoder INTEGER,"
        " sha TEXT, width INTEGER, height INTEGER, fault TEXT)"
    )
    return connection
