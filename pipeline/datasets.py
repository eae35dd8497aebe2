"""The contract of a dataset: named splits of photos and what is true of them, fingerprinted before they are read."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pipeline.config import NoOptions, spell
from pipeline.errors import BadData, UnknownName
from pipeline.photos import Inspect
from pipeline.records import Image, Truth

C = TypeVar("C")
SPLITS = ("train", "tune", "val", "test")
MOST_TUNE = 500


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hashes of a split: of its photos, of what is true of them, and of where its files lie if they stay where they are
    (which only the prepared split, and stages that say `sees_paths`, depend on)."""

    photos: str
    truth: str
    where: str = ""


class Dataset(ABC, Generic[C]):
    """Where photos and truth come from.

    `train` and `tune` are disjoint: `tune` is a fixed part of the training photos, at most MOST_TUNE. A split of
    another name, such as `all`, may share photos with these; nothing is ever fitted on it.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    config_type: ClassVar[type[Any]] = NoOptions

    def __init__(self, config: C) -> None:
        self.config = config

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits this one has, in order; may depend on its files."""
        return SPLITS

    @property
    def annotates(self) -> tuple[str, ...]:
        """The parts of Truth it fills (captions, detections, attributes, relations, triplets); may depend on
        its files."""
        return ("captions",)

    def untold(self, part: str) -> str:
        """What helps where a part of Truth that it does not annotate is wanted."""
        return "swap the stage"

    def check_split(self, split: str) -> None:
        """Refuse a split that this one does not have.

        Raises:
            BadData: for one of SPLITS, which others have.
            UnknownName: for any other name, naming the nearest.
        """
        if split not in self.splits:
            text = spell(self.name, self.config)
            if split in SPLITS:
                raise BadData(f"{text} has no {split} photos; it has {', '.join(self.splits)}")
            raise UnknownName(f"split of {text}", split, self.splits)

    def count(self, split: str) -> int | None:
        """How many photos a split has that are made when they are needed; None where the files say so."""
        return None

    @abstractmethod
    def fingerprint(self, split: str, inspect: Inspect) -> Fingerprint:
        """The split's hashes, cheaply; `inspect` says what a photo file is, or None where the photo is to be left out.

        They must differ wherever ids, photos, their order or their truth differ, whichever option makes the difference.

        Raises:
            BadData: where the files are not what the format says, naming the file.
        """

    @abstractmethod
    def examples(self, split: str, directory: Path, inspect: Inspect) -> Iterator[tuple[Image, Truth]]:
        """Every photo of the split with its truth, in a fixed order and with unique ids.

        A dataset that makes its photos writes them into `directory` and gives paths relative to it.
        """
