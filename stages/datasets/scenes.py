"""Drawn scenes: the embedded dataset, made on the spot, with exact truth of everything a stage may predict.

Every photo is drawn from its own random stream, seeded by (seed, split, index): photo 7 is the same whatever the size
of its split. A person is drawn as a man, woman, boy or girl; the colour attribute of a person is that of its clothes.
Boxes of things are tight around the whole drawn thing, also where another hides a part of it; boxes of stuff span the
region. `Image.sha256` hashes the raw pixels, so that it does not hang on a PNG encoder.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.config import option
from pipeline.datasets import MOST_TUNE, Dataset, Fingerprint
from pipeline.photos import Inspect
from pipeline.records import Array, Image, Truth
from stages.datasets._scenes_grammar import sentences
from stages.datasets._scenes_kinds import ACTIONS, COLOURS, PATTERNS, PLACES, STUFF, THINGS
from stages.datasets._scenes_layout import compose
from stages.datasets._scenes_pen import SIDE
from stages.datasets._scenes_photo import boxes, draw
from stages.datasets._scenes_truth import PREPOSITIONS, attributes, detections, relations, triplets

__all__ = [
    "ACTIONS",
    "ATTRIBUTES",
    "COLOURS",
    "PATTERNS",
    "PLACES",
    "PREPOSITIONS",
    "STUFF",
    "THINGS",
    "Scenes",
    "ScenesConfig",
    "drawn",
]

ATTRIBUTES = (*COLOURS, *PATTERNS, "cloudy")
_STREAMS = {"train": 0, "val": 1, "test": 2}


@dataclass(frozen=True, slots=True)
class ScenesConfig:
    """How many photos to draw. A tenth of `train`, at most 500, is taken out of it as `tune`."""

    train: int = option(1200, "training photos, those of tune among them", low=10, high=1_000_000)
    val: int = option(200, "validation photos", low=1, high=1_000_000)
    test: int = option(200, "test photos", low=1, high=1_000_000)
    seed: int = option(0, "seed of the random streams", low=0, high=2**31 - 1)


class Scenes(Dataset[ScenesConfig]):
    """Drawn scenes of 224 x 224 pixels with five sentences each."""

    name = "scenes"
    version = 1
    config_type = ScenesConfig
    annotates = ("captions", "detections", "attributes", "relations", "triplets")

    def count(self, split: str) -> int:
        return len(self.photos(split))

    def fingerprint(self, split: str, inspect: Inspect) -> Fingerprint:
        """Hashes of what the split is made from; nothing is drawn."""
        numbers = self.photos(split)
        recipe = json.dumps([self.name, self.version, self.config.seed, split, numbers[0], numbers[-1]])
        photos, truth = (hashlib.sha256(f"{part} {recipe}".encode()).hexdigest() for part in ("photos", "truth"))
        return Fingerprint(photos, truth)

    def examples(self, split: str, directory: Path, inspect: Inspect) -> Iterator[tuple[Image, Truth]]:
        """Draw the split: PNG files named by id in `directory`, and their truth."""
        import cv2

        directory.mkdir(parents=True, exist_ok=True)
        fast = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY]
        for name, stream, index in self.photos(split):
            pixels, truth = drawn(self.config.seed, stream, index, name)
            path = f"{name}.png"
            _, code = cv2.imencode(".png", pixels[:, :, ::-1], fast)
            (directory / path).write_bytes(code.tobytes())
            yield Image(name, path, SIDE, SIDE, hashlib.sha256(pixels.tobytes()).hexdigest()), truth

    def photos(self, split: str) -> list[tuple[str, int, int]]:
        """(id, random stream, index) of every photo of a split.

        Raises:
            UnknownName: for a split that scenes does not have.
        """
        self.check_split(split)
        tune = min(self.config.train // 10, MOST_TUNE)
        if split == "tune":
            chosen = range(tune)
        elif split == "train":
            chosen = range(tune, self.config.train)
        else:
            chosen = range(getattr(self.config, split))
        stream = "train" if split == "tune" else split
        return [(f"{stream}-{index:05d}", _STREAMS[stream], index) for index in chosen]


def drawn(seed: int, stream: int, index: int, name: str = "") -> tuple[Array, Truth]:
    """One photo, (224, 224, 3) uint8 RGB, and what is true of it."""
    layout = compose(np.random.default_rng((seed, stream, index, 0)))
    pixels, masks = draw(layout, np.random.default_rng((seed, stream, index, 1)))
    found = boxes(masks)
    truth = Truth(
        name,
        sentences(layout, found, np.random.default_rng((seed, stream, index, 2))),
        detections(layout, found),
        attributes(layout),
        relations(layout, found),
        triplets(layout),
    )
    return pixels, truth
