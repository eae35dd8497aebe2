"""Photos as small JPEGs inside the page, as fine as the page's size allows."""

import base64
import io
from collections.abc import Sequence

import PIL.Image

from pipeline import images
from pipeline.errors import BadPhoto
from pipeline.records import Image

GRADES = ((480, 76), (400, 75), (320, 74), (256, 70), (240, 66), (224, 62), (192, 58), (160, 52), (128, 45))
"""Longest side in pixels and JPEG quality, best first."""
_SAMPLE = 24


def thumbnails(photos: Sequence[Image], room: int) -> list[str]:
    """One data URI a photo, at the best grade whose sum is expected to fit `room` characters (else at the last);
    an empty string for a photo that cannot be decoded."""
    grade = _grade(photos, room)
    return [_encode(photo, *grade) for photo in photos]


def _grade(photos: Sequence[Image], room: int) -> tuple[int, int]:
    sample = photos[:: max(1, len(photos) // _SAMPLE)]
    for grade in GRADES:
        size = sum(len(_encode(photo, *grade)) for photo in sample)
        if size * len(photos) <= room * len(sample):
            return grade
    return GRADES[-1]


def _encode(photo: Image, side: int, quality: int) -> str:
    try:
        small = PIL.Image.fromarray(images.read(photo))
    except BadPhoto:
        return ""
    small.thumbnail((side, side), PIL.Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=quality, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
