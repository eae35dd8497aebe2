"""What kind of stuff each part of a photo is: a linear classifier on maps from inside a backbone.

A place every 16 pixels of the photo, brought to SIDE pixels, is described by the maps after three blocks (the finer
averaged, the coarser interpolated) and by how far down it lies. `weights/stuff_head/README.md` says what the
classifier learned from and how right it is on photos it did not see.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from pipeline.records import Array
from stages.vision.cuts import maps
from stages.vision.hog import resized

SIDE = 320
"""Pixels of the photo's long side as it is looked at."""
CUTS = (2, 4, 6)
COARSEST = 32
OTHER = "other"
"""Things, and stuff that has no label of its own: the first of a head's labels."""


@dataclass(frozen=True, slots=True)
class Head:
    """Multinomial logistic regression over the descriptions of places, and the probability that a region is right.

    `curve` holds the weights of a region's log odds and of the logarithm of its share of the photo.
    """

    labels: tuple[str, ...]  # OTHER first
    weights: Array  # (features, labels)
    biases: Array  # (labels,)
    curve: Array  # (2,)
    offsets: Array  # (labels,)

    def probabilities(self, described: Array) -> Array:
        """(rows, columns, features) -> (rows, columns, labels), summing to 1 at each place."""
        logits = described @ self.weights + self.biases
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True))

    def confidence(self, label: int, mean: float, share: float) -> float:
        """The probability that a region is of its label, from its mean probability and its share of the photo."""
        inside = min(max(mean, 1e-6), 1 - 1e-6)
        odds = float(self.curve @ [np.log(inside / (1 - inside)), np.log(share)] + self.offsets[label])
        return float(1 / (1 + np.exp(-np.clip(odds, -50, 50))))


def described(pixels: Array, device: str) -> Array:
    """The places of a photo: (height, width, 3) uint8 RGB -> (rows, columns, features) float32."""
    import torch
    from torch.nn.functional import avg_pool2d, interpolate

    height, width = pixels.shape[:2]
    rows, columns = (max(1, round(side * SIDE / max(height, width) / COARSEST)) for side in (height, width))
    photo = resized(pixels, columns * COARSEST, rows * COARSEST)
    fine, middle, coarse = maps(photo[None], CUTS, device)
    size = middle.shape[-2:]
    with torch.inference_mode():
        enlarged = interpolate(coarse, size=size, mode="bilinear", align_corners=False)
        seen = torch.cat([avg_pool2d(fine, 2), middle, enlarged], dim=1)[0].permute(1, 2, 0).cpu().numpy()
    down = np.broadcast_to(((np.arange(size[0]) + 0.5) / size[0])[:, None, None], (*size, 1))
    return np.concatenate([seen, down, down**2], axis=2).astype(np.float32)


@cache
def shipped() -> Head:
    """The head that comes with the code."""
    from safetensors.numpy import load

    folder = files("stages.vision").joinpath("weights", "stuff_head")
    arrays = load(folder.joinpath("head.safetensors").read_bytes())
    labels = tuple(folder.joinpath("labels.txt").read_text(encoding="utf-8").split())
    return Head(labels, **{name: arrays[name].astype(np.float64) for name in ("weights", "biases", "curve", "offsets")})
