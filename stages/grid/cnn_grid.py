"""A grid of convolutional features: the annotation vectors a_i of attention captioners (Xu et al. 2015, section 3.1.1).

The whole photo is squashed to a square, so that a map over the grid, stretched back over the photo, lies where the
network looked; nothing is cropped away.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import PIL.Image

from pipeline import images
from pipeline.config import option
from pipeline.records import Array, Image, Scene
from pipeline.stage import Resources, Stage


@dataclass(frozen=True, slots=True)
class Config:
    backbone: str = option("efficientnet_lite0", "the network that looks, or one of timm's such as resnet50.a1_in1k")
    backbone_weights: str = option("", "file of weights in place of the published ones", file=True)
    size: int = option(224, "side in pixels of the square the photo is squashed to", low=32, high=1024)
    half: bool = option(False, "keep the features as float16, half the disk")


class CnnGrid(Stage[Config, Array]):
    """Writes (locations, channels) float32 features: 49 x 1280 at the default size, locations row by row."""

    name = "cnn_grid"
    writes = "grid"
    config_type = Config

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        from stages.networks.device import resolve
        from stages.vision.backbone import features

        device, size, batch = resolve(self.runtime.device), self.config.size, self.runtime.batch
        batches = [scenes[start : start + batch] for start in range(0, len(scenes), batch)]
        grids: list[Array] = []
        for photos in self.runtime.progress(_ahead(batches, size), "grid features", len(batches)):
            maps = features(self.config.backbone, photos, device, self.config.backbone_weights)
            flat = maps.flatten(2).transpose(1, 2).cpu().numpy()  # (batch, locations, channels)
            grids.extend(np.array(grid, dtype=np.float16 if self.config.half else np.float32) for grid in flat)
        return grids


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
