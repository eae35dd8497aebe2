"""The ground a scene stands on: bands of stuff from the sky down, their texture, and clutter that is no object."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.records import Array
from stages.datasets._scenes_kinds import GROUNDS, PLACES_BY_NAME, SKIES
from stages.datasets._scenes_pen import FINE, SIDE, WOOD, Colour, shade


@dataclass(frozen=True, slots=True)
class Band:
    """A region of stuff over the whole width, from row `top` to row `bottom` of the photo."""

    label: str
    attributes: tuple[str, ...]
    colour: Colour
    top: int
    bottom: int


def pick(rng: np.random.Generator, weights: Any) -> int:
    """An index drawn with the given weights."""
    sums = np.cumsum(np.asarray(weights, dtype=np.float64))
    return int(np.searchsorted(sums, rng.random() * sums[-1], side="right"))


def jitter(rng: np.random.Generator, colour: Colour, most: int) -> Colour:
    """A colour near another: each channel moves by at most `most`."""
    red, green, blue = (
        int(min(255, max(0, c + m))) for c, m in zip(colour, rng.integers(-most, most + 1, 3), strict=True)
    )
    return red, green, blue


def bands(rng: np.random.Generator, place: str) -> tuple[Band, ...]:
    """The bands of a place, with their colours and where each begins and ends."""
    labels = PLACES_BY_NAME[place].bands
    horizon = int(rng.integers(72, 112))
    edges = [0, horizon, SIDE]
    if len(labels) == 1:
        edges = [0, SIDE]
    elif len(labels) == 3:
        depth = {"beach": (30, 56), "lake": (38, 60), "street": (14, 40)}[place]
        edges = [0, horizon - 8, horizon - 8 + int(rng.integers(*depth)), SIDE]
    found = []
    for label, top, bottom in zip(labels, edges, edges[1:], strict=False):
        if label == "sky":
            attributes, colour, _ = SKIES[pick(rng, [sky[2] for sky in SKIES])]
        else:
            name, colour, _ = GROUNDS[label][pick(rng, [ground[2] for ground in GROUNDS[label]])]
            attributes = (name,)
        found.append(Band(label, attributes, jitter(rng, colour, 14), top, bottom))
    return tuple(found)


def paint(rng: np.random.Generator, canvas: Array, layers: tuple[Band, ...], place: str) -> None:
    """Paint the bands, their texture, far hills, a fence in parks, and small marks that are no object."""
    import cv2

    for band in layers:
        top, bottom = 2 * band.top, 2 * band.bottom
        rows = np.linspace(108, 92, bottom - top).astype(np.int64)[:, None] * np.array(band.colour)[None, :] // 100
        canvas[top:bottom] = np.tile(rows.clip(0, 255).astype(np.uint8), (1, FINE)).reshape(-1, FINE, 3)
        _texture(rng, canvas, band, cv2)
        if band.label == "sky" and len(layers) > 1:
            _hills(rng, canvas, bottom, layers[1], cv2)
    if place == "park":
        _fence(canvas, 2 * layers[1].top, cv2)
    _clutter(rng, canvas, layers, cv2)


def _clouds(rng: np.random.Generator, canvas: Array, sky: Band, cv2: Any) -> None:
    """Clouds of three lumps each: white in a blue sky, dark in a grey one."""
    tone = (250, 250, 252) if "blue" in sky.attributes else (150, 153, 160)
    for _ in range(int(rng.integers(3, 6))):
        x, y = int(rng.integers(0, FINE)), int(rng.integers(0, sky.bottom * 3 // 2))
        size = int(rng.integers(14, 26))
        for shift in (-22, 0, 24):
            lump = (size + int(rng.integers(0, 14)), size // 2 + int(rng.integers(0, 6)))
            cv2.ellipse(canvas, (x + shift, y + abs(shift) // 5), lump, 0, 0, 360, tone, -1)


def _texture(rng: np.random.Generator, canvas: Array, band: Band, cv2: Any) -> None:
    """Blades, waves, drifts or grains, larger towards the viewer; marks on roads; clouds."""
    if band.label == "sky":
        if "cloudy" in band.attributes:
            _clouds(rng, canvas, band, cv2)
        return
    top, bottom = 2 * band.top, 2 * band.bottom
    tall = bottom - top
    amount = {"grass": 150, "water": 46, "road": 40, "sand": 110, "snow": 36}[band.label] * tall // 260 + 6
    xs, ys, tones = rng.integers(0, FINE, amount), rng.integers(top + 2, bottom, amount), rng.integers(82, 118, amount)
    for x, y, tone in zip(xs.tolist(), ys.tolist(), tones.tolist(), strict=True):
        colour = shade(band.colour, tone)
        near = 1 + 3 * (y - top) // max(1, tall)
        if band.label == "grass":
            cv2.line(canvas, (x, y), (x + (tone % 5) - 2, max(top, y - 5 - 3 * near)), colour, 2)
        elif band.label in ("water", "snow"):
            cv2.ellipse(canvas, (x, y), (9 * near, near), 0, 0, 360, colour, -1)
        else:
            cv2.circle(canvas, (x, y), near, colour, -1)
    if band.label == "road":
        middle = (top * 2 + bottom * 3) // 5
        for x in range(int(rng.integers(-60, 0)), FINE, 92):
            cv2.rectangle(canvas, (x, middle), (x + 46, middle + 7), (224, 220, 206), -1)
        cv2.rectangle(canvas, (0, top), (FINE, top + 5), shade(band.colour, 150), -1)


def _hills(rng: np.random.Generator, canvas: Array, foot: int, ground: Band, cv2: Any) -> None:
    """Low hills on the horizon: clutter, not a region of the truth."""
    if ground.label == "water" or rng.random() < 0.4:
        return
    tone = shade(ground.colour, int(rng.integers(72, 92)))
    for _ in range(int(rng.integers(1, 4))):
        x, wide, tall = int(rng.integers(0, FINE)), int(rng.integers(70, 180)), int(rng.integers(10, 34))
        cv2.ellipse(canvas, (x, foot), (wide, tall), 0, 180, 360, tone, -1)


def _fence(canvas: Array, horizon: int, cv2: Any) -> None:
    """A low fence along the horizon, which tells a park from a field."""
    for x in range(6, FINE, 28):
        cv2.rectangle(canvas, (x, horizon - 20), (x + 6, horizon + 8), WOOD, -1)
    for y in (horizon - 14, horizon - 2):
        cv2.rectangle(canvas, (0, y), (FINE, y + 4), shade(WOOD, 120), -1)


def _clutter(rng: np.random.Generator, canvas: Array, layers: tuple[Band, ...], cv2: Any) -> None:
    """Rocks, bushes and posts of up to 30 pixels, and scraps of at most 8, none of which the truth speaks of."""
    top = 2 * layers[1].top if len(layers) > 1 else 0
    ground = layers[-1] if layers[-1].label != "water" else layers[1]
    for _ in range(int(rng.integers(0, 4)) if ground.label not in ("sky", "water") else 0):
        x, y = int(rng.integers(0, FINE)), int(rng.integers(2 * ground.top + 8, 2 * ground.bottom))
        size = int(rng.integers(9, 20)) + (y - top) // 30
        _lump(rng, canvas, (x, y), size, ground.label, cv2)
    count = int(rng.integers(3, 13))
    places = rng.integers((0, top), (FINE, FINE), (count, 2)).tolist()
    for x, y in places:
        tone = tuple(int(c) for c in rng.integers(40, 235, 3))
        size, sort = int(rng.integers(2, 7)), int(rng.integers(0, 3))
        if sort == 0:
            cv2.ellipse(canvas, (x, y), (size, size * 2 // 3 + 1), 0, 0, 360, tone, -1)
        elif sort == 1:
            cv2.line(canvas, (x, y), (x + size, y - size), tone, 2)
        else:
            cv2.rectangle(canvas, (x, y), (x + size, y + size), tone, -1)


def _lump(rng: np.random.Generator, canvas: Array, foot: tuple[int, int], size: int, ground: str, cv2: Any) -> None:
    """A rock; on grass also a bush or a post."""
    x, y = foot
    sort, tone = int(rng.integers(0, 3)) * (ground == "grass"), int(rng.integers(70, 125))
    if sort == 0:
        grey = shade((128, 120, 112), tone)
        corners = [
            (-size, 0),
            (-size * 4 // 5, -size // 2),
            (-size // 5, -size),
            (size * 3 // 5, -size * 3 // 4),
            (size, 0),
        ]
        cv2.fillPoly(canvas, [np.array([(x + dx, y + dy) for dx, dy in corners], dtype=np.int32)], grey)
        cv2.line(canvas, (x - size // 5, y - size), (x, y - size // 3), shade(grey, 75), 2)
    elif sort == 1:
        for dx, dy in ((-size, -size // 3), (size, -size // 3), (0, -size * 2 // 3)):
            lump = (size, size * 2 // 3)
            cv2.ellipse(canvas, (x + dx, y + dy), lump, 0, 0, 360, shade((74, 120, 62), tone + dy // 3), -1)
    else:
        cv2.rectangle(canvas, (x - size // 5, y - 3 * size), (x + size // 5, y), shade(WOOD, tone + 20), -1)
        cv2.rectangle(canvas, (x - size // 5, y - 3 * size), (x + size // 5, y - 3 * size + 4), shade(WOOD, 60), -1)
