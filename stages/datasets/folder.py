"""Photos as anybody has them: files and folders, with captions where somebody wrote them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from pipeline.config import option
from pipeline.datasets import MOST_TUNE, Dataset, Fingerprint
from pipeline.errors import BadData
from pipeline.photos import Inspect
from pipeline.records import Image, Truth
from stages.datasets._captions_file import CAPTION_FILES, Said, are_split, captions_file, read_captions
from stages.datasets._on_disk import Entry, examples, fingerprint
from stages.datasets._photos_at import photos_at
from stages.datasets._splits import TUNE_HELP, divided, settled


@dataclass(frozen=True, slots=True)
class FolderConfig:
    paths: tuple[str, ...] = option((), "photos, and folders searched through for photos")
    captions: str = option(
        "auto", f"file of captions; auto: {' or '.join(CAPTION_FILES)} in a folder; none: no captions"
    )
    tune: int | None = option(None, TUNE_HELP, low=1, high=MOST_TUNE)


class Folder(Dataset[FolderConfig]):
    """The photos at some paths, with captions where somebody wrote them.

    All of them, in the order given and by name inside a folder, are the split `all`. An id is the path as given, or
    the folder's name with the path inside it, so that it means something to its owner. With captions there are also
    the splits that their file says, or a tenth each, by the hash of the id, as `val` and `test`; these hold the photos
    with captions alone. The file names photos by their paths inside its folder; one given by its path may also name
    them by their ids.

    Raises:
        BadData: for a path that is not there, a folder without photos, two photos of one id, or captions that do not
            fit, naming file and line.
        BadOption: if tune leaves nothing to train on.
    """

    name = "folder"
    config_type = FolderConfig

    @property
    def splits(self) -> tuple[str, ...]:
        return (*self._entries, "all") if self._said else ("all",)

    @property
    def annotates(self) -> tuple[str, ...]:
        return ("captions",) if self._said else ()

    def untold(self, part: str) -> str:
        if part != "captions":
            return super().untold(part)
        if self.config.captions == "none":
            return "give another --plan: people have not described photos of your own"
        return f"put {' or '.join(CAPTION_FILES)} into the folder, or name the file by captions=FILE"

    def fingerprint(self, split: str, inspect: Inspect) -> Fingerprint:
        return fingerprint(self._split(split), inspect)

    def examples(self, split: str, directory: Path, inspect: Inspect) -> Iterator[tuple[Image, Truth]]:
        return examples(self._split(split), inspect)

    def _split(self, split: str) -> list[Entry]:
        self.check_split(split)
        if split != "all":
            return self._entries[split]
        return [self._entry(photo, self._said.get(photo)) for photo in self._photos]

    def _entry(self, photo: str, said: Said | None) -> Entry:
        path = self._photos[photo]
        return Entry(path, Truth(photo, tuple(said.captions if said else ())), said.source if said else str(path))

    @cached_property
    def _entries(self) -> dict[str, list[Entry]]:
        """The splits of the photos with captions."""
        entries = [self._entry(photo, said) for photo, said in self._said.items()]
        parts: dict[str, list[Entry]] = {}
        if are_split(self._said):
            for entry in entries:
                parts.setdefault(self._said[entry.truth.id].split, []).append(entry)
        else:
            tenth = len(entries) // 10
            parts = divided(entries, {"val": tenth, "test": tenth})
        return settled(self.name, parts, self.config.tune)

    @cached_property
    def _said(self) -> Mapping[str, Said]:
        """Photo id -> what the files of captions say of it; empty where there is none."""
        said: dict[str, Said] = {}
        if self.config.captions == "none":
            return said
        inside = {text: _inside(text, photos) for text, photos in self._given.items() if Path(text).is_dir()}
        if self.config.captions != "auto":
            names = {photo: [photo] for photo in self._photos}
            for name, photo in chain.from_iterable(within.items() for within in inside.values()):
                names.setdefault(name, []).append(photo)
            return read_captions(Path(self.config.captions), names)
        for folder, within in inside.items():
            file = captions_file(Path(folder))
            if file:
                said |= read_captions(file, {name: [photo] for name, photo in within.items()})
        return said

    @cached_property
    def _photos(self) -> dict[str, Path]:
        """Photo id -> path."""
        found: dict[str, Path] = {}
        for photos in self._given.values():
            for photo, path in photos.items():
                if found.setdefault(photo, path) != path:
                    raise BadData(f"two photos have the id {photo!r}: {found[photo]} and {path}; rename a folder")
        return found

    @cached_property
    def _given(self) -> dict[str, dict[str, Path]]:
        """Path given -> id and path of each of its photos."""
        if not self.config.paths:
            raise BadData("no photos given: name files or folders, as in folder:paths=holiday+cat.jpg")
        return {text: photos_at(text) for text in self.config.paths}


def _inside(folder: str, photos: Mapping[str, Path]) -> dict[str, str]:
    """Path inside the folder -> id of each of its photos."""
    return {path.relative_to(folder).as_posix(): photo for photo, path in photos.items()}
