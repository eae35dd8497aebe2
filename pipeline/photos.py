"""Looking at photo files: what a file is, once, remembered by its path, size and time of change.

A photo is decoded whole before anything is computed from it, so that one that is cut short is known at the start and
not after an hour. Whether that ends the run or leaves the photo out is decided here, for every dataset alike.
"""

import errno
import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from pipeline import images
from pipeline.errors import BadPhoto, StoreError

_DECODER = 3
"""Raise when `pipeline.images` decodes otherwise, refuses more or refuses less."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a photo file is: sha256 of its bytes, and the size in pixels of the upright photo."""

    sha256: str
    width: int
    height: int


Inspect: TypeAlias = Callable[[Path], Seen | None]
"""What a dataset asks of each of its photos: None means that the photo is to be left out."""


_MOST_NAMED = 10
NOTES = "photos.sqlite"
"""Where a store remembers what was seen of photos."""
_REMEDIES = {
    "FULL": "free some space and run again: what is finished is kept",
    "READONLY": "give another --store",
    "CANTOPEN": "give another --store",
    "PERM": "give another --store",
}
_KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))


def printable(path: str) -> str:
    """A path as text that any file and terminal can hold: bytes that are not UTF-8 as \\x escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


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
            self.skipped[printable(str(path))] = str(error)
            return None

    def _remembered(self, path: Path) -> Seen:
        try:
            found = path.stat()
        except (OSError, ValueError) as error:  # a name with a zero byte is no name
            why = error.strerror if isinstance(error, OSError) else error
            raise BadPhoto(f"photo {str(path)!r} cannot be read: {why}; mend its path or leave it out") from None
        if not stat.S_ISREG(found.st_mode):
            what = next((name for test, name in _KINDS if test(found.st_mode)), "a device")
            raise BadPhoto(f"photo {str(path)!r} is {what}, not a file; leave it out")
        row = (os.fsencode(path.absolute()), found.st_size, found.st_mtime_ns, _DECODER)
        with _explained(self.database):
            rows = _rows(self.database, os.getpid())
            known = rows.execute(
                "SELECT sha, width, height, fault FROM seen WHERE path=? AND bytes=? AND changed=? AND decoder=?", row
            ).fetchone()
            if known is None:
                known = _look(path)
                rows.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, *known))
        sha, width, height, fault = known
        if fault:
            raise BadPhoto(fault)
        return Seen(sha, width, height)


class Survey:
    """One look at all photos of a split, so that every bad one is known at once and not one a run.

    Attributes:
        bad: path -> what is wrong with the photo.
        usable: how many can be used.
    """

    def __init__(self, photos: Photos) -> None:
        self._photos, self.usable = photos, 0
        self.bad: dict[str, str] = {}

    def inspect(self, path: Path) -> Seen | None:
        """As `Photos.inspect`, but a bad photo is only noted.

        Raises:
            BadPhoto: if it is not there and photos are not to be skipped: who asks knows which file names it.
        """
        try:
            seen = self._photos.inspect(path)
        except BadPhoto as error:
            if not os.path.lexists(path):
                raise
            seen, fault = None, str(error)
        else:
            fault = self._photos.skipped.get(printable(str(path)), "")
        if seen is None:
            self.bad[printable(str(path))] = fault
        else:
            self.usable += 1
        return seen

    def judge(self, what: str) -> None:
        """Refuse the bad photos of `what`, a dataset's split.

        Raises:
            BadPhoto: if there are any and they are not to be skipped, naming them; if there is no other.
        """
        faults = list(self.bad.values())[:_MOST_NAMED]
        if len(self.bad) > len(faults):
            faults.append(f"and {len(self.bad) - len(faults)} more")
        lines = "".join(f"\n  {fault}" for fault in faults)
        if self.bad and not self._photos.skip:
            if len(self.bad) == 1:
                raise BadPhoto(f"{faults[0]} (--on-bad-photo skip leaves it out)")
            raise BadPhoto(
                f"{len(self.bad)} photos of {what} cannot be used; --on-bad-photo skip leaves them out{lines}"
            )
        if self.bad and not self.usable:
            raise BadPhoto(f"not one photo of {what} can be used{lines}")


def _look(path: Path) -> tuple[str, int, int, str]:
    """(sha256, width, height, what is wrong with it). What is no photo is not read whole: it may be of any size."""
    try:
        height, width, _ = images.decode(path).shape
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest(), width, height, ""
    except BadPhoto as error:
        refusal = error.__context__
        if isinstance(refusal, OSError) and refusal.errno not in (None, errno.EINVAL):  # a damaged file's seek is that
            raise _unreadable(path, refusal) from None
        return "", 0, 0, str(error)
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> BadPhoto:
    """The system's refusal, which is not remembered: permissions change without the file changing."""
    return BadPhoto(f"photo {str(path)!r} cannot be read: {error.strerror}; mend that or leave it out")


@contextmanager
def _explained(database: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        remedy = _REMEDIES.get(getattr(error, "sqlite_errorname", "").removeprefix("SQLITE_").partition("_")[0])
        raise StoreError(f"{database} cannot be used ({error}); {remedy or 'delete it'}") from None


def fault(database: Path) -> str:
    """What is wrong with the notes of photos looked at; empty where nothing is, or where there are none."""
    if not database.exists():
        return ""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=60)
    try:
        ((found,),) = connection.execute("PRAGMA quick_check(1)")
    except sqlite3.Error as error:
        return str(error)
    finally:
        connection.close()
    return "" if found == "ok" else str(found)


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
