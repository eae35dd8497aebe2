"""Photos that lie on disk with what is known of them: fingerprints and examples of a split."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.codec import encode
from pipeline.datasets import Fingerprint
from pipeline.errors import BadData, BadPhoto
from pipeline.photos import Inspect, Seen
from pipeline.records import Image, Truth
from stages.datasets._layout import is_there


@dataclass(frozen=True, slots=True)
class Entry:
    """A photo file, what is true of it, and the place that says so.

    Attributes:
        path: the photo, which may turn out not to be there.
        truth: also gives the photo's id.
        source: file and line, or entry, that speak of the photo.
        size: (width, height) in pixels of the photo that the boxes were drawn on, where the files say it.
        boxes: for errors, each box as a file says it, after its place, where that is not `source`.
    """

    path: Path
    truth: Truth
    source: str
    size: tuple[int, int] | None = None
    boxes: tuple[str, ...] = ()


def fingerprint(entries: Iterable[Entry], inspect: Inspect) -> Fingerprint:
    """The hashes of a split, without the photos that are to be left out.

    Raises:
        BadData: for a photo that is not there, or not the one that its boxes were drawn on.
    """
    photos, truth, where = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    for entry, seen in _usable(entries, inspect):
        photos.update(f"{entry.truth.id}\0{seen.sha256}\n".encode())
        truth.update(json.dumps(encode(entry.truth), sort_keys=True).encode())
        where.update(os.fsencode(entry.path.absolute()) + b"\n")
    return Fingerprint(photos.hexdigest(), truth.hexdigest(), where.hexdigest())


def examples(entries: Iterable[Entry], inspect: Inspect) -> Iterator[tuple[Image, Truth]]:
    """The photos of a split, by absolute paths, with what is true of them; raises as `fingerprint`."""
    for entry, seen in _usable(entries, inspect):
        path = str(entry.path.absolute())
        yield Image(entry.truth.id, path, seen.width, seen.height, seen.sha256), entry.truth


def _usable(entries: Iterable[Entry], inspect: Inspect) -> Iterator[tuple[Entry, Seen]]:
    for entry in entries:
        try:
            seen = inspect(entry.path)
        except BadPhoto:
            if is_there(entry.path):
                raise
            raise BadData(
                f"{entry.source}: there is no photo {entry.path}; put it there, or take it out of the file"
            ) from None
        if seen is not None:
            _check_boxes(entry, seen)
            yield entry, seen


def _check_boxes(entry: Entry, seen: Seen) -> None:
    if entry.size and entry.truth.detections and entry.size != (seen.width, seen.height):
        raise BadData(
            f"{entry.source}: the boxes of {entry.path} were drawn on {entry.size[0]} x {entry.size[1]} pixels, it has"
            f" {seen.width} x {seen.height}; put the original photo there, or leave the boxes out (coco:boxes=false)"
        )
    boxes = [item.box for item in entry.truth.detections or ()]
    for box, said in zip(boxes, entry.boxes or [f"{entry.source}: {box}" for box in boxes], strict=True):
        if not (0 <= box.left < box.right <= seen.width and 0 <= box.top < box.bottom <= seen.height):
            raise BadData(
                f"{said} is not inside {entry.path}, {seen.width} x {seen.height} pixels;"
                " put the original photo there, or mend the box"
            )
