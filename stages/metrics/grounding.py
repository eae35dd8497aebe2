"""Grounding: for every noun that names an object of the photo, whether the evidence of that word lies on the object.

Both families answer alike. A network that attends has a map over the photo; a classical sentence, or a slot of Neural
Baby Talk, has the box that a word was taken from. Nouns name objects as everywhere (`stages.language.synonyms.match`):
"man" is asked of the boxes of "person".
"""

import math
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from string import punctuation
from typing import ClassVar

import numpy as np

from pipeline.config import NoOptions
from pipeline.geometry import iou
from pipeline.records import Array, Box, Caption, Detection, Evidence, Scene, Truth
from pipeline.stage import Better, EvidenceMetric
from stages.language import english
from stages.language.english import Parse, parse
from stages.language.facts import reduced
from stages.language.synonyms import match, synonyms
from stages.metrics._shares import share
from stages.vision.coverage import covered

NOUNS, SHOWN = "boxed nouns", "nouns with evidence"
POINTING, MASS, OVERLAP = "pointing", "mass inside", "box IoU>=.5"
CENTRE, UNIFORM = "pointing, centre", "mass, uniform"
ABOVE_CENTRE, ABOVE_UNIFORM = "pointing (above centre)", "mass inside (above uniform)"
RIGHT_FROM = 0.5


