"""The contract of a dataset: named splits of photos and what is true of them, fingerprinted before they are read."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pipeline.config import NoOptions
from pipeline.photos import Inspect
from pipeline.records import Image, Truth

C = TypeVar("C")
SPLITS = ("train", "tune", "val", "test")
MOST_TUNE = 500


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hashes of a split: of its photos, of what is true of them, and of where its files lie if they stay where they are
    (which only the prepared split depends on)."""

    photos: str
    truth: str
    where: str = ""


class Dataset(ABC, Generic[C]):
    """Where photos and truth come from.

    `annotates` names the parts of Truth it fills (captions, detections, attributes, relations, triplets). `train` and
    `tune` are disjoint: `tune` is a fixed part of the training photos, at most MOST_TUNE.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    config_type: ClassVar[type[Any]] = NoOptions
    splits: ClassVar[tuple[str, ...]] = SPLITS
    annotates: ClassVar[tuple[str, ...]] = ("captions",)

    def __init__(self, config: C) -> None:
        self.config = config

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
