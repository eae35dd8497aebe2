"""Writing bundles; see `workflows.bundles.bundle` for what they are."""

import dataclasses
import hashlib
import json
import os
import stat
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from pipeline.datasets import Fingerprint
from pipeline.errors import StoreError
from pipeline.keys import Recipes, Source, key_of
from pipeline.manifest import commit, foreign, versions
from pipeline.store import Store, explained
from workflows.bundles.bundle import BLOCK, FORMAT, MANIFEST, MARK
from workflows.bundles.portable import answering, needed


def described(recipes: Recipes) -> dict[str, Any]:
    """What a bundle of a fitted plan says of itself, apart from its files and where it was made."""
    plan, splits = recipes.plan, set[str]()
    for written in answering(plan):
        splits |= {*plan.stage(written).kind.fit_on, *(("train",) if plan.uses(written) else ())}
    tables = {"stages": dict(plan.stages), "resources": dict(plan.resources), "folds": dict(plan.folds)}
    about = {
        "plan": {"name": plan.name, "title": plan.title, **tables},
        "learned_from": recipes.fit.about,
        "fingerprints": {split: dataclasses.asdict(_unplaced(recipes.fit, split)) for split in sorted(splits)},
        "artefacts": needed(recipes),
    }
    return {MARK: FORMAT, "key": key_of(about), **about}


def write_bundle(file: Path, recipes: Recipes, store: Store, licences: Mapping[str, Path]) -> None:
    """Write the bundle of a plan whose artefacts are in the store, in one piece, in place of what is there.

    Args:
        licences: name -> file of every licence to go with it.

    Raises:
        StoreError: if an artefact is damaged, the disk is full or the file cannot be written.
    """
    found: dict[str, Path] = {f"licences/{name}": path for name, path in licences.items()}
    for artefact, what in needed(recipes).items():
        kind, _, key = artefact.partition("/")
        directory = store.path(kind, key)
        for fault in foreign(directory, kind, key):
            raise StoreError(
                f"{what} cannot be exported: {fault}; `captionloom doctor --repair` removes what is damaged"
            )
        for name in (*store.manifest(kind, key)["files"], "manifest.json"):
            found[f"{artefact}/{name}"] = directory / name
    listed = {name: _listed(path) for name, path in sorted(found.items())}
    content = {**described(recipes), "files": listed, "versions": versions(), "commit": commit()}
    fresh = file.with_name(f".{file.name}.new-{os.getpid()}")
    try:
        with explained(file.parent):
            file.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("wb") as handle:
                _write(handle, json.dumps(content, sort_keys=True, indent=1).encode(), found)
                handle.flush()
                os.fsync(handle.fileno())
            fresh.replace(file)
    finally:
        with suppress(OSError):
            fresh.unlink()


def _write(handle: IO[bytes], manifest: bytes, found: Mapping[str, Path]) -> None:
    with zipfile.ZipFile(handle, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(MANIFEST, len(manifest)), manifest)
        for name, path in sorted(found.items()):
            with path.open("rb") as source, archive.open(_entry(name, path.stat().st_size), "w") as target:
                while block := source.read(BLOCK):
                    target.write(block)


def _entry(name: str, size: int) -> zipfile.ZipInfo:
    """A member whose bytes hang on nothing but its name and content."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system, entry.external_attr, entry.file_size = 3, (stat.S_IFREG | 0o644) << 16, size
    return entry


def _listed(path: Path) -> dict[str, Any]:
    with path.open("rb") as handle:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(handle, "sha256").hexdigest()}


def _unplaced(source: Source, split: str) -> Fingerprint:
    """Without where the files lie, which is the exporter's own business and in no key of a fitted thing."""
    return dataclasses.replace(source.fingerprint(split), where="")