class Grounding(EvidenceMetric[NoOptions]):
    """The pointing game (Zhang et al., ECCV 2016) and the mass inside, over all nouns that name a boxed thing.

    "boxed nouns" a caption; of these "nouns with evidence", the share whose word has a map or a box. Of those with
    evidence: "pointing", the share whose strongest place lies in a box of the object: the middle of the map's greatest
    cell, or of the evidence's box (of several greatest cells, their mean); "mass inside", how much of the map, or of
    the box's area, lies in boxes of the object. "pointing, centre" and "mass, uniform" are what the middle of the
    photo and an even map would have had for the same nouns: by chance, a large object is hit. "(above centre)" and
    "(above uniform)" are the differences, each from the same photos. "box IoU>=.5" is the share of boxes that overlap
    some box of the object so well; maps have none.

    A map covers the whole photo, which networks see squashed to a square. Objects are things: stuff covers too much of
    a photo to be missed. Scores are ratios of sums over photos, so that a photo counts by its nouns.

    A row is (boxed nouns, with evidence, hits, mass, hits of the centre, mass of an even map, boxes, IoU >= .5).
    """

    name: ClassVar[str] = "grounding"
    version: ClassVar[int] = 3
    scores: ClassVar[tuple[str, ...]] = (
        NOUNS,
        SHOWN,
        POINTING,
        CENTRE,
        MASS,
        UNIFORM,
        OVERLAP,
        ABOVE_CENTRE,
        ABOVE_UNIFORM,
    )
    better: ClassVar[Mapping[str, Better]] = dict.fromkeys((NOUNS, SHOWN, CENTRE, UNIFORM), "neither")
    undefined: ClassVar[Mapping[str, str]] = {
        SHOWN: "these captions name no boxed thing",
        **dict.fromkeys(
            (POINTING, CENTRE, MASS, UNIFORM, ABOVE_CENTRE, ABOVE_UNIFORM),
            "these captions have no evidence at words that name boxed things",
        ),
        OVERLAP: "these captions have no evidence that is a box at words that name boxed things",
    }
    reads: ClassVar[tuple[str, ...]] = ("detections",)
    needs: ClassVar[tuple[str, ...]] = ("detections",)

    def fingerprint(self) -> str:
        return f"captionloom grounding on boxes of things; {english.installed()}; synonyms {synonyms().version}"

    def unavailable(self) -> str:
        return english.unavailable()

    def rows(self, scenes: Sequence[Scene], truth: Sequence[Truth]) -> Array:
        """(photos, 8) counts and sums."""
        parses = parse([scene.captions[0].text if scene.captions else "" for scene in scenes])
        found = [_row(*each) for each in zip(scenes, truth, parses, strict=True)]
        return np.array(found, dtype=float).reshape(-1, 8)

    def aggregate(self, rows: Array) -> dict[str, float]:
        """Nouns a caption, and shares in [0, 1]; NaN where there is nothing to share out."""
        return dict(zip(self.scores, self.from_sums(rows.sum(axis=0), len(rows)).tolist(), strict=True))

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., scores)."""
        nouns, shown, hits, mass, centre, uniform, boxes, right = np.moveaxis(sums, -1, 0)
        of_shown = [share(part, shown) for part in (hits, centre, mass, uniform)]
        above = [share(hits - centre, shown), share(mass - uniform, shown)]
        return np.stack([nouns / photos, share(shown, nouns), *of_shown, share(right, boxes), *above], axis=-1)


def _row(scene: Scene, truth: Truth, read: Parse) -> Array:
    row = np.zeros(8)
    things: dict[str, list[Box]] = {}
    for item in truth.detections or ():
        if item.kind == "thing":
            things.setdefault(item.label, []).append(item.box)
    caption = scene.captions[0] if scene.captions else None
    for token, label in _nouns(read):
        named = match(label, things)
        if caption and named is not None:
            row += _noun(scene, _evidence(caption, read, token), things[named])
    return row


def _nouns(read: Parse) -> list[tuple[int, str]]:
    return [(token, label) for token, kind, label in reduced(read) if kind == "noun"]


def _noun(scene: Scene, why: Evidence | None, boxes: Sequence[Box]) -> Array:
    """The row of one noun."""
    photo = Box(0.0, 0.0, scene.image.width, scene.image.height)
    box, weights = _box(scene, why), _map(why)
    if box is not None:
        best = max(iou(box, other) for other in boxes)
        shown = _hit(_middle(box), boxes), covered(boxes, box).item()
        overlap = 1.0, float(best >= RIGHT_FROM)
    elif weights is not None:
        shown, overlap = _pointed(weights, photo, boxes), (0.0, 0.0)
    else:
        return np.array([1.0, *[0.0] * 7])
    return np.array([1.0, 1.0, *shown, _hit(_middle(photo), boxes), covered(boxes, photo).item(), *overlap])


def _box(scene: Scene, why: Evidence | None) -> Box | None:
    detections: Sequence[Detection] = scene.fields.get("detections") or ()
    if why is None or why.detection is None or why.detection >= len(detections):
        return None
    return detections[why.detection].box


def _map(why: Evidence | None) -> Array | None:
    """(rows, columns), or None where there is no map or nothing on it."""
    if why is None or why.shape is None or len(why.weights) != math.prod(why.shape) or not sum(why.weights) > 0:
        return None
    return np.array(why.weights).reshape(why.shape)


def _pointed(weights: Array, photo: Box, boxes: Sequence[Box]) -> tuple[float, float]:
    """Whether the greatest cells of a map lie in boxes, and the share of its mass that does."""
    rows, columns = weights.shape
    greatest = np.argwhere(weights == weights.max()) + 0.5  # (cells, 2), their middles
    hits = [_hit((x * photo.right / columns, y * photo.bottom / rows), boxes) for y, x in greatest.tolist()]
    inside = (weights * covered(boxes, photo, rows, columns)).sum() / weights.sum()
    return sum(hits) / len(hits), float(inside)


def _middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def _hit(point: tuple[float, float], boxes: Sequence[Box]) -> float:
    x, y = point
    return float(any(box.left <= x < box.right and box.top <= y < box.bottom for box in boxes))


def _evidence(caption: Caption, read: Parse, token: int) -> Evidence | None:
    """That of the caption's word which the parser's token is: captions and parsers cut sentences differently."""
    words = [word.lower().strip(punctuation) for word in caption.words]
    for start, place, length in SequenceMatcher(None, read.words, words, autojunk=False).get_matching_blocks():
        if start <= token < start + length and place + token - start < len(caption.evidence):
            return caption.evidence[place + token - start]
    return None
