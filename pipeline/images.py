"""Photos as arrays: decoded upright, in RGB, with a limit on their size."""

import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import PIL.Image
from PIL.Image import Transpose
from PIL.TiffImagePlugin import IMAGELENGTH, IMAGEWIDTH, TiffImageFile

from pipeline.errors import BadPhoto
from pipeline.records import Array, Image

MOST_PIXELS = 170_000_000
_ORIENTATION = 0x0112  # of EXIF
_UPRIGHT: Mapping[int, Transpose] = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_TOPS = (1.0, 255.0, 65535.0)
_BAND = 1_000_000  # pixels scaled at a time: all of a large photo in double precision would take gigabytes
# What Pillow's readers raise on bytes that are no photo; it is not written down anywhere, fuzzing found it.
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, ArithmeticError, struct.error)


def read(image: Image) -> Array:
    """The photo as (height, width, 3) uint8 RGB, turned upright by its EXIF orientation.

    Raises:
        BadPhoto: if there is no such file, or it is not an image, is cut short or has more than MOST_PIXELS pixels.
    """
    return decode(Path(image.path))


def decode(path: Path) -> Array:
    """Decode one file; see `read`."""
    with _opened(path) as photo:
        photo.load()  # Pillow turns a TIFF by itself, and says from then on that it is upright
        turn = _UPRIGHT.get(_orientation(photo))
        return np.asarray(_rgb(photo if turn is None else photo.transpose(turn)))


def size(path: Path) -> tuple[int, int]:
    """(width, height) of the upright photo, from its header alone.

    Raises:
        BadPhoto: as `read`.
    """
    with _opened(path) as photo:
        width, height = _stored(photo)
        return (height, width) if _orientation(photo) in (5, 6, 7, 8) else (width, height)


@contextmanager
def _opened(path: Path) -> Iterator[PIL.Image.Image]:
    """A photo opened but not decoded; every failure of the decoder becomes one clear error."""
    if path.exists() and not path.is_file():  # opening a named pipe would wait for ever
        raise BadPhoto(f"photo {str(path)!r} is not a file; replace or remove it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of bombs, which are refused below, and of odd metadata
            with PIL.Image.open(path) as photo:
                if photo.width * photo.height > MOST_PIXELS:
                    too_many = f"{photo.width} x {photo.height} pixels, over {MOST_PIXELS:,}"
                    raise PIL.Image.DecompressionBombError(too_many)
                yield photo
    except PIL.Image.DecompressionBombError as error:
        raise BadPhoto(f"photo {str(path)!r} is too large to be decoded safely: {error}; make it smaller") from None
    except PIL.UnidentifiedImageError:
        raise BadPhoto(f"photo {str(path)!r} cannot be decoded: it is no image; replace or remove it") from None
    except _UNREADABLE as error:
        raise BadPhoto(f"photo {str(path)!r} cannot be decoded: {error}; replace or remove it") from None


def _stored(photo: PIL.Image.Image) -> tuple[int, int]:
    """(width, height) of the rows as they are stored: some versions of Pillow say a TIFF's as if it had been turned."""
    if isinstance(photo, TiffImageFile):
        return int(photo.tag_v2[IMAGEWIDTH]), int(photo.tag_v2[IMAGELENGTH])
    return photo.size


def _orientation(photo: PIL.Image.Image) -> int:
    """As EXIF says it; 1, upright, where that cannot be read: a photo is more than its metadata."""
    try:
        return int(photo.getexif().get(_ORIENTATION, 1))
    except _UNREADABLE:
        return 1


def _rgb(photo: PIL.Image.Image) -> PIL.Image.Image:
    if photo.mode[0] in "IF":
        return PIL.Image.fromarray(_eight_bits(np.asarray(photo), photo.mode)).convert("RGB")
    if photo.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in photo.info:
        layer = photo.convert("RGBA")
        return PIL.Image.alpha_composite(PIL.Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return photo.convert("RGB")


def _eight_bits(values: Array, mode: str) -> Array:
    """Grey of 16 or 32 bits or floating point, scaled to 8 bits where Pillow would clip it: white is the least of the
    usual tops (1 for floating point alone) that no value exceeds, or the highest value."""
    highest = float(values.max(initial=0, where=np.isfinite(values)))
    tops = _TOPS if mode == "F" else _TOPS[1:]
    top = next((top for top in tops if highest <= top), highest)
    grey = np.empty(values.shape, dtype=np.uint8)
    band = max(1, _BAND // max(values.shape[1], 1))
    for row in range(0, len(values), band):
        part = np.nan_to_num(values[row : row + band].astype(np.float64), nan=0.0, posinf=top, neginf=0.0)
        grey[row : row + band] = (part / top * 255).clip(0, 255)
    return grey
