"""Splits that hang on the ids of photos, not on their order: what the files do not split, and `tune`."""

import dataclasses
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path, PurePosixPath

from pipeline.datasets import MOST_TUNE, SPLITS
from pipeline.errors import BadData, BadOption
from stages.datasets._layout import is_link, lines
from stages.datasets._on_disk import Entry
from stages.datasets._photos_at import SUFFIXES

TUNE_HELP = "training photos set apart as tune; none: a tenth of them, at most 500"


def divided(entries: Sequence[Entry], sizes: Mapping[str, int]) -> dict[str, list[Entry]]:
    """`train` and parts of the given sizes: photos in the order of the sha256 of their ids fill one part after the
    other, and the rest is `train`. Inside a part they stay in the order given."""
    ids = iter(sorted((entry.truth.id for entry in entries), key=lambda name: hashlib.sha256(name.encode()).digest()))
    # range goes first: zip takes from it before it takes, and would lose, one more id
    part = {name: split for split, size in sizes.items() for _, name in zip(range(size), ids, strict=False)}
    parts: dict[str, list[Entry]] = {"train": [], **{split: [] for split in sizes}}
    for entry in entries:
        parts[part.get(entry.truth.id, "train")].append(entry)
    return parts


def settled(name: str, parts: Mapping[str, Sequence[Entry]], tune: int | None) -> dict[str, list[Entry]]:
    """The splits that have photos, in their usual order, with `tune` taken out of `train`.

    Args:
        name: the dataset's, for errors.
        parts: entries by split; without tune, unless the files themselves set it apart.
        tune: how many photos of `train` to set apart; None for a tenth of them, at least 1 of 2, at most MOST_TUNE.

    Raises:
        BadData: if there is no photo, two have one id, or one has two.
        BadOption: if tune leaves nothing to train on, or the files have one, and it is too large or asked for too.
    """
    by_id(name, chain.from_iterable(parts.values()))
    _check_files(name, chain.from_iterable(parts.values()))
    splits = {split: list(entries) for split, entries in parts.items()}
    train, own = splits.get("train", []), splits.get("tune")
    if own is not None and (tune is not None or len(own) > MOST_TUNE):
        raise BadOption(
            f"{name}: the files set {len(own)} photos apart as tune; take {MOST_TUNE} at most, and no option tune"
        )
    size = min(MOST_TUNE, max(len(train) // 10, 1)) if tune is None else tune
    if train and tune is not None and tune >= len(train):
        raise BadOption(f"{name}: tune={tune} leaves none of the {len(train)} training photos; choose a smaller tune")
    if own is None and len(train) > 1:
        splits |= divided(train, {"tune": size})
    return {split: splits[split] for split in SPLITS if splits.get(split)}


def by_id(name: str, entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by the ids of their photos.

    Raises:
        BadData: if there is none, or two photos have one id.
    """
    known: dict[str, Entry] = {}
    for entry in entries:
        other = known.setdefault(entry.truth.id, entry)
        if other is not entry:
            raise BadData(
                f"{name}: two photos have the id {entry.truth.id!r}: {other.path} ({other.source}) and {entry.path}"
                f" ({entry.source}); keep one"
            )
    if not known:
        raise BadData(f"{name}: the files speak of no photo; give the folder as the dataset is distributed")
    return known


def _check_files(name: str, entries: Iterable[Entry]) -> None:
    """Refuse one file under two ids, which could be learned from by the one and described by the other."""
    folder, known = cache(os.path.realpath), dict[object, Entry]()
    for entry in entries:
        # photos are many: each folder is followed once to where it is, and of files only those that are links
        path = entry.path
        place = os.path.realpath(path) if is_link(path) else f"{folder(path.parent)}/{path.name}"
        other = known.setdefault(_number(place) or place, entry)
        if other is not entry:
            raise BadData(
                f"{name}: the photo {place} is there twice, with the ids {other.truth.id!r} ({other.source}) and"
                f" {entry.truth.id!r} ({entry.source}); keep one"
            )


def _number(place: str) -> tuple[int, int] | None:
    """What names of one file have in common, of a file with several; None of others: not all systems number them."""
    try:
        found = Path(place).stat()
    except (OSError, ValueError):
        return None
    return (found.st_dev, found.st_ino) if found.st_nlink > 1 else None


def listed(file: Path, known: Mapping[str, Entry]) -> list[Entry]:
    """The photos named in a file, one a line, by id or file name, in its order.

    Raises:
        BadData: for a line that names no known photo.
    """
    found = []
    for where, line in lines(file):
        given = PurePosixPath(line.strip())
        entry = known.get(given.stem if given.suffix.lower() in SUFFIXES else given.name)
        if entry is None:
            raise BadData(f"{where}: nothing is said of photo {line.strip()!r}; add its captions or take the line out")
        found.append(dataclasses.replace(entry, source=where))
    return found
