"""The photo of a layout: bands, things from far to near, light and grain; and the mask and box of every thing."""

import numpy as np

from pipeline.records import Array, Box
from stages.datasets._scenes_creatures import person
from stages.datasets._scenes_kinds import KINDS
from stages.datasets._scenes_layout import Layout, Thing
from stages.datasets._scenes_pen import FINE, SIDE, Colour, Pen, shade
from stages.datasets._scenes_stuff import paint


def draw(layout: Layout, rng: np.random.Generator) -> tuple[Array, tuple[Array, ...]]:
    """The photo, (224, 224, 3) uint8, and each thing's own mask, (224, 224) bool, whatever hides it."""
    canvas = np.zeros((FINE, FINE, 3), dtype=np.uint8)
    paint(rng, canvas, layout.bands, layout.place)
    masks = []
    for thing in layout.things:
        pen = Pen(canvas, 2 * thing.left, 2 * thing.top, 2 * thing.width, 2 * thing.height, thing.mirrored)
        drawing = KINDS[thing.kind].draw
        if drawing is None:
            person(pen, thing.paint, thing.action, thing.form, thing.skin, thing.hair)
        else:
            drawing(pen, thing.paint, thing.action)
        if thing.pattern:
            step = thing.height * 2 // (11 if thing.pattern == "striped" else 8)
            pen.decorate(thing.pattern, _second_colour(thing), max(9, step))
        rows = pen.mask[0::2] | pen.mask[1::2]
        masks.append((rows[:, 0::2] | rows[:, 1::2]) > 0)
    return _light(_halve(canvas), rng), tuple(masks)


def _second_colour(thing: Thing) -> Colour:
    """The colour of stripes and spots: on animals a darker one, else white or dark, whichever is seen better."""
    brightest = max(thing.paint)
    if thing.kind in ("dog", "cat"):
        return shade(thing.paint, 55) if brightest > 80 else (150, 150, 150)
    return (246, 246, 240) if brightest < 215 or thing.colour == "red" else (52, 48, 56)


def _halve(canvas: Array) -> Array:
    """Means of two by two pixels, rounded."""
    rows: Array = np.add(canvas[0::2], canvas[1::2], dtype=np.uint16)
    means: Array = np.right_shift(rows[:, 0::2] + rows[:, 1::2] + np.uint16(2), 2)
    return means


def _light(photo: Array, rng: np.random.Generator) -> Array:
    """A light gradient over the photo and grain, in integers."""
    down, across = (rng.integers(-18, 19, 2)).tolist()
    level = int(rng.integers(86, 110))
    ramp = np.arange(SIDE) - SIDE // 2
    percent_sides = level * SIDE + ramp[:, None] * down + ramp[None, :] * across  # (height, width)
    gain = percent_sides * 128 // (100 * SIDE)  # 128ths
    most = int(rng.integers(3, 15))
    grain = rng.integers(-most, most + 1, (SIDE, SIDE), dtype=np.int16)
    wide = np.multiply(photo.reshape(SIDE, -1), np.repeat(gain.astype(np.uint16), 3, axis=1), dtype=np.uint16)
    lit = (wide >> 7).astype(np.int16) + np.repeat(grain, 3, axis=1)  # (height, 3 width)
    finished: Array = lit.clip(0, 255).astype(np.uint8).reshape(photo.shape)
    return finished


def boxes(masks: tuple[Array, ...]) -> tuple[Box, ...]:
    """The tight box of every mask."""
    found = []
    for mask in masks:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        found.append(Box(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)))
    return tuple(found)
