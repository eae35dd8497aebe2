"""MS COCO (Lin et al. 2014; captions by Chen et al. 2015), of any year, as distributed.

`annotations/captions_<part>.json` and, for boxes, `annotations/instances_<part>.json`, with the photos in `<part>/`
where part is train2017, val2017 ... A photo's id is its number as text. Labels are the names of the categories.
"""

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from pipeline.config import option
from pipeline.datasets import MOST_TUNE, Dataset, Fingerprint
from pipeline.errors import BadData
from pipeline.photos import Inspect
from pipeline.records import Image, Truth
from stages.datasets._coco_files import Boxed, read_boxes, read_captions
from stages.datasets._layout import needed, root_of
from stages.datasets._on_disk import Entry, examples, fingerprint
from stages.datasets._splits import TUNE_HELP, divided, settled

_KINDS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class CocoConfig:
    root: str = option("", "folder with annotations/ and the folders of photos")
    year: str = option("", "year of the files, where there are several")
    boxes: bool = option(True, "read instances_*.json where it is there")
    tune: int | None = option(None, TUNE_HELP, low=1, high=MOST_TUNE)


class Coco(Dataset[CocoConfig]):
    """COCO captions, with boxes where their files are.

    `train`, `val` and `test` are the parts of these names. Where there is but one of train and val, a tenth of it (at
    most 5,000 photos) is `val` and a tenth `test`, by the hash of the id. Other names that begin alike, such as
    trainval2017, are read where there is no train2017.

    Boxes are read when a split that has them is, so that a test of captions need not wait for those of train.

    Raises:
        BadOption: if the root is not given, or tune leaves nothing to train on.
        BadData: for files that are missing or not in their format, naming file and entry.
    """

    name = "coco"
    config_type = CocoConfig

    def __init__(self, config: CocoConfig) -> None:
        super().__init__(config)
        self._boxes = cache(self._read_boxes)

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self._entries)

    @property
    def annotates(self) -> tuple[str, ...]:
        return ("captions", "detections") if any(map(self._instances, self._parts.values())) else ("captions",)

    def fingerprint(self, split: str, inspect: Inspect) -> Fingerprint:
        return fingerprint(self._split(split), inspect)

    def examples(self, split: str, directory: Path, inspect: Inspect) -> Iterator[tuple[Image, Truth]]:
        return examples(self._split(split), inspect)

    @cached_property
    def _root(self) -> Path:
        return root_of(self.name, self.config.root)

    @cached_property
    def _parts(self) -> dict[str, str]:
        """train, val and test, as far as they are there, and the names of their files."""
        names = [file.stem.partition("_")[2] for file in (self._root / "annotations").glob("captions_*.json")]
        parts: dict[str, str] = {}
        for kind in _KINDS:
            found = _of_kind(names, kind, self.config.year)
            if len(found) > 1:
                raise BadData(
                    f"{self._root}/annotations has captions of {' and of '.join(found)};"
                    f" choose one by its year, as in coco:year={found[-1].removeprefix(kind)}:root=..."
                )
            if found:
                parts[kind] = found[0]
        if not parts:
            year = self.config.year or "<year>"
            raise BadData(f"{self._root} has no annotations/captions_train{year}.json or _val{year}.json; add one")
        return parts

    @cached_property
    def _entries(self) -> dict[str, list[Entry]]:
        """The splits, without boxes."""
        known = {kind: self._captioned(part) for kind, part in self._parts.items()}
        if len(known) == 1 and "test" not in known:
            (only,) = known.values()
            tenth = min(5000, len(only) // 10)
            known = divided(only, {"val": tenth, "test": tenth})
        return settled(f"{self.name} in {self._root}", known, self.config.tune)

    def _captioned(self, part: str) -> list[Entry]:
        photos = needed(self._root, (part,), "folder of photos")
        captioned = read_captions(self._root / "annotations" / f"captions_{part}.json")
        return [
            Entry(photos / photo.file_name, Truth(name, photo.captions), photo.source)
            for name, photo in captioned.items()
        ]

    def _split(self, split: str) -> Iterator[Entry]:
        self.check_split(split)
        part = (
            next(iter(self._parts.values())) if len(self._parts) == 1 else self._parts[split.replace("tune", "train")]
        )
        boxed = self._boxes(part)
        for entry in self._entries[split]:
            boxes = boxed.get(entry.truth.id)
            if boxes is None:
                yield entry
            else:
                truth = dataclasses.replace(entry.truth, detections=boxes.detections)
                yield dataclasses.replace(entry, truth=truth, size=boxes.size)

    def _read_boxes(self, part: str) -> dict[str, Boxed]:
        file = self._instances(part)
        return read_boxes(file) if file else {}

    def _instances(self, part: str) -> Path | None:
        file = self._root / "annotations" / f"instances_{part}.json"
        return file if self.config.boxes and file.exists() else None


def _of_kind(names: Sequence[str], kind: str, year: str) -> list[str]:
    """The names that begin with a kind and end with a year; those that are no more than that, where there are any."""
    found = sorted(name for name in names if name.startswith(kind) and name.endswith(year))
    if year and kind + year in found:
        return [kind + year]
    return [name for name in found if re.fullmatch(r"\d*", name.removeprefix(kind))] or found
