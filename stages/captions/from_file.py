"""Captions made elsewhere, so that anybody's system can stand in the table.

The file is a COCO results file, `[{"image_id": 42, "caption": "..."}]`, or a plain mapping `{"42": "..."}`, and may
leave photos out. An id is compared, as text, with the photo's id, then with the end of its path without the suffix:
"42", "42.jpg" and "val/42.jpg" all mean the photo at `photos/val/42.jpg`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, ClassVar

from pipeline.config import option
from pipeline.errors import BadData, BadOption
from pipeline.records import Caption, Evidence, Image, Scene
from pipeline.stage import Resources, Stage
from pipeline.text import is_writable

_LAYOUTS = 'write [{"image_id": 42, "caption": "a dog runs"}, ...] or {"42": "a dog runs", ...}'


@dataclass(frozen=True, slots=True)
class Config:
    path: str = option("", "JSON file of captions: COCO results, or id to text", affects="predict", file=True)


class FromFile(Stage[Config, tuple[Caption, ...]]):
    """Hands on the file's caption of each photo; an empty tuple where the system said nothing of the photo."""

    name: ClassVar[str] = "from_file"
    writes: ClassVar[str] = "captions"
    config_type: ClassVar[type[Any]] = Config
    sees_paths: ClassVar[bool] = True

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        """One caption a photo, or none.

        Raises:
            BadOption: if `path` is not set or cannot be read.
            BadData: if the file has another layout or two captions for one photo, naming the entry.
        """
        if not scenes:
            return []
        entries = _Entries(self.config.path)
        keys = [entries.of(scene.image) for scene in scenes]
        return [() if key is None else (_caption(entries.texts[key]),) for key in keys]

    def strangers(self, images: Iterable[Image]) -> tuple[int, list[str]]:
        """How many entries the file has, and the ids of those that are of none of these photos, in order."""
        entries = _Entries(self.config.path)
        known = {entries.of(image) for image in images}
        return len(entries.texts), [key for key in entries.texts if key not in known]


class _Entries:
    """The captions of a file by id, and their ids by the name of the file they may mean."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.texts: dict[str, str] = {}
        self._named: dict[str, list[str]] = {}
        for key, text in _read(path):
            if key in self.texts:
                raise BadData(f"{path}: there are two captions for {key!r}; keep one")
            self.texts[key] = text
            self._named.setdefault(PurePosixPath(key).stem, []).append(key)

    def of(self, image: Image) -> str | None:
        """The id that means a photo."""
        if image.id in self.texts:
            return image.id
        parts = _without_suffix(PurePath(image.path))
        keys = [key for key in self._named.get(parts[-1], ()) if _ends_with(parts, _without_suffix(PurePosixPath(key)))]
        if len(keys) > 1:
            raise BadData(f"{self._path}: {keys[0]!r} and {keys[1]!r} could both mean photo {image.id!r}; keep one")
        return keys[0] if keys else None


def _read(path: str) -> list[tuple[str, str]]:
    if not path:
        raise BadOption("from_file has no file to read: write from_file:path=CAPTIONS.json")
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"), object_pairs_hook=_Pairs)
    except OSError as error:
        raise BadOption(f"from_file: path={path!r} cannot be read: {error.strerror}; give the path of a file") from None
    except (ValueError, RecursionError) as error:
        raise BadData(f"{path} is not JSON in UTF-8 ({error}); {_LAYOUTS}") from None
    if isinstance(content, _Pairs):
        return [_entry(path, key, key, text) for key, text in content]
    if isinstance(content, list):
        return [_result(path, place, item) for place, item in enumerate(content)]
    raise BadData(f"{path} holds {type(content).__name__}, neither a list nor a mapping; {_LAYOUTS}")


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as its pairs, so that a key given twice is seen."""


def _result(path: str, place: int, item: Any) -> tuple[str, str]:
    fields = dict(item) if isinstance(item, _Pairs) else {}
    if not {"image_id", "caption"} <= fields.keys():
        raise BadData(f"{path}: entry {place} should have an image_id and a caption; {_LAYOUTS}")
    return _entry(path, place, fields["image_id"], fields["caption"])


def _entry(path: str, place: int | str, key: Any, text: Any) -> tuple[str, str]:
    if type(key) not in (str, int):
        raise BadData(f"{path}: entry {place}: image_id {key!r} should be text or a whole number")
    if not isinstance(text, str):
        kind = type(text).__name__
        raise BadData(f"{path}: entry {place!r}: the caption should be text, it is {kind}; {_LAYOUTS}")
    if not is_writable(text) or not is_writable(str(key)):
        raise BadData(f"{path}: entry {place!r} has half of a character, {text!r}; write it whole")
    return str(key), text


def _caption(text: str) -> Caption:
    words = tuple(text.split())
    return Caption(text, words, evidence=(Evidence("file"),) * len(words))


def _without_suffix(path: PurePath) -> tuple[str, ...]:
    return (*path.parent.parts, path.stem)


def _ends_with(parts: Sequence[str], end: Sequence[str]) -> bool:
    return tuple(parts[-len(end) :]) == tuple(end)
