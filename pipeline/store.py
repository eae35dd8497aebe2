"""The store: content-addressed directories, each whole or not there, and a memory of photo files.

An artefact is written in `partial/<kind>-<key>`, under a lock, and moved to `<kind>/<key>` by one rename after its
manifest. What a killed run leaves in `partial` is never read as a result; the next run of the same key goes on from it.
"""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from pipeline.errors import StoreError
from pipeline.keys import key_of
from pipeline.manifest import damage, damaged, flush, flush_all, foreign, write_manifest
from pipeline.meter import Meter
from pipeline.photos import NOTES, Photos

KINDS = ("datasets", "resources", "models", "columns", "scores")
FORMAT = {"captionloom_store": 1}
_NOT_WRITABLE = (
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOTDIR, errno.EEXIST, errno.ENOENT, errno.ENAMETOOLONG, errno.ELOOP),
)


@dataclass(frozen=True)
class Workspace:
    """Where an artefact is being made: `out` becomes the artefact, `scratch` outlives a kill and is then dropped.

    What its maker knows of the cost, such as the number of `photos`, goes into `about` and so into the manifest;
    `meter` takes what was spent on it before.
    """

    out: Path
    scratch: Path
    meter: Meter
    about: dict[str, int | str] = field(default_factory=dict)


class Store:
    """A directory of artefacts; opening it creates it, or checks that it is one of ours.

    Raises:
        StoreError: if the directory holds something else, or cannot be written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        with explained(self.root):
            self._open()

    def path(self, kind: str, key: str) -> Path:
        """Where the artefact of a key is, or would be."""
        return self.root / kind / key

    def has(self, kind: str, key: str) -> bool:
        """Whether the artefact is there, whole.

        Raises:
            StoreError: if it is there and its files are not those its manifest lists.
        """
        directory = self.path(kind, key)
        if not directory.is_dir():
            return False
        for fault in damage(directory, deep=False):
            raise damaged(directory, fault)
        return True

    def manifest(self, kind: str, key: str) -> dict[str, Any]:
        """Recipe, files, versions and cost of an artefact; see `making`."""
        content: dict[str, Any] = json.loads((self.path(kind, key) / "manifest.json").read_text(encoding="utf-8"))
        return content

    @contextmanager
    def making(self, kind: str, recipe: Mapping[str, Any]) -> Iterator[Workspace | None]:
        """Make the artefact of a recipe; gives None where another process has just made it.

        Its manifest says what that cost (`pipeline.meter`), what runs that were killed on the way spent included, and
        on how many processors.

        Raises:
            StoreError: where the disk is full or the store cannot be written, with the remedy.
        """
        key = key_of(recipe)
        partial = self.root / "partial" / f"{kind}-{key}"
        with explained(self.root), self._locked(f"{kind}-{key}"):
            if self.has(kind, key):
                yield None
                return
            meter = Meter(partial / "spent.json")
            workspace = Workspace(partial / "out", partial / "scratch", meter)
            for directory in (workspace.out, workspace.scratch):
                directory.mkdir(parents=True, exist_ok=True)
            (workspace.out / "manifest.json").unlink(missing_ok=True)  # of a run killed just before its rename
            with meter:
                yield workspace
            cost = {"cpus": os.cpu_count(), **asdict(meter.spent), **workspace.about}
            write_manifest(workspace.out, {"kind": kind, "key": key, "recipe": recipe, **cost})
            self._keep(workspace.out, kind, key)
            shutil.rmtree(partial, ignore_errors=True)

    @contextmanager
    def adopting(self, kind: str, key: str) -> Iterator[Path | None]:
        """A directory for an artefact that was made elsewhere, its manifest among its files; gives None where the
        artefact is already there.

        Raises:
            StoreError: if what was put there is not the artefact of that key, whole, or the store cannot be written.
        """
        partial = self.root / "partial" / f"{kind}-{key}"
        with explained(self.root), self._locked(f"{kind}-{key}"):
            if self.has(kind, key):
                yield None
                return
            fresh = partial / "adopted"
            shutil.rmtree(fresh, ignore_errors=True)  # of a killed run
            fresh.mkdir(parents=True)
            try:
                yield fresh
                for fault in foreign(fresh, kind, key):
                    raise StoreError(f"{kind}/{key} is no artefact of that key: {fault}")
                flush_all(fresh)
                self._keep(fresh, kind, key)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
                if self.path(kind, key).exists():
                    shutil.rmtree(partial, ignore_errors=True)
                elif not any(partial.iterdir()):
                    partial.rmdir()

    def photos(self, skip: bool = False) -> Photos:
        """Looks at photo files and remembers what they are; `skip` leaves out those that cannot be used."""
        with explained(self.root), self._locked("photos"):  # several processes may come to make it
            return Photos(self.root / NOTES, skip).opened()

    def artefacts(self) -> Iterator[Path]:
        """Every artefact directory."""
        for kind in KINDS:
            yield from sorted(path for path in (self.root / kind).glob("*") if path.is_dir())

    def abandoned(self) -> Iterator[Path]:
        """What killed runs left half-made and nobody is working on now."""
        for partial in sorted((self.root / "partial").glob("*")):
            lock = self.root / "locks" / partial.name
            with explained(self.root), lock.open("w") as handle, suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield partial

    def _keep(self, directory: Path, kind: str, key: str) -> None:
        """Give a whole artefact its place, by one rename."""
        self.path(kind, key).parent.mkdir(exist_ok=True)
        try:
            directory.rename(self.path(kind, key))
        except OSError as error:  # a file system without locks let two through: equal key, equal content
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
        flush(self.path(kind, key).parent)

    def _open(self) -> None:
        mark = self.root / "store.json"
        if not mark.exists():
            others = self.root.exists() and (not self.root.is_dir() or any(map(_foreign, self.root.iterdir())))
            if others and not mark.exists():  # another process may have marked it just now
                raise StoreError(f"{self.root} is not a captionloom store and not empty; give another --store")
            self.root.mkdir(parents=True, exist_ok=True)
            fresh = mark.with_name(f"store.{os.getpid()}.tmp")
            fresh.write_text(json.dumps(FORMAT), encoding="utf-8")
            flush(fresh)
            fresh.rename(mark)
            flush(self.root)
        try:
            known = json.loads(mark.read_text(encoding="utf-8")) == FORMAT
        except ValueError:
            known = False
        if not known:
            raise StoreError(f"{mark} is unreadable or not of this version ({FORMAT}); give another --store")

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        (self.root / "locks").mkdir(exist_ok=True)
        with (self.root / "locks" / name).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _foreign(path: Path) -> bool:
    return not path.match("store.*.tmp")


@contextmanager
def explained(root: Path) -> Iterator[None]:
    """Turn the operating system's refusals while writing below `root` into a StoreError with a remedy."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        full = isinstance(error, SafetensorError) and os.strerror(errno.ENOSPC) in str(error)
        if full or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)):
            remedy = "free some space and run again, or give another directory: what is finished is kept"
            raise StoreError(f"the disk of {root} is full; {remedy}") from error
        if not isinstance(error, OSError):
            raise
        path = Path(os.fsdecode(error.filename)) if error.filename is not None else root.parent
        # what is not there deeper than the root was to be read
        absent = error.errno == errno.ENOENT and root not in (path, path.parent)
        if path.is_relative_to(root) and error.errno in _NOT_WRITABLE and not absent:
            raise StoreError(f"{root} cannot be written ({error.strerror}); give another directory") from error
        raise
