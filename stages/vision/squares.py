"""Photos squashed to squares for a network that looks at many at a time.

The whole photo is squashed, so that a map over the square, stretched back over the photo, lies where the network
looked; nothing is cropped away.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import PIL.Image

from pipeline import images
from pipeline.records import Array, Image, Scene
from pipeline.stage import Runtime


def squares(scenes: Sequence[Scene], size: int, what: str, runtime: Runtime) -> Iterator[Array]:
    """The photos of each batch of the runtime, (batch, size, size, 3) uint8 RGB, with its progress shown as `what`."""
    batches = [scenes[start : start + runtime.batch] for start in range(0, len(scenes), runtime.batch)]
    return runtime.progress(_ahead(batches, size), what, len(batches))


def _ahead(batches: Sequence[Sequence[Scene]], size: int) -> Iterator[Array]:
    """The photos of each batch, (batch, size, size, 3), decoded while the network looks at the batch before."""
    with ThreadPoolExecutor(1) as decoder:
        waiting: list[Future[Array]] = []
        for batch in batches:
            waiting.append(decoder.submit(_decoded, batch, size))
            if len(waiting) > 1:
                yield waiting.pop(0).result()
        yield from (decoded.result() for decoded in waiting)


def _decoded(batch: Sequence[Scene], size: int) -> Array:
    return np.stack([_squashed(scene.image, size) for scene in batch])


def _squashed(image: Image, size: int) -> Array:
    """The photo as (size, size, 3) uint8, whatever its shape was."""
    photo = PIL.Image.fromarray(images.read(image))
    return np.asarray(photo.resize((size, size), PIL.Image.Resampling.BICUBIC))
