"""What is in COCO's annotation files: the photos with their captions, and the boxes of the things in them."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import BadData
from pipeline.records import Box, Detection
from stages.datasets._json_files import Record, entries_of, json_of, member
from stages.datasets._layout import sentence


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
        photo = _id(where, entry, "id")
        if photo in names:
            raise BadData(f"{where}: a photo of id {photo} is there before; keep one")
        names[photo] = (where, member(where, entry, "file_name", str))
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
    """Photo id -> its things, clipped to the photo. Crowds are not single things, and a box without area shows
    nothing: both are left out.

    Raises:
        BadData: for an entry that does not fit, a photo or a category that is not in the file.
    """
    content = json_of(file, without=("segmentation",))
    labels: dict[object, str] = {}
    for where, entry in entries_of(file, content, "categories"):
        labels[member(where, entry, "id", int)] = member(where, entry, "name", str)
    sizes: dict[str, tuple[int, int]] = {}
    for where, entry in entries_of(file, content, "images"):
        size = (member(where, entry, "width", int), member(where, entry, "height", int))
        sizes[_id(where, entry, "id")] = size
    things: dict[str, list[Detection]] = {photo: [] for photo in sizes}
    for where, entry in entries_of(file, content, "annotations"):
        photo, category = _id(where, entry, "image_id"), entry.get("category_id")
        if photo not in sizes:
            raise BadData(f"{where}: image_id {photo} is not among the images; add the image or take the box out")
        if category not in labels:
            raise BadData(f"{where}: category_id {category!r} is not among the categories; add it or take the box out")
        box = _box(where, entry, sizes[photo])
        if not entry.get("iscrowd") and box.left < box.right and box.top < box.bottom:
            things[photo].append(Detection(box, ((labels[category], 1.0),)))
    return {photo: Boxed(size, tuple(things[photo])) for photo, size in sizes.items()}


def _id(where: str, entry: Record, key: str) -> str:
    return str(member(where, entry, key, (int, str)))


def _box(where: str, entry: Record, size: tuple[int, int]) -> Box:
    sides = member(where, entry, "bbox", list)
    if len(sides) != 4 or not all(isinstance(side, int | float) for side in sides):
        raise BadData(f"{where}: bbox is {sides}; it should be left, top, width and height in pixels")
    left, top, width, height = map(float, sides)
    right, bottom = min(left + width, float(size[0])), min(top + height, float(size[1]))
    return Box(max(left, 0.0), max(top, 0.0), right, bottom)
