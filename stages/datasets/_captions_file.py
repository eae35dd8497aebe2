"""Captions that people wrote themselves: `file,caption` as CSV, or JSON lines, with a `split` where they want one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from unicodedata import normalize

from pipeline.datasets import SPLITS
from pipeline.errors import BadData
from stages.datasets._layout import lines, rows, sentence, shown
from stages.datasets._photos_at import SUFFIXES

CAPTION_FILES = ("captions.csv", "captions.jsonl")
_CSV = "write file,caption or file,caption,split below a first line of these names, captions with commas in quotes"
_JSON = 'write {"file": "a.jpg", "caption": "A dog runs."} on every line, and "split" where wanted'


@dataclass(slots=True)
class Said:
    """What a file says of one photo: its captions, its split ("" where it does not say), and the first place."""

    source: str
    captions: list[str] = field(default_factory=list)
    split: str = ""


def captions_file(folder: Path) -> Path | None:
    """The captions file of a folder.

    Raises:
        BadData: if there are two.
    """
    found = [folder / name for name in CAPTION_FILES if (folder / name).is_file()]
    if len(found) > 1:
        raise BadData(f"{folder} has {' and '.join(CAPTION_FILES)}; keep one of them")
    return found[0] if found else None


def read_captions(file: Path, photos: Mapping[str, Sequence[str]]) -> dict[str, Said]:
    """Photo id -> what is said of it, in the order of the file. One line a caption: a photo may have several.

    Args:
        photos: every name by which the file may call photos -> their ids; accents may be composed otherwise.

    Raises:
        BadData: for a line that does not fit, a caption that is empty or of no photo, and splits that are unknown,
            contradict each other.
    """
    found: dict[str, Said] = {}
    alike: dict[str, list[str]] = {}
    for name, called in photos.items():
        alike.setdefault(normalize("NFC", name), []).extend(called)
    of_json = file.suffix in (".json", ".jsonl")
    layout = _JSON if of_json else _CSV
    for where, entry in _objects(file) if of_json else _table(file):
        given, split = entry.get("file"), entry.get("split") or ""
        if not isinstance(given, str) or not given:
            raise BadData(f"{where}: the photo's file is {given!r}; {layout}")
        name = PurePosixPath(given).as_posix()
        named = photos.get(name) or alike.get(normalize("NFC", name), ())
        if not named:
            raise BadData(f"{where}: there is no photo {given!r}{_remedy(PurePosixPath(given))}, or take the line out")
        if len(named) > 1:
            raise BadData(f"{where}: {given!r} could be {' or '.join(named)}; write which")
        if split and split not in SPLITS:
            raise BadData(f"{where}: split {split!r} should be one of {', '.join(SPLITS)}")
        said = found.setdefault(named[0], Said(where))
        if split and said.split not in ("", split):
            raise BadData(f"{where}: {given!r} is in split {split!r} here and in {said.split!r} before; keep one")
        said.captions.append(sentence(entry.get("caption"), where))
        said.split = said.split or split
    if not found:
        raise BadData(f"{file} has no caption; {layout}")
    return found


def are_split(said: Mapping[str, Said]) -> bool:
    """Whether the files say the splits of these photos.

    Raises:
        BadData: if they do of some alone, naming one that has none.
    """
    without = [each for each in said.values() if not each.split]
    if without and len(without) < len(said):
        raise BadData(f"{without[0].source} has no split, and other photos have; give all photos one, or none")
    return not without


def _remedy(given: PurePosixPath) -> str:
    """What to do about a file that is no photo, whether it is there or not."""
    if any(part.startswith(".") for part in given.parts if part != ".."):
        return ": what is hidden is none; rename it"
    if given.suffix.lower() not in SUFFIXES:
        return f": photos are called {', '.join(SUFFIXES)}; rename it"
    return "; put it there"


def _objects(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, line in lines(file):
        try:
            entry = json.loads(line, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise BadData(f"{where} is not JSON: {error}; {_JSON}") from None
        if not isinstance(entry, dict):
            raise BadData(f"{where} is {shown(line)}; {_JSON}")
        yield where, entry


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of which no name stands twice: the later of two would silently win."""
    entry = dict(pairs)
    if len(entry) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"it names {next(name for name in names if names.count(name) > 1)!r} twice")
    return entry


def _table(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    header: list[str] = []
    for where, cells in rows(file):
        if not header:
            header = [cell.lower() for cell in cells]
            if not {"file", "caption"} <= set(header):
                raise BadData(f"{where} is {shown(','.join(cells))}; {_CSV}")
            twice = next((name for name in ("file", "caption", "split") if header.count(name) > 1), None)
            if twice:
                raise BadData(f"{where} names the column {twice!r} twice; write one caption a line, each column once")
        elif len(cells) != len(header):
            raise BadData(f"{where} has {len(cells)} cells, the first line {len(header)}; {_CSV}")
        else:
            yield where, dict(zip(header, cells, strict=True))
