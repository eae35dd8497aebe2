"""Maps from inside the backbone, for captioners that own what comes after the cut and run it again."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.config import option
from pipeline.records import Array, Scene
from pipeline.stage import Resources, Stage
from stages.vision.squares import squares


@dataclass(frozen=True, slots=True)
class Config:
    cut: int = option(6, "the block of efficientnet_lite0 after which the maps are taken", low=0, high=6)
    size: int = option(224, "side in pixels of the square the photo is squashed to", low=32, high=1024)


class CnnMaps(Stage[Config, Array]):
    """Writes (channels, rows, columns) float32 maps: 320 x 7 x 7 after the last block, 192 x 7 x 7 after the one
    before, at the default size."""

    name = "cnn_maps"
    writes = "maps"
    config_type = Config

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        from stages.networks.device import resolve
        from stages.vision.cuts import maps

        device = resolve(self.runtime.device)
        found: list[Array] = []
        for photos in squares(scenes, self.config.size, "maps", self.runtime):
            found.extend(maps(photos, [self.config.cut], device)[0].contiguous().cpu().numpy())
        return found
