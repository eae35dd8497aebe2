"""A photo in numbers made by hand: gist, gradients and colours, as the classifiers of 2010 saw it.

Gist is of Oliva and Torralba (2001), gradients are of Dalal and Triggs (2005), colours a histogram over CIELAB. The
photo is squashed to a square; each part has length 1, so that none outweighs another by its size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline import images
from pipeline.config import option
from pipeline.records import Array, Scene
from pipeline.stage import Resources, Stage
from stages.vision.colour import as_lab, colour_histograms
from stages.vision.gist import SIDE, gist
from stages.vision.hog import block_grid, resized

_HOG_SIDE = 64


@dataclass(frozen=True, slots=True)
class Config:
    bands: int = option(3, "bands of the photo, from top to bottom, with a colour histogram each", low=1, high=16)


class GistHogColour(Stage[Config, Array]):
    """Writes (512 + 1764 + 256 * bands,) float32: gist, histograms of gradients, square roots of colour shares."""

    name = "gist_hog_colour"
    writes = "descriptors"
    config_type = Config

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        photos = self.runtime.progress(scenes, "descriptors", len(scenes))
        return [_described(images.read(scene.image), self.config.bands) for scene in photos]


def _described(pixels: Array, bands: int) -> Array:
    square = resized(pixels, SIDE, SIDE)
    light = square.astype(np.float64).mean(axis=2) / 255
    gradients = block_grid(resized(pixels, _HOG_SIDE, _HOG_SIDE)).ravel()
    band = np.arange(SIDE * SIDE) // SIDE * bands // SIDE  # the band of each pixel
    colours = colour_histograms(as_lab(square).reshape(-1, 3), (band == np.arange(bands)[:, None]).astype(np.float64))
    parts = [_unit(part) for part in (gist(light), gradients, np.sqrt(colours).ravel())]
    return np.concatenate(parts).astype(np.float32)


def _unit(part: Array) -> Array:
    """Of length 1; nothing stays nothing."""
    length = float(np.linalg.norm(part))
    return part / length if length > 1e-9 else np.zeros_like(part)
