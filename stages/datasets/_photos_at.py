"""The photo files that a path means: the file itself, or all photos in a folder, with ids that mean something."""

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import BadData
from pipeline.photos import printable

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm")


def photos_at(text: str) -> dict[str, Path]:
    """Id -> path: the path as given, or the folder's name with the path inside it.

    In a folder everything counts that is called like a photo and is no folder, also what turns out to be unusable, so
    that it is named and not passed over; hidden files and what lies in hidden folders do not count, and links to
    folders are not followed. A name that is not UTF-8 has escapes in its id.

    Raises:
        BadData: if there is nothing at the path, no photo in the folder, or a folder in it that cannot be read.
    """
    given = Path(text)
    if not os.path.lexists(given):
        raise BadData(f"there is no photo or folder {text!r}")
    if not given.is_dir():
        return {printable(text): given}
    inside = sorted(_photos_in(given))
    if not inside:
        raise BadData(f"folder {text!r} holds no photo ({', '.join(SUFFIXES)})")
    name = given.name or given.resolve().name
    return {printable(f"{name}/{path.relative_to(given).as_posix()}"): path for path in inside}


def _photos_in(given: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(given, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]  # which are those that are walked
        yield from (
            Path(folder, name) for name in files if Path(name).suffix.lower() in SUFFIXES and not name.startswith(".")
        )


def _refuse(error: OSError) -> None:
    raise BadData(f"folder {error.filename!r} cannot be read: {error.strerror}; mend that or take it out") from None
