"""Captions that are not sure enough, withheld: what stands in their place says so."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.records import Caption, Scene
from stages.analysis.calibration import Calibrator
from stages.analysis.signs import signs

MOST_DIGITS = 17
"""No two numbers between .1 and 1 differ by less."""


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
    text = f"withheld: confidence {_below(confidence, least)}"
    return replace(scene, fields={**scene.fields, "captions": (Caption(text, tuple(text.split())),)})


def _below(confidence: float, least: float) -> str:
    """ ".31 < .50": two digits, or as many as the bound has, or as it takes to tell them apart."""
    given = len(f"{least:.15f}".rstrip("0").partition(".")[2])
    both = ("", "")
    for digits in range(max(2, given), MOST_DIGITS + 1):
        both = (f"{confidence:.{digits}f}".removeprefix("0"), f"{least:.{digits}f}".removeprefix("0"))
        if both[0] != both[1]:
            break
    return " < ".join(both)
