"""Stages from outside: one that keeps the contract, and one for every way of breaking it."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

from pipeline.config import option
from pipeline.datasets import Dataset, Fingerprint
from pipeline.records import Array, AttributeScores, Caption, Image, Scene, Truth
from pipeline.registry import choose
from pipeline.stage import Examples, Metric, Resource, Resources, Stage

Attributes = tuple[AttributeScores, ...]


@dataclass(frozen=True, slots=True)
class SureConfig:
    score: float = option(0.5, "the score of every attribute", low=0.0, high=1.0, affects="predict")


class Sure(Stage[SureConfig, Attributes]):
    """The most frequent attribute of the training photos, for everything: dull, and by the contract."""

    name = "sure"
    writes = "attributes"
    config_type = SureConfig
    fit_on: ClassVar[tuple[str, ...]] = ("train",)
    attribute_: str

    def reads(self) -> tuple[str, ...]:
        return ("detections",)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        seen = [name for true in examples["train"].truth for item in true.attributes or () for name, _ in item.scores]
        self.attribute_ = max(sorted(set(seen)), key=seen.count)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        one = AttributeScores(((self.attribute_, self.config.score),))
        return [(one,) * len(scene.detections) for scene in scenes]


class Remembers(Sure):
    """Knows the photos it learned from: it says "seen" or "new" of everything in a photo."""

    name = "remembers"
    photos_: tuple[str, ...]

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        self.photos_ = tuple(scene.image.id for scene in examples["train"].scenes)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        known = frozenset(self.photos_)
        words = ["seen" if scene.image.id in known else "new" for scene in scenes]
        return [
            (AttributeScores(((word, 1.0),)),) * len(scene.detections)
            for word, scene in zip(words, scenes, strict=True)
        ]


class Learns(Stage[SureConfig, tuple[Caption, ...]]):
    """Learns from the attributes of the training photos, and repeats what it learned."""

    name = "learns"
    writes = "captions"
    config_type = SureConfig
    fit_on: ClassVar[tuple[str, ...]] = ("train",)
    said_: str

    def reads(self) -> tuple[str, ...]:
        return ("attributes",)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        words = {name for scene in examples["train"].scenes for item in scene.attributes for name, _ in item.scores}
        self.said_ = " ".join(sorted(words))
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return [(Caption(self.said_, tuple(self.said_.split())),) for scene in scenes if scene.attributes is not None]


class Parrot(Stage[SureConfig, tuple[Caption, ...]]):
    """Says one training caption of every photo: a whole plan by itself, fitted at once."""

    name = "parrot"
    writes = "captions"
    config_type = SureConfig
    fit_on: ClassVar[tuple[str, ...]] = ("train", "tune")
    said_: str

    def uses(self) -> tuple[str, ...]:
        return ("vocabulary",)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        self.said_ = examples["train"].truth[0].captions[0]
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return [(Caption(self.said_, tuple(self.said_.split())),) for _ in scenes]


class Breaks(Sure):
    """Has an error of its own."""

    name = "breaks"
    fit_on: ClassVar[tuple[str, ...]] = ()

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return [1 // 0 for _ in scenes]


class Reorders(Sure):
    name = "reorders"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return super().predict(sorted(scenes, key=lambda scene: scene.image.id), resources)


class Drops(Sure):
    name = "drops"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return super().predict(scenes[1:], resources)


class Guesses(Sure):
    name = "guesses"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return [(AttributeScores((("red", random.random()),)),) * len(scene.detections) for scene in scenes]


class Forgets(Sure):
    """Keeps what it learned under a name without the underscore: it is not saved."""

    name = "forgets"

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        self.attribute = super().fit(examples, resources).attribute_
        del self.attribute_
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return [(AttributeScores(((self.attribute, 0.5),)),) * len(scene.detections) for scene in scenes]


class Unfitted(Sure):
    """Answers though nothing was learned."""

    name = "unfitted"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return [(AttributeScores((("red", 0.5),)),) * len(scene.detections) for scene in scenes]


class Drifts(Sure):
    """Another answer at every fit."""

    name = "drifts"

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        self.attribute_ = str(random.random())
        return self


class LooksAround(Sure):
    """The answer for one photo depends on the others of its batch."""

    name = "looks_around"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        share = 1 / max(len(scenes), 1)
        return [
            tuple(replace(i, scores=(("red", share),)) for i in item) for item in super().predict(scenes, resources)
        ]


class ReadsMore(Sure):
    """Reads a field that it does not declare."""

    name = "reads_more"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return [(AttributeScores((("red", 0.5),)),) * len(scene.relations) for scene in scenes]


class Peeks(Sure):
    """Reads the truth without saying so."""

    name = "peeks"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return [scene.truth.attributes for scene in scenes]


class DeclaresMore(Sure):
    """Declares a field that it does not need: everything would be run again for nothing."""

    name = "declares_more"

    def reads(self) -> tuple[str, ...]:
        return ("detections", "relations")


class WrongType(Sure):
    name = "wrong_type"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return [("red",) * len(scene.detections) for scene in scenes]


@dataclass(frozen=True, slots=True)
class BareConfig:
    score: float = 0.5


class BareOptions(Sure):
    """Its option has neither help nor bounds."""

    name = "bare_options"
    config_type = BareConfig


class Scribbles(Stage[SureConfig, tuple[Caption, ...]]):
    """Changes the grid it was given."""

    name = "scribbles"
    writes = "captions"
    config_type = SureConfig

    def reads(self) -> tuple[str, ...]:
        return ("grid",)

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        for scene in scenes:
            scene.grid[0] = 0
        return [(Caption("A photo.", ("a", "photo")),) for _ in scenes]


class Silent(Stage[SureConfig, tuple[Caption, ...]]):
    """Has nothing to say of a photo without objects."""

    name = "silent"
    writes = "captions"
    config_type = SureConfig

    def reads(self) -> tuple[str, ...]:
        return ("detections",)

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Any]:
        return [(Caption(" ".join(item.label for item in scene.detections), ()),) for scene in scenes]


class Moody(Resource[SureConfig]):
    """Another resource at every fit."""

    name = "moody"
    config_type = SureConfig
    mood_: float

    def fit(self, truth: Sequence[Truth], resources: Resources) -> Self:
        self.mood_ = random.random()
        return self


class Backwards(Metric[SureConfig]):
    """Scores captions the higher, the less they share with the references."""

    name = "backwards"
    config_type = SureConfig
    scores = ("backwards",)

    def fingerprint(self) -> str:
        return "backwards 1"

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        import numpy as np

        pairs = zip(captions, references, strict=True)
        return np.array([[float(caption not in group)] for caption, group in pairs])

    def aggregate(self, rows: Array) -> dict[str, float]:
        return {"backwards": float(rows.mean())}


class Planted(Dataset[SureConfig]):
    """A few drawn scenes; captions and one object of `train` have the word "quokka" in them, of the others "wombat"."""

    name = "planted"
    config_type = SureConfig
    annotates = ("captions", "detections", "attributes", "relations", "triplets")

    def fingerprint(self, split: str, inspect: Any) -> Fingerprint:
        return Fingerprint(f"photos of {split}", f"truth of {split}")

    def examples(self, split: str, directory: Any, inspect: Any) -> Any:
        drawn: Dataset[Any] = choose("datasets", "scenes:train=60:val=4:test=2").create()
        for image, truth in drawn.examples(split, directory, inspect):
            word = "quokka" if split == "train" else "wombat"
            said = tuple(f"A {word} {caption[2:]}" for caption in truth.captions)
            things = truth.detections or ()
            renamed = (replace(things[0], labels=((word, 1.0),)), *things[1:]) if things else ()
            yield image, replace(truth, captions=said, detections=renamed)


@dataclass(frozen=True, slots=True)
class AlbumConfig:
    path: str = option("", "folder of photos")


class Album(Dataset[AlbumConfig]):
    """The photos of a folder; of each it is said that it is a photo."""

    name = "album"
    config_type = AlbumConfig
    splits = ("all",)

    def fingerprint(self, split: str, inspect: Any) -> Fingerprint:
        return Fingerprint(" ".join(f"{path.name} {seen.sha256}" for path, seen in self._usable(inspect)), "photos")

    def examples(self, split: str, directory: Any, inspect: Any) -> Any:
        for path, seen in self._usable(inspect):
            image = Image(path.name, str(path), seen.width, seen.height, seen.sha256)
            yield image, Truth(path.name, ("A photo.", "It is a photo."))

    def _usable(self, inspect: Any) -> Any:
        for path in sorted(Path(self.config.path).absolute().iterdir()):
            seen = inspect(path)
            if seen:
                yield path, seen


class Twins(Dataset[SureConfig]):
    """Two photos of one id."""

    name = "twins"
    config_type = SureConfig
    splits = ("all",)

    def fingerprint(self, split: str, inspect: Any) -> Fingerprint:
        return Fingerprint("", "")

    def examples(self, split: str, directory: Any, inspect: Any) -> Any:
        import PIL.Image

        PIL.Image.new("RGB", (4, 4)).save(directory / "a.png")
        for _ in range(2):
            yield Image("a", "a.png", 4, 4, ""), Truth("a", ("A photo.",))
