"""A photo as a bag of visual words: SIFT (Lowe 2004) around salient points, quantised (Sivic and Zisserman 2003).

Words are the means of descriptors of the training photos. Descriptors are compared by the square roots of their shares
(Arandjelovic and Zisserman 2012), bags too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline import images
from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Array, Image, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.vision.hog import resized

_SIDE = 320  # pixels: the long side of what SIFT looks at
_NUMBERS = 128
_MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class Config:
    words: int = option(500, "visual words; fewer where the training photos have fewer salient points", low=2)
    sampled: int = option(100_000, "descriptors of the training photos that words are made of, at most", low=2)
    seed: int = option(0, "of the choice of descriptors and of the first means", low=0)


class SiftBow(Stage[Config, Array]):
    """Writes (words,) float32, square roots of the words' shares: length 1, or 0 where nothing is salient.

    Raises:
        BadData: where no training photo has a salient point.
    """

    name = "sift_bow"
    writes = "descriptors"
    config_type = Config
    fit_on = ("train",)
    words_: Array  # (words, 128) float32

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        from sklearn.cluster import MiniBatchKMeans

        train, draw = examples["train"].scenes, np.random.default_rng(self.config.seed)
        share = max(1, self.config.sampled // max(len(train), 1))
        sampled = []
        for scene in self.runtime.progress(train, "salient points", len(train)):
            found = _points(scene.image)
            sampled.append(draw.permutation(found)[:share])
        points = np.concatenate([*sampled, np.zeros((0, _NUMBERS), np.float32)])[: self.config.sampled]
        if not len(points):
            raise BadData("no training photo has a salient point: sift_bow needs photos that are not all of one tone")
        count = min(self.config.words, len(points))
        means = MiniBatchKMeans(count, random_state=self.config.seed, n_init=1, batch_size=2048).fit(points)
        self.words_ = means.cluster_centers_.astype(np.float32)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        return [self._bag(_points(scene.image)) for scene in self.runtime.progress(scenes, "descriptors", len(scenes))]

    def _bag(self, points: Array) -> Array:
        nearest = ((self.words_**2).sum(axis=1) - 2 * points @ self.words_.T).argmin(axis=1)  # (points,)
        counts = np.bincount(nearest, minlength=len(self.words_))
        return np.sqrt(counts / max(int(counts.sum()), 1)).astype(np.float32)


def _points(image: Image) -> Array:
    """The descriptors of one photo's salient points, strongest first: (points, 128) float32, each of length 1."""
    import cv2

    pixels = images.read(image)
    scale = _SIDE / max(pixels.shape[:2])
    small = resized(pixels, max(round(pixels.shape[1] * scale), 1), max(round(pixels.shape[0] * scale), 1))
    found = cv2.SIFT.create(nfeatures=_MOST_POINTS).detectAndCompute(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), None)[1]
    if found is None:
        return np.zeros((0, _NUMBERS), np.float32)
    shares = found / np.maximum(found.sum(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.sqrt(shares), dtype=np.float32)
