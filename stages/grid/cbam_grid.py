"""A grid of features that CBAM has refined (Woo et al., ECCV 2018).

The paper trains networks with CBAM in every block on ImageNet. Here the backbone stays as it was trained; CBAM stands
in its last blocks, begins as the identity, and learns with a layer that tells the concepts that captions say (Wu et al.
2016). What comes before the first of them is looked at once a photo and kept as float16.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pipeline.config import option
from pipeline.records import Array, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.networks.multilabel_options import MultilabelOptions
from stages.resources.concepts import Concepts, captioned
from stages.vision.squares import squares

if TYPE_CHECKING:
    from stages.grid._gated_tail import GatedTail


@dataclass(frozen=True, slots=True)
class CbamGridConfig(MultilabelOptions):
    """Where and which gates, and how they are trained."""

    epochs: int = option(8, "times over the photos, at most", low=1, high=10_000)
    patience: int = option(2, "epochs without a lower loss of tune after which it ends", low=1, high=10_000)
    batch: int = option(32, "photos of a step", low=1, high=100_000)
    gates: Literal["both", "channel", "spatial", "none"] = option("both", "of each block, channel before spatial")
    variant: Literal["paper", "released_code"] = option("paper", "the code has biases and a normalisation more")
    reduction: int = option(16, "channels for each unit of the channel gate: r", low=1, high=4096)
    cut: int = option(4, "the block of efficientnet_lite0 after which gates stand", low=0, high=5)
    size: int = option(224, "side in pixels of the square the photo is squashed to", low=32, high=1024)


class CbamGrid(Stage[CbamGridConfig, Array]):
    """Writes (locations, channels) float32 features: 49 x 1280 at the default size, locations row by row.

    Attributes:
        judged_: the logistic loss of `tune` after each epoch, per photo.

    Raises:
        BadData: if no training photo has a caption.
    """

    name = "cbam_grid"
    writes = "grid"
    config_type = CbamGridConfig
    fit_on = ("train", "tune")

    tail_: "GatedTail"
    judged_: tuple[float, ...]

    def uses(self) -> tuple[str, ...]:
        return (Concepts.name,)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        from stages.grid._gated_tail import teach

        train, tune = examples["train"], examples["tune"]
        taught = captioned(train.truth, f"grid={self.name}")
        held = [place for place, item in enumerate(tune.truth) if item.captions]
        scenes = [*(train.scenes[place] for place in taught), *(tune.scenes[place] for place in held)]
        truth = [*(train.truth[place] for place in taught), *(tune.truth[place] for place in held)]
        self.tail_ = self._tail()
        with tempfile.TemporaryDirectory() as fleeting:
            looks = self._looks(scenes, (self.runtime.scratch or Path(fleeting)) / "maps.npy")
            shows = resources.of(Concepts).named(truth)
            self.judged_ = teach(self.tail_, looks, shows, len(taught), self.config, self.runtime)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        import torch

        from stages.networks.device import resolve
        from stages.vision.cuts import maps

        device, tail = resolve(self.runtime.device), self.tail_.eval()
        tail.to(device)
        grids: list[Array] = []
        for photos in squares(scenes, self.config.size, "grid features", self.runtime):
            with torch.inference_mode():
                features = tail(maps(photos, [self.config.cut], device)[0])  # (batch, channels, rows, columns)
            grids.extend(features.flatten(2).transpose(1, 2).contiguous().cpu().numpy())
        return grids

    @property
    def parameters(self) -> int:
        return sum(learned.numel() for learned in self.tail_.gates.parameters())

    def save_state(self, directory: Path) -> None:
        from safetensors.torch import save_file

        weights = {name: value.cpu().contiguous() for name, value in self.tail_.gates.state_dict().items()}
        save_file(weights, directory / "gates.safetensors")
        (directory / "training.json").write_text(json.dumps({"judged": self.judged_}), encoding="utf-8")

    def load_state(self, directory: Path) -> Self:
        from safetensors.torch import load_file

        self.tail_ = self._tail()
        self.tail_.gates.load_state_dict(load_file(directory / "gates.safetensors"))
        self.judged_ = tuple(json.loads((directory / "training.json").read_text(encoding="utf-8"))["judged"])
        return self

    def _tail(self) -> "GatedTail":
        from stages.grid._gated_tail import GatedTail

        config, released = self.config, self.config.variant == "released_code"
        return GatedTail(config.cut, config.gates, config.reduction, released, config.seed)

    def _looks(self, scenes: Sequence[Scene], path: Path) -> Array:
        """(photos, channels, rows, columns) maps at the cut, float16, mapped from a file that is made once."""
        import numpy as np

        from stages.networks.device import resolve
        from stages.vision.cuts import maps

        if not path.exists():
            part, done = path.with_suffix(".part"), 0
            for photos in squares(scenes, self.config.size, "maps for CBAM", self.runtime):
                found = maps(photos, [self.config.cut], resolve(self.runtime.device))[0].half().cpu().numpy()
                if not done:
                    shape = (len(scenes), *found.shape[1:])
                    kept = np.lib.format.open_memmap(part, mode="w+", dtype=np.float16, shape=shape)
                kept[done : done + len(found)] = found
                done += len(found)
            kept.flush()
            part.replace(path)
        looks: Array = np.load(path, mmap_mode="r")
        return looks
