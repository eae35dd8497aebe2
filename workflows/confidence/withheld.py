"""Captions that are not sure enough, withheld: what stands in their place says so."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.records import Caption, Scene
from stages.analysis.calibration import Calibrator
from stages.analysis.signs import signs


def withheld(scenes: Sequence[Scene], calibrator: Calibrator, least: float) -> tuple[list[Scene], dict[str, float]]:
    """The scenes, with "withheld: confidence .31 < .50" for all captions of those below `least`, and the confidence of
    every photo that has a caption."""
    spoken = [scene for scene in scenes if scene.captions]
    chances = calibrator.confidence(signs(spoken)).tolist()
    sure = dict(zip((scene.image.id for scene in spoken), chances, strict=True))
    return [_kept(scene, sure.get(scene.image.id, 1.0), least) for scene in scenes], sure


def _kept(scene: Scene, confidence: float, least: float) -> Scene:
    if confidence >= least:
        return scene
    text = f"withheld: confidence {_short(confidence)} < {_short(least)}"
    return replace(scene, fields={**scene.fields, "captions": (Caption(text, tuple(text.split())),)})


def _short(value: float) -> str:
    """As many digits, two or more, as it takes: ".31"; never rounded up to what it falls short of."""
    return f"{int(value * 100) / 100:.2f}".removeprefix("0")
