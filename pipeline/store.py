"""The store: content-addressed directories, each whole or not there, and a memory of photo files.

An artefact is written in `partial/<kind>-<key>`, under a lock, and moved to `<kind>/<key>` by one rename after its
manifest. What a killed run leaves in `partial` is never read as a result; the next run of the same key goes on from it.
"""

import errno
import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from pipeline.errors import StoreError
from pipeline.keys import key_of
from pipeline.meter import Meter
from pipeline.photos import Photos

KINDS = ("datasets", "resources", "models", "columns", "scores")
FORMAT = {"captionloom_store": 1}
_NOT_WRITABLE = (
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOTDIR, errno.EEXIST, errno.ENOENT, errno.ENAMETOOLONG, errno.ELOOP),
)
_RECORDED = ("numpy", "torch", "scikit-learn", "opencv-python", "spacy", "timm", "pytoulbar2", "pycocoevalcap")


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
            raise _damaged(directory, fault)
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
                for file in fresh.rglob("*"):
                    _flush(file)
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
            return Photos(self.root / "photos.sqlite", skip).opened()

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

    def _open(self) -> None:
        mark = self.root / "store.json"
        if not mark.exists():
            others = self.root.exists() and (not self.root.is_dir() or any(map(_foreign, self.root.iterdir())))
            if others and not mark.exists():  # another process may have marked it just now
                raise StoreError(f"{self.root} is not a captionloom store and not empty; give another --store")
            self.root.mkdir(parents=True, exist_ok=True)
            fresh = mark.with_name(f"store.{os.getpid()}.tmp")
            fresh.write_text(json.dumps(FORMAT), encoding="utf-8")
            fresh.rename(mark)
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


def damage(directory: Path, deep: bool) -> Iterator[str]:
    """What is wrong with an artefact: a missing manifest, missing or changed files (by size, or by content if deep)."""
    try:
        manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
        files = {str(name): (int(entry["bytes"]), str(entry["sha256"])) for name, entry in manifest["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        yield "its manifest.json is missing or unreadable"
        return
    for name, (length, sha) in files.items():
        file = directory / name
        if not file.is_file():
            yield f"{name} is missing"
        elif file.stat().st_size != length or (deep and _sha256(file) != sha):
            yield f"{name} is not what the manifest lists"


def foreign(directory: Path, kind: str, key: str) -> Iterator[str]:
    """Why a directory that came from elsewhere is not the whole artefact of a key, first reason first."""
    yield from damage(directory, deep=True)
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    files = {file.relative_to(directory).as_posix() for file in directory.rglob("*") if file.is_file()}
    for name in sorted(files ^ {*manifest["files"], "manifest.json"}):
        yield f"{name} is not among both its files and its manifest's"
    if (manifest.get("kind"), manifest.get("key")) != (kind, key) or key_of(manifest.get("recipe")) != key:
        yield "its manifest is that of something else"


def _damaged(directory: Path, fault: str) -> StoreError:
    remedy = f"`captionloom doctor --repair --store {directory.parents[1]}` removes it"
    return StoreError(f"artefact {directory} is damaged: {fault}; {remedy}")


@contextmanager
def reading(directory: Path) -> Iterator[None]:
    """Whatever happens while an artefact is read, look whether its content is what its manifest lists.

    Raises:
        StoreError: in place of any other error if it is not, with the remedy.
    """
    try:
        yield
    except Exception as error:
        for fault in damage(directory, deep=True):
            raise _damaged(directory, fault) from error
        raise


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
        ours = error.filename is not None and Path(os.fsdecode(error.filename)).is_relative_to(root)
        if ours and error.errno in _NOT_WRITABLE:
            raise StoreError(f"{root} cannot be written ({error.strerror}); give another directory") from error
        raise


def write_manifest(directory: Path, content: Mapping[str, Any]) -> None:
    """List the files of a directory, with their hashes and what made them, in its manifest.json."""
    files = {}
    for file in sorted(path for path in directory.rglob("*") if path.is_file()):
        files[file.relative_to(directory).as_posix()] = {"bytes": file.stat().st_size, "sha256": _sha256(file)}
        _flush(file)
    manifest = {**content, "files": files, "versions": versions(), "commit": commit()}
    (directory / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")


def _flush(file: Path) -> None:
    """Let a file (or folder) outlive the machine's sudden end, which a rename alone does not."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@cache
def versions() -> dict[str, str]:
    """The versions of captionloom and of the libraries that answers may hang on."""
    found = {}
    for package in ("captionloom", *_RECORDED):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@cache
def commit() -> str:
    """The git commit of the code that runs; empty where there is none."""
    here = Path(__file__).resolve().parent
    try:
        asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()
