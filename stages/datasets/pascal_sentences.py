"""UIUC Pascal Sentences (Rashtchian et al. 2010): photos of 20 classes, about five sentences each.

`dataset/<class>/<id>.jpg` and `sentence/<class>/<id>.txt`, one sentence a line, as distributed; `splits/train.txt`,
`val.txt` and `test.txt` with one id a line where somebody has split them; boxes and materials of the things in them
from `apascal/` where it is there. BabyTalk (Kulkarni et al. 2011) and Every Picture (Farhadi et al. 2010) stand here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.config import option
from pipeline.datasets import MOST_TUNE, SPLITS, Dataset, Fingerprint
from pipeline.errors import BadData
from pipeline.photos import Inspect, printable
from pipeline.records import Image, Truth
from stages.datasets._apascal import Described, read_apascal
from stages.datasets._layout import inside, lines, root_of, sentence
from stages.datasets._on_disk import Entry, examples, fingerprint
from stages.datasets._splits import TUNE_HELP, by_id, divided, listed, settled


@dataclass(frozen=True, slots=True)
class PascalSentencesConfig:
    root: str = option("", "folder with dataset/ and sentence/")
    tune: int | None = option(None, TUNE_HELP, low=1, high=MOST_TUNE)


class PascalSentences(Dataset[PascalSentencesConfig]):
    """Photos of 20 classes, five sentences each, with boxes and materials where a-Pascal's files are.

    Without lists, a fifth of each class is `val` and a fifth `test`, by the hash of the id.
    A photo that a-Pascal does not speak of has unknown boxes, not none. A name that is not UTF-8 has escapes in its id.

    Raises:
        BadOption: if the root is not given, or tune leaves nothing to train on.
        BadData: for files that are missing or not in their format, naming file and line.
    """

    name = "pascal_sentences"
    config_type = PascalSentencesConfig

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self._entries)

    @property
    def annotates(self) -> tuple[str, ...]:
        boxes = any(entry.truth.detections for entries in self._entries.values() for entry in entries)
        return ("captions", "detections", "attributes") if boxes else ("captions",)

    def fingerprint(self, split: str, inspect: Inspect) -> Fingerprint:
        self.check_split(split)
        return fingerprint(self._entries[split], inspect)

    def examples(self, split: str, directory: Path, inspect: Inspect) -> Iterator[tuple[Image, Truth]]:
        self.check_split(split)
        return examples(self._entries[split], inspect)

    @cached_property
    def _entries(self) -> dict[str, list[Entry]]:
        root = root_of(self.name, self.config.root)
        classes = _classes(root)
        name = f"{self.name} in {root}"
        known = by_id(name, (entry for entries in classes for entry in entries))
        lists = {split: file for split in SPLITS if (file := root / "splits" / f"{split}.txt").exists()}
        parts: dict[str, list[Entry]] = {}
        if lists:
            parts = {split: listed(file, known) for split, file in lists.items()}
        else:
            _check_sentences(root)
            for entries in classes:
                fifth = len(entries) // 5
                for split, group in divided(entries, {"val": fifth, "test": fifth}).items():
                    parts.setdefault(split, []).extend(group)
        return settled(name, parts, self.config.tune)


def _classes(root: Path) -> list[list[Entry]]:
    """The photos of every class, with all that is said of them."""
    for name in ("dataset", "sentence"):
        if not (root / name).is_dir():
            raise BadData(
                f"{root} has no folder {name!r}; it should hold dataset/<class>/ID.jpg and sentence/<class>/ID.txt"
            )
    objects = read_apascal(root / "apascal") if (root / "apascal").is_dir() else {}
    folders = [path for path in inside(root / "sentence") if path.is_dir()]
    return [
        [_entry(root, file, objects.get(printable(file.stem), ())) for file in sorted(folder.glob("*.txt"))]
        for folder in folders
    ]


def _entry(root: Path, file: Path, objects: Sequence[Described]) -> Entry:
    captions = tuple(sentence(line, where) for where, line in lines(file))
    if not captions:
        raise BadData(f"{file} has no sentence; write one a line there, or remove the file and its photo")
    detections = tuple(each.detection for each in objects) or None
    attributes = tuple(each.attributes for each in objects) or None
    boxes = tuple(each.source for each in objects)
    photo = root / "dataset" / file.parent.name / f"{file.stem}.jpg"
    return Entry(photo, Truth(printable(file.stem), captions, detections, attributes), str(file), boxes=boxes)


def _check_sentences(root: Path) -> None:
    for photo in sorted((root / "dataset").glob("*/*.jpg")):
        file = root / "sentence" / photo.parent.name / f"{photo.stem}.txt"
        if not file.exists():
            raise BadData(f"photo {photo} has no sentences; write {file}, or list in splits/ the photos to be used")
