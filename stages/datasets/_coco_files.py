"""What is in COCO's annotation files: the photos with their captions, and the boxes of the things in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import BadData
from pipeline.records import Box, Detection
from stages.datasets._json_files import Record, entries_of, json_of, member, photo_name
from stages.datasets._layout import sentence, shown

_MOST = 1e9  # pixels that any side of a photo may have


@dataclass(frozen=True, slots=True)
class Captioned:
    """A photo of a captions file: its file name, its captions, and its entry."""

    file_name: str
    captions: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Boxed:
    """A photo of an instances file: the size in pixels that its boxes were drawn on, and the things in it."""

    size: tuple[int, int]
    detections: tuple[Detection, ...]


def read_captions(file: Path) -> dict[str, Captioned]:
    """Photo id -> the photo with its captions, in the order of the file.

    Raises:
        BadData: for an entry that does not fit, a photo without a caption or a caption without a photo.
    """
    content = json_of(file)
    names: dict[str, tuple[str, str]] = {}
    for where, entry in entries_of(file, content, "images"):
        names[_new(where, entry, names)] = (where, photo_name(where, entry, "file_name"))
    captions: dict[str, list[str]] = {photo: [] for photo in names}
    for where, entry in entries_of(file, content, "annotations"):
        photo = _id(where, entry, "image_id")
        if photo not in captions:
            raise BadData(f"{where}: image_id {photo} is not among the images; add the image or take the caption out")
        captions[photo].append(sentence(entry.get("caption"), where))
    for photo, (where, name) in names.items():
        if not captions[photo]:
            raise BadData(f"{where}: photo {name!r} has no caption; write one or take the image out")
    return {photo: Captioned(name, tuple(captions[photo]), where) for photo, (where, name) in names.items()}


def read_boxes(file: Path) -> dict[str, Boxed]:
    """Photo id -> its things, clipped to the photo. Crowds are not single things, and a box without area in the photo
    shows nothing: both are left out.

    Raises:
        BadData: for an entry that does not fit, a photo or a category that is not in the file or there twice.
    """
    content = json_of(file, without=("segmentation",))
    labels: dict[str, str] = {}
    for where, entry in entries_of(file, content, "categories"):
        labels[_new(where, entry, labels)] = member(where, entry, "name", str)
    sizes: dict[str, tuple[int, int]] = {}
    for where, entry in entries_of(file, content, "images"):
        size = (_number(where, entry, "width"), _number(where, entry, "height"))
        sizes[_new(where, entry, sizes)] = size
    things: dict[str, list[Detection]] = {photo: [] for photo in sizes}
    for where, entry in entries_of(file, content, "annotations"):
        photo, category = _id(where, entry, "image_id"), _id(where, entry, "category_id")
        if photo not in sizes:
            raise BadData(f"{where}: image_id {photo} is not among the images; add the image or take the box out")
        if category not in labels:
            raise BadData(f"{where}: category_id {category} is not among the categories; add it or take the box out")
        box = _box(where, entry, sizes[photo])
        if not entry.get("iscrowd") and box.left < box.right and box.top < box.bottom:
            things[photo].append(Detection(box, ((labels[category], 1.0),)))
    return {photo: Boxed(size, tuple(things[photo])) for photo, size in sizes.items()}


def _id(where: str, entry: Record, key: str) -> str:
    return str(member(where, entry, key, (int, str)))


def _new(where: str, entry: Record, known: Mapping[str, object]) -> str:
    """The id of an entry, which none before it may have."""
    name = _id(where, entry, "id")
    if name in known:
        raise BadData(f"{where}: the id {name} is there before; keep one")
    return name


def _number(where: str, entry: Record, key: str) -> int:
    number = member(where, entry, key, int)
    if not 0 < number < _MOST:
        raise BadData(f"{where}: {key} is {shown(number)}; it should be a number of pixels")
    return number


def _box(where: str, entry: Record, size: tuple[int, int]) -> Box:
    sides = member(where, entry, "bbox", list)
    if len(sides) != 4 or not all(type(side) in (int, float) and -_MOST < side < _MOST for side in sides):
        raise BadData(f"{where}: bbox is {shown(sides)}; it should be left, top, width and height in pixels")
    left, top, width, height = map(float, sides)
    if width < 0 or height < 0:
        raise BadData(
            f"{where}: bbox is {shown(sides)}; it should be left, top, width and height in pixels, not two corners"
        )
    right, bottom = min(left + width, float(size[0])), min(top + height, float(size[1]))
    return Box(max(left, 0.0), max(top, 0.0), right, bottom)
