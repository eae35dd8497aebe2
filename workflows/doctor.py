"""What `captionloom doctor` looks at: packages, metrics and their Java, shipped weights, the store, and a bundle where
one is given."""

import hashlib
import importlib.metadata
import shutil
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from pipeline import photos
from pipeline.errors import CaptionloomError, StoreError
from pipeline.manifest import damage
from pipeline.registry import choose, registered
from pipeline.store import Store
from workflows.bundles.bundle import Bundle, Bundled

PACKAGES = (
    "numpy",
    "torch",
    "torchvision",
    "timm",
    "scikit-learn",
    "opencv-python",
    "spacy",
    "pytoulbar2",
    "pycocoevalcap",
    "luigi",
)


def examine(root: Path, repair: bool, bundle: str = "") -> bool:
    """Print what is found, mend the store if asked, and say whether all is well."""
    lines = [*_packages(), *_metrics(), *_weights()]
    try:
        lines += _store(root, repair)
    except CaptionloomError as error:
        lines.append((False, str(error)))
    lines += _bundle(Path(bundle)) if bundle else ()
    for well, text in lines:
        sys.stdout.write(f"{'ok  ' if well else 'BAD '} {text}\n")
    return all(well for well, _ in lines)


def _packages() -> list[tuple[bool, str]]:
    found = []
    for name in PACKAGES:
        try:
            found.append((True, f"{name} {importlib.metadata.version(name)}"))
        except importlib.metadata.PackageNotFoundError:
            found.append((False, f"{name} is not installed: pip install {name}"))
    return found


def _metrics() -> list[tuple[bool, str]]:
    lines = []
    for name in registered("metrics"):
        metric = choose("metrics", name).create()
        reason = metric.unavailable()
        lines.append((not (reason and metric.expected), f"metric {name}{': ' + reason if reason else ''}"))
    return lines


def _weights() -> Iterator[tuple[bool, str]]:
    """Those that are shipped, against their sums."""
    folder = files("stages.vision").joinpath("weights")
    for line in folder.joinpath("SHA256SUMS").read_text(encoding="utf-8").splitlines():
        sum_, name = line.split()
        file = folder.joinpath(name)
        whole = file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sum_
        yield whole, f"weights {name}{'' if whole else ' are not what was shipped: install captionloom again'}"


def _store(root: Path, repair: bool) -> list[tuple[bool, str]]:
    if not root.exists():
        return [(True, f"store {root} is not there yet")]
    store, lines, count = Store(root), [], 0
    for artefact in store.artefacts():
        count += 1
        try:
            faults = list(damage(artefact, deep=True))
        except StoreError as error:  # it may be whole, so nothing removes it
            lines.append((False, str(error)))
            continue
        lines += [(repair, f"{artefact}: {fault}; {_end(repair)}") for fault in faults]
        if faults and repair:
            shutil.rmtree(artefact)
    notes = root / photos.NOTES
    if wrong := photos.fault(notes):
        lines.append((repair, f"{notes}: {wrong}; {_end(repair)}"))
        if repair:
            for file in root.glob(f"{notes.name}*"):
                file.unlink()
    for partial in store.abandoned():
        if not store.path(*partial.name.split("-", 1)).exists():
            lines.append((True, f"{partial}: begun and not finished; its next run goes on from it"))
            continue
        lines.append((True, f"{partial}: finished since; {_end(repair)}"))
        if repair:
            shutil.rmtree(partial)
    return [*lines, (True, f"store {root}: {count} artefacts")]


def _end(repair: bool) -> str:
    return "removed" if repair else "doctor --repair removes it"


def _bundle(file: Path) -> list[tuple[bool, str]]:
    try:
        bundle = Bundle(file)
        bundle.verify()
        Bundled(bundle).check_fitted(bundle.plan)
    except CaptionloomError as error:
        return [(False, str(error))]
    return [(True, f"bundle {file}: {bundle.plan.name}, {len(bundle.members)} files, fitted on {bundle.learned_from}")]
