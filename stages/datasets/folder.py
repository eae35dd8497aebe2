"""Photos alone: files and folders as anybody has them, with nothing known about them."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pipeline.config import option
from pipeline.datasets import Dataset, Fingerprint
from pipeline.errors import BadData
from pipeline.photos import Inspect, Seen
from pipeline.records import Image, Truth
from stages.datasets._photos_at import photos_at


@dataclass(frozen=True, slots=True)
class FolderConfig:
    paths: tuple[str, ...] = option((), "photos, and folders searched through for photos")


class Folder(Dataset[FolderConfig]):
    """The photos at some paths, in the order given and by name inside a folder. Its one split is `all`.

    An id is the path as given, or the folder's name with the path inside it, so that it means something to its owner.
    """

    name = "folder"
    config_type = FolderConfig
    splits: ClassVar[tuple[str, ...]] = ("all",)
    annotates: ClassVar[tuple[str, ...]] = ()

    def fingerprint(self, split: str, inspect: Inspect) -> Fingerprint:
        content, where = hashlib.sha256(), hashlib.sha256()
        for name, path, seen in self._usable(inspect):
            content.update(f"{name}\0{seen.sha256}\n".encode())
            where.update(os.fsencode(path.absolute()) + b"\n")
        return Fingerprint(content.hexdigest(), "", where.hexdigest())

    def examples(self, split: str, directory: Path, inspect: Inspect) -> Iterator[tuple[Image, Truth]]:
        for name, path, seen in self._usable(inspect):
            yield Image(name, str(path.absolute()), seen.width, seen.height, seen.sha256), Truth(name)

    def _usable(self, inspect: Inspect) -> Iterator[tuple[str, Path, Seen]]:
        for name, path in self._photos():
            seen = inspect(path)
            if seen is not None:
                yield name, path, seen

    def _photos(self) -> list[tuple[str, Path]]:
        """(id, path) of every photo.

        Raises:
            BadData: for a path that is not there, a folder without photos, or two photos of one id.
        """
        found: dict[str, Path] = {}
        for text in self.config.paths:
            for name, path in photos_at(text).items():
                if found.setdefault(name, path) != path:
                    raise BadData(f"two photos have the id {name!r}: {found[name]} and {path}; rename a folder")
        if not found:
            raise BadData("no photos given: name files or folders, as in folder:paths=holiday+cat.jpg")
        return list(found.items())
