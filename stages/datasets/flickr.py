"""Flickr8k (Hodosh et al. 2013) and Flickr30k (Young et al. 2014): photos with five captions each, as distributed.

Captions are read from `Flickr8k.token.txt` or `results_20130124.token` (`file.jpg#0<TAB>caption`), from `results.csv`
(`image_name| comment_number| comment`) or from `captions.txt` (`image,caption`); splits from lists of photos
(`Flickr_8k.trainImages.txt`, `train.txt` ...) where there are any. A photo's id is its file name without `.jpg`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from pipeline.config import option
from pipeline.datasets import MOST_TUNE, Dataset, Fingerprint
from pipeline.errors import BadData
from pipeline.photos import Inspect
from pipeline.records import Image, Truth
from stages.datasets._layout import find, in_folder, lines, needed, root_of, rows, sentence, shown
from stages.datasets._on_disk import Entry, examples, fingerprint
from stages.datasets._splits import TUNE_HELP, by_id, divided, listed, settled

_FOLDERS = ("Flicker8k_Dataset", "Flickr8k_Dataset", "flickr30k-images", "flickr30k_images", "Images", "images")
_LISTS = {
    "train": ("Flickr_8k.trainImages.txt", "train.txt"),
    "val": ("Flickr_8k.devImages.txt", "val.txt", "dev.txt"),
    "test": ("Flickr_8k.testImages.txt", "test.txt"),
}
# One line of the public results.csv (photo 2199200615) has spaces in place of its second bar.
_RESULT = re.compile(r"([^|]+)\|\s*(\d{1,9})(?:\s*\||\s{2,})(.*)")
_TOKEN = re.compile(r"([^\t]+)#(\d{1,9})\t(.*)")

Said: TypeAlias = Iterator[tuple[str, str, str, str]]
"""(where, photo file, number, caption) of every caption."""


@dataclass(frozen=True, slots=True)
class FlickrConfig:
    root: str = option("", "folder of Flickr8k or Flickr30k")
    tune: int | None = option(None, TUNE_HELP, low=1, high=MOST_TUNE)


class Flickr(Dataset[FlickrConfig]):
    """Flickr8k or Flickr30k, five captions a photo.

    Without lists, `val` and `test` are chosen by the hash of the id: 1,014 and 1,000 photos of Flickr30k, 1,000 and
    1,000 of Flickr8k, a tenth each where there are fewer.

    Raises:
        BadOption: if the root is not given, or tune leaves nothing to train on.
        BadData: for files that are missing or not in their format, naming file and line.
    """

    name = "flickr"
    config_type = FlickrConfig

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def fingerprint(self, split: str, inspect: Inspect) -> Fingerprint:
        self.check_split(split)
        return fingerprint(self._entries[split], inspect)

    def captions(self) -> dict[str, dict[str, str]]:
        """Photo file -> number -> caption, as `photo.jpg#0` names it, of all photos, whether or not they are there."""
        file = needed(root_of(self.name, self.config.root), tuple(_READERS), "file of captions")
        return {name: group.captions for name, group in _by_photo(file).items()}

    def examples(self, split: str, directory: Path, inspect: Inspect) -> Iterator[tuple[Image, Truth]]:
        self.check_split(split)
        return examples(self._entries[split], inspect)

    @cached_property
    def _entries(self) -> dict[str, list[Entry]]:
        root = root_of(self.name, self.config.root)
        name = f"{self.name} in {root}"
        photos = needed(root, _FOLDERS, "folder of photos")
        if (photos / photos.name).is_dir():  # archives unpacked into a folder of their own name
            photos = photos / photos.name
        captions = needed(root, tuple(_READERS), "file of captions")
        said = [_entry(photos, file, group) for file, group in _by_photo(captions).items()]
        lists = {split: file for split, names in _LISTS.items() if (file := find(root, names))}
        if lists:
            known = by_id(name, said)
            parts = {split: listed(file, known) for split, file in lists.items()}
        else:
            val = 1014 if "30k" in photos.name or captions.name.startswith("results") else 1000
            parts = divided(said, {"val": min(val, len(said) // 10), "test": min(1000, len(said) // 10)})
        return settled(name, parts, self.config.tune)


@dataclass(slots=True)
class _Group:
    """The captions of one photo, by their numbers, and the line of the first."""

    source: str
    captions: dict[str, str] = field(default_factory=dict)


def _by_photo(file: Path) -> dict[str, _Group]:
    found: dict[str, _Group] = {}
    for where, photo, number, text in _READERS[file.name](file):
        group = found.get(photo) or found.setdefault(in_folder(photo, where, "the photo"), _Group(where))
        if number in group.captions:
            raise BadData(f"{where}: caption {number} of {photo} is there twice; keep one")
        group.captions[number] = sentence(text, where)
    return found


def _entry(photos: Path, name: str, group: _Group) -> Entry:
    captions = tuple(text for _, text in sorted(group.captions.items(), key=lambda item: int(item[0])))
    return Entry(photos / name, Truth(Path(name).stem, captions), group.source)


def _tokens(file: Path) -> Said:
    return _matched(file, _TOKEN, "photo.jpg#0<TAB>caption")


def _results(file: Path) -> Said:
    return _matched(file, _RESULT, "image_name| comment_number| comment")


def _matched(file: Path, layout: re.Pattern[str], expected: str) -> Said:
    for place, (where, line) in enumerate(lines(file)):
        match = layout.fullmatch(line)
        if match:
            yield where, match[1].strip(), match[2], match[3]
        elif place or not line.startswith("image_name|"):
            raise BadData(f"{where} is {shown(line)}; it should be {expected}")


def _table(file: Path) -> Said:
    numbers: dict[str, int] = {}
    for place, (where, cells) in enumerate(rows(file)):
        if len(cells) != 2 or (place == 0 and cells != ["image", "caption"]):
            raise BadData(
                f"{where} is {shown(','.join(cells))}; it should be image,caption, under a first line that says so"
            )
        if place:
            numbers[cells[0]] = numbers.get(cells[0], -1) + 1
            yield where, cells[0], str(numbers[cells[0]]), cells[1]


_READERS: dict[str, Callable[[Path], Said]] = {
    "Flickr8k.token.txt": _tokens,
    "results_20130124.token": _tokens,
    "results.csv": _results,
    "captions.txt": _table,
}
