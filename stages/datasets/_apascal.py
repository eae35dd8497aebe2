"""a-Pascal (Farhadi et al. 2009): a box, a class and 64 yes-or-no attributes of every object of Pascal VOC 2008."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import BadData
from pipeline.records import AttributeScores, Box, Detection
from stages.datasets._layout import lines

ADJECTIVES: Mapping[str, str] = {
    "Metal": "metal",
    "Plastic": "plastic",
    "Wood": "wooden",
    "Cloth": "cloth",
    "Furry": "furry",
    "Glass": "glass",
    "Feather": "feathered",
    "Wool": "woolen",
    "Clear": "clear",
    "Shiny": "shiny",
    "Vegetation": "leafy",
    "Leather": "leather",
}
"""The attributes that are materials, as people say them of a thing; the others are shapes and parts, such as "Head"."""

# The cloth of a person is worn, the glass of a vehicle is in its windows: nobody says "a cloth person", "a glass bus".
_NOT_SAID = {("Cloth", "person"), *(("Glass", name) for name in ("aeroplane", "boat", "bus", "car", "train"))}

_CORNER = re.compile(r"\d{1,9}")
_FILES = (("apascal.txt",), ("apascal_train.txt", "apascal_test.txt"))


@dataclass(frozen=True, slots=True)
class Described:
    """An object of a photo, and its box as the file says it, after its place."""

    detection: Detection
    attributes: AttributeScores
    source: str


def read_apascal(folder: Path) -> dict[str, list[Described]]:
    """Photo id -> its objects, in the order of the file; boxes 0-based and half-open, in place of 1-based and closed.

    Raises:
        BadData: for files that are missing or a line that does not fit, naming it.
    """
    files = next(
        (found for names in _FILES if (found := [folder / n for n in names if (folder / n).exists()])),
        None,
    )
    if files is None:
        raise BadData(
            f"{folder} should hold apascal.txt, or apascal_train.txt and apascal_test.txt; add it or remove it"
        )
    names = [line.strip() for _, line in lines(folder / "attribute_names.txt")]
    objects: dict[str, list[Described]] = {}
    for file in files:
        for where, line in lines(file):
            photo, described = _described(where, line.split(), names)
            objects.setdefault(photo, []).append(described)
    return objects


def _described(where: str, cells: list[str], names: list[str]) -> tuple[str, Described]:
    corners, bits = cells[2:6], cells[6:]
    if len(cells) != 6 + len(names) or not all(map(_CORNER.fullmatch, corners)) or not {*bits} <= {"0", "1"}:
        raise BadData(
            f"{where} should be photo.jpg class x1 y1 x2 y2 and {len(names)} times 0 or 1, in whole numbers; mend it"
        )
    left, top, right, bottom = map(int, corners)
    source = f"{where}: the box {' '.join(corners)}"
    if not (1 <= left <= right and 1 <= top <= bottom):
        raise BadData(f"{source} should have 1 <= x1 <= x2 and 1 <= y1 <= y2; mend it")
    label = cells[1]
    said = [name for name, bit in zip(names, bits, strict=True) if bit == "1" and (name, label) not in _NOT_SAID]
    scores = tuple((ADJECTIVES[name], 1.0) for name in said if name in ADJECTIVES)
    detection = Detection(Box(float(left - 1), float(top - 1), float(right), float(bottom)), ((label, 1.0),))
    return Path(cells[0]).stem, Described(detection, AttributeScores(scores), source)
