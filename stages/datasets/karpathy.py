"""The splits of Karpathy & Fei-Fei (2015): `dataset_coco.json`, `dataset_flickr8k.json`, `dataset_flickr30k.json`.

One file says of every photo its name, its sentences and its split; photos that COCO keeps in several folders have a
`filepath` too. A photo's id is its `cocoid` where every photo of the file has one, else its file name without suffix.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from pipeline.config import option
from pipeline.datasets import MOST_TUNE, Dataset, Fingerprint
from pipeline.errors import BadData
from pipeline.photos import Inspect
from pipeline.records import Image, Truth
from stages.datasets._json_files import Record, entries_of, json_of, member, photo_name
from stages.datasets._layout import find, root_of, sentence, shown
from stages.datasets._on_disk import Entry, examples, fingerprint
from stages.datasets._splits import TUNE_HELP, settled

_SPLITS = ("train", "restval", "val", "test")


@dataclass(frozen=True, slots=True)
class KarpathyConfig:
    root: str = option("", "folder of dataset_*.json")
    photos: str = option("", "folder of the photos; where the file is, by default")
    file: str = option("", "name of the file, where there are several")
    restval: bool = option(True, "count the rest of COCO's validation photos as training photos; false: leave them out")
    tune: int | None = option(None, TUNE_HELP, low=1, high=MOST_TUNE)


class Karpathy(Dataset[KarpathyConfig]):
    """A dataset in Karpathy's JSON format, in his splits.

    Raises:
        BadOption: if the root is not given, or tune leaves nothing to train on.
        BadData: for files that are missing or not in their format, naming file and entry.
    """

    name = "karpathy"
    config_type = KarpathyConfig

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def fingerprint(self, split: str, inspect: Inspect) -> Fingerprint:
        self.check_split(split)
        return fingerprint(self._entries[split], inspect)

    def examples(self, split: str, directory: Path, inspect: Inspect) -> Iterator[tuple[Image, Truth]]:
        self.check_split(split)
        return examples(self._entries[split], inspect)

    @cached_property
    def _entries(self) -> dict[str, list[Entry]]:
        root = root_of(self.name, self.config.root)
        file = self._file(root)
        photos = list(entries_of(file, json_of(file, without=("tokens",)), "images"))
        names = [_name(where, photo) for where, photo in photos]
        folder = self._folder(root, names[0]) if names else root
        numbered = all("cocoid" in photo for _, photo in photos)
        parts: dict[str, list[Entry]] = {split: [] for split in _SPLITS}
        for (where, photo), name in zip(photos, names, strict=True):
            split = photo.get("split")
            if not isinstance(split, str) or split not in parts:
                raise BadData(f"{where}: split {shown(split)} should be one of {', '.join(_SPLITS)}")
            text = str(member(where, photo, "cocoid", (int, str))) if numbered else PurePosixPath(name).stem
            parts[split].append(Entry(folder / name, Truth(text, _captions(where, photo)), where))
        restval = parts.pop("restval")
        parts["train"] += restval * self.config.restval
        return settled(f"{self.name} in {root}", parts, self.config.tune)

    def _file(self, root: Path) -> Path:
        if self.config.file:
            return root / self.config.file
        files = sorted(root.glob("dataset_*.json")) or sorted(root.glob("dataset*.json"))
        if not files:
            raise BadData(f"{root} has no dataset_*.json; put the file of Karpathy's splits there")
        if len(files) > 1:
            raise BadData(
                f"{root} has {' and '.join(file.name for file in files)}; choose one, as in"
                f" karpathy:file={files[0].name}:root=..."
            )
        return files[0]

    def _folder(self, root: Path, first: str) -> Path:
        """The folder of photos: as given, or the root, or the folder in it that holds the first photo."""
        if self.config.photos:
            if not Path(self.config.photos).is_dir():
                raise BadData(f"karpathy: there is no folder {self.config.photos!r}; give that of the photos")
            return Path(self.config.photos)
        found = find(root, (first,))
        return root if found is None else found.parents[len(PurePosixPath(first).parts) - 1]


def _name(where: str, photo: Record) -> str:
    name = photo_name(where, photo, "filename")
    return f"{photo_name(where, photo, 'filepath')}/{name}" if photo.get("filepath") else name


def _captions(where: str, photo: Record) -> tuple[str, ...]:
    said = tuple(
        sentence(item.get("raw") if isinstance(item, dict) else item, f"{where} sentences[{place}]")
        for place, item in enumerate(member(where, photo, "sentences", list))
    )
    if not said:
        raise BadData(f"{where}: photo {_name(where, photo)!r} has no sentence; write one or take the photo out")
    return said
