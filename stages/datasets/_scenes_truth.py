"""What is exactly true of a layout: boxes, attributes, prepositions and triplets."""

import math

from pipeline.records import AttributeScores, Box, Detection, Relation, Triplet
from stages.datasets._scenes_kinds import KINDS
from stages.datasets._scenes_layout import Layout, Thing
from stages.datasets._scenes_pen import SIDE

PREPOSITIONS = (
    "above", "against", "around", "behind", "below", "beneath", "beside", "by",
    "in", "in front of", "near", "next to", "on", "over", "under", "within",
)  # fmt: skip
"""The sixteen prepositions of truth.relations."""
ABOVE, BELOW = ("above", "over"), ("below", "beneath", "under")
BESIDE = ("beside", "by", "near", "next to")
CLOSE = 22
"""Things whose boxes are at most this many pixels apart are near each other."""


def detections(layout: Layout, found: tuple[Box, ...]) -> tuple[Detection, ...]:
    """Things, then stuff, each with its one true label."""
    things = [Detection(box, ((thing.kind, 1.0),)) for thing, box in zip(layout.things, found, strict=True)]
    stuff = [
        Detection(Box(0.0, float(band.top), float(SIDE), float(band.bottom)), ((band.label, 1.0),), "stuff")
        for band in layout.bands
    ]
    return (*things, *stuff)


def attributes(layout: Layout) -> tuple[AttributeScores, ...]:
    """Every true attribute of every detection, in the order of `detections`."""
    things = [(thing.colour, thing.pattern) if thing.pattern else (thing.colour,) for thing in layout.things]
    return tuple(
        AttributeScores(tuple((name, 1.0) for name in names))
        for names in [*things, *(b.attributes for b in layout.bands)]
    )


def relations(layout: Layout, found: tuple[Box, ...]) -> tuple[Relation, ...]:
    """Every true preposition of every ordered pair of detections; pairs without any are left out."""
    things, count = layout.things, len(layout.things)
    said: list[tuple[int, int, tuple[str, ...]]] = []
    for i, one in enumerate(things):
        for j, two in enumerate(things):
            if i != j:
                said.append((i, j, between(i, one, found[i], j, two, found[j])))
        for k, band in enumerate(layout.bands):
            said += [(i, count + k, on_stuff(one, k, band.label)), (count + k, i, stuff_on(one, k, band.label))]
    for k in range(len(layout.bands)):
        for m in range(len(layout.bands)):
            if k != m:
                said.append((count + k, count + m, between_stuff(k, m)))
    return tuple(Relation(i, j, tuple((word, 1.0) for word in sorted(words))) for i, j, words in said if words)


def between(i: int, one: Thing, a: Box, j: int, two: Thing, b: Box) -> tuple[str, ...]:
    """The prepositions p of "one p two" for two things with boxes a and b."""
    if one.upon == j:
        return (*ABOVE, "near") if one.held else (*ABOVE, "near", "on")
    if two.upon == i:
        return (*BELOW, "near")
    words: set[str] = set()
    shared = min(a.right, b.right) - max(a.left, b.left)
    overlap = shared / min(a.right - a.left, b.right - b.left)
    gap = max(max(a.left, b.left) - min(a.right, b.right), max(a.top, b.top) - min(a.bottom, b.bottom), 0.0)
    if gap <= CLOSE:
        words.add("near")
    if overlap > 0.5 and a.bottom <= b.top and one.zone == "air":
        words.update(ABOVE)
    if overlap > 0.5 and b.bottom <= a.top and two.zone == "air":
        words.update(BELOW)
    if one.zone != "air" and two.zone != "air":
        level = abs(one.foot - two.foot)
        if gap <= CLOSE and overlap < 0.3 and level <= 20 and one.upon is None and two.upon is None:
            words.update(BESIDE)
        if overlap > 0.3 and level >= 8:
            words.add("in front of" if one.foot > two.foot else "behind")
    return tuple(words)


def on_stuff(thing: Thing, index: int, label: str) -> tuple[str, ...]:
    """The prepositions of "thing p stuff"."""
    if thing.zone == "air":
        return ("against", "in", "within") if label == "sky" else ABOVE
    if label == "sky":
        return BELOW
    if index != thing.band:
        return ()
    if thing.zone == "water":
        return ("in", "on", "within")
    if thing.upon is not None:
        return ABOVE
    return ("in", "on") if label in ("grass", "snow") else ("on",)


def stuff_on(thing: Thing, index: int, label: str) -> tuple[str, ...]:
    """The prepositions of "stuff p thing"."""
    if thing.zone == "air":
        return ("around", "behind") if label == "sky" else BELOW
    if label == "sky":
        return ABOVE
    if index != thing.band:
        return ()
    return ("around", "beneath", "under") if thing.zone == "water" else BELOW


def between_stuff(k: int, m: int) -> tuple[str, ...]:
    """The prepositions of "band k p band m"; bands are numbered from the top."""
    near = ("by", "near", "next to") if abs(k - m) == 1 and min(k, m) > 0 else ()
    return (*near, *((ABOVE if k < m else BELOW) if min(k, m) == 0 else ()))


def salience(thing: Thing) -> float:
    """How much people care to mention a thing: its kind, and its size."""
    return KINDS[thing.kind].salience * (0.6 + math.sqrt(thing.width * thing.height) / 160)


def triplets(layout: Layout) -> tuple[Triplet, ...]:
    """(kind, action, place) of every thing, most salient first; without things none."""
    ranked = sorted(layout.things, key=lambda thing: -salience(thing))
    return tuple(dict.fromkeys(Triplet(thing.kind, thing.action, layout.place) for thing in ranked))
