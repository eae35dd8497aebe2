"""Photos whose grids hold what their captions say: each concept lights a channel of its own in one place."""

from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.records import Image, Scene, Truth
from pipeline.stage import Examples, Resources
from stages.resources.concepts import Concepts, ConceptsConfig
from stages.resources.parses import Parses
from stages.vision.average_precision import average_precision

WORDS = ("dog", "car", "boat", "tree")
SIDE, CHANNELS = 4, 12


@dataclass(frozen=True)
class Photos:
    """Splits of drawn photos with the resources of train."""

    examples: dict[str, Examples]
    resources: Resources

    def precision(self, stage) -> float:
        """The mean over concepts of the average precision of their probabilities on val."""
        val = self.examples["val"]
        rows = [dict(row) for row in stage.predict(val.scenes, self.resources)]
        right = [[word in truth.captions[0] for truth in val.truth] for word in WORDS]
        judged = [
            average_precision([(row[word], good) for row, good in zip(rows, known, strict=True)], sum(known))
            for word, known in zip(WORDS, right, strict=True)
        ]
        return float(np.mean(judged))


def drawn(count, seed, prefix):
    rng = np.random.default_rng(seed)
    scenes, truth = [], []
    for place in range(count):
        shown = [word for word in WORDS if rng.random() < 0.35]
        grid = rng.normal(0, 0.3, (SIDE * SIDE, CHANNELS)).astype(np.float32)
        for word in shown:
            grid[rng.integers(SIDE * SIDE), WORDS.index(word)] += 6
        photo = f"{prefix}{place}"
        fields = {"grid": grid, "descriptors": grid.mean(axis=0)}
        scenes.append(Scene(Image(photo, f"{photo}.png", 64, 64, photo), fields))
        truth.append(Truth(photo, (f"There is {' and '.join(f'a {word}' for word in shown) or 'it'}.",)))
    return Examples(scenes, truth)


@pytest.fixture(scope="package")
def photos():
    examples = {"train": drawn(160, 0, "t"), "tune": drawn(60, 1, "u"), "val": drawn(120, 2, "v")}
    parses = Parses(None).fit(examples["train"].truth, Resources())
    concepts = Concepts(ConceptsConfig()).fit(examples["train"].truth, Resources({"parses": parses}))
    return Photos(examples, Resources({"parses": parses, "concepts": concepts}))
