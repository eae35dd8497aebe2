"""What people said of the photo, handed on as captions: the row of a table that every system is measured by."""

from collections.abc import Sequence
from typing import ClassVar

from pipeline.config import NoOptions
from pipeline.records import Caption, Evidence, Scene
from pipeline.stage import Resources, Stage


class Human(Stage[NoOptions, tuple[Caption, ...]]):
    """Every reference of a photo in its order, marked with its place, so that scoring can leave it out."""

    name: ClassVar[str] = "human"
    writes: ClassVar[str] = "captions"
    sees_truth: ClassVar[bool] = True

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        return [tuple(_caption(i, text) for i, text in enumerate(scene.truth.captions)) for scene in scenes]


def _caption(place: int, text: str) -> Caption:
    words = tuple(text.split())
    return Caption(text, words, evidence=(Evidence("reference"),) * len(words), reference=place)
