"""Things by one detector and stuff by another, as BabyTalk has them (Kulkarni et al. 2011), for any two detectors.

An option that is a choice with options of its own writes their colons as %3A and their equals signs as %3D:
`things_and_stuff:things=nanodet%3Asize%3D512`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.config import option
from pipeline.errors import BadOption
from pipeline.records import Detection, Scene
from pipeline.registry import Choice, choose
from pipeline.stage import Resources, Runtime, Stage


@dataclass(frozen=True, slots=True)
class ThingsAndStuffConfig:
    things: str = option("nanodet", "the detector of things, with its options", folder="detections", affects="predict")
    stuff: str = option("stuff_head", "the detector of stuff, with its options", folder="detections", affects="predict")


class ThingsAndStuff(Stage[ThingsAndStuffConfig, tuple[Detection, ...]]):
    """All that both detectors say, best first; of equal scores, things before stuff.

    Raises:
        BadOption: for a detector that must be fitted or that hands on the truth.
    """

    name = "things_and_stuff"
    writes = "detections"
    config_type = ThingsAndStuffConfig

    def __init__(self, config: ThingsAndStuffConfig, runtime: Runtime | None = None) -> None:
        super().__init__(config, runtime)
        options = (("things", config.things), ("stuff", config.stuff))
        self._members: tuple[Stage[Any, tuple[Detection, ...]], ...] = tuple(
            _ready(name, choose("detections", text)).create(self.runtime) for name, text in options
        )

    def reads(self) -> tuple[str, ...]:
        return tuple(sorted({field for member in self._members for field in member.reads()}))

    def uses(self) -> tuple[str, ...]:
        return tuple(sorted({resource for member in self._members for resource in member.uses()}))

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Detection, ...]]:
        both = [member.predict(scenes, resources) for member in self._members]
        return [
            tuple(sorted((*things, *stuff), key=lambda item: -item.score)) for things, stuff in zip(*both, strict=True)
        ]


def _ready(name: str, choice: Choice) -> Choice:
    """The choice, where it answers without having learned from this dataset."""
    why = f"learns from {', '.join(choice.kind.fit_on)}" if choice.kind.fit_on else ""
    why = why or ("hands on the truth" if choice.kind.sees_truth else "")
    if why:
        raise BadOption(
            f"detections/things_and_stuff: {name}={choice.text!r} {why}; only detectors that come with their weights"
            " are joined, such as nanodet, stuff_head or faster_rcnn: choose one of these, or use it alone"
        )
    return choice
