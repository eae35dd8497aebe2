"""Photos as arrays: decoded upright, in RGB, with a limit on their size."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import PIL.Image
from PIL import ImageOps

from pipeline.errors import BadPhoto
from pipeline.records import Array, Image

MOST_PIXELS = 170_000_000


def read(image: Image) -> Array:
    """The photo as (height, width, 3) uint8 RGB, turned upright by its EXIF orientation.

    Raises:
        BadPhoto: if the file is missing, is not an image, is cut short or has more than MOST_PIXELS pixels.
    """
    return decode(Path(image.path))


def decode(path: Path) -> Array:
    """Decode one file; see `read`."""
    with _opened(path) as photo:
        return np.asarray(_rgb(ImageOps.exif_transpose(photo)))


def size(path: Path) -> tuple[int, int]:
    """(width, height) of the upright photo, from its header alone.

    Raises:
        BadPhoto: as `read`.
    """
    with _opened(path) as photo:
        turned = photo.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        return (photo.height, photo.width) if turned else photo.size


@contextmanager
def _opened(path: Path) -> Iterator[PIL.Image.Image]:
    """A photo opened but not decoded; every failure of the decoder becomes one clear error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
            photo = PIL.Image.open(path)
        with photo:
            if photo.width * photo.height > MOST_PIXELS:
                raise PIL.Image.DecompressionBombError(f"{photo.width} x {photo.height} pixels, over {MOST_PIXELS:,}")
            yield photo
    except PIL.Image.DecompressionBombError as error:
        raise BadPhoto(f"photo {str(path)!r} is too large to be decoded safely: {error}; make it smaller") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise BadPhoto(f"photo {str(path)!r} cannot be decoded: {error}; replace or remove it") from None


def _rgb(photo: PIL.Image.Image) -> PIL.Image.Image:
    if photo.mode.startswith("I"):  # 16- and 32-bit grey: convert("RGB") would clip instead of scaling
        grey = np.asarray(photo, dtype=np.float64)
        top = 65535.0 if grey.max(initial=0) > 255 else 255.0
        return PIL.Image.fromarray((grey / top * 255).clip(0, 255).astype(np.uint8)).convert("RGB")
    if photo.mode in ("RGBA", "LA", "PA") or "transparency" in photo.info:
        layer = photo.convert("RGBA")
        return PIL.Image.alpha_composite(PIL.Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return photo.convert("RGB")
