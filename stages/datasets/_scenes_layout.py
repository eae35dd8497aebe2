"""Composing a scene: which things, where, how large, in what pose and colour, before anything is painted."""

from dataclasses import dataclass, replace

import numpy as np

from stages.datasets._scenes_kinds import KINDS, PLACES, PLACES_BY_NAME, Place
from stages.datasets._scenes_pen import HAIR, PALETTE, SIDE, SKIN, Colour
from stages.datasets._scenes_stuff import Band, bands, jitter, pick

MOST_HIDDEN = 0.3
"""The largest share of a thing's box that boxes of nearer things may cover."""
COUNT_CHANCES = (0.02, 0.25, 0.28, 0.22, 0.14, 0.09)
"""Chances of wanting 0, 1, ... 5 things; where they do not fit there are fewer."""
SAME_AGAIN = 0.35
"""Chance that the next thing is of the kind of one that is there."""
LEAST_UPPER = 14
"""Least height in pixels of a thing upon another."""
FORMS = ("man", "woman", "boy", "girl")


@dataclass(frozen=True, slots=True)
class Seat:
    """How a thing sits upon its carrier.

    Attributes:
        size: height of the upper thing in its tallest pose, as a share of the carrier's height.
        down, across: where the middle of its lower edge is in the carrier's drawing, facing right.
        actions: the poses it may have there.
        under: the poses of the carrier below it, () for any.
    """

    size: float
    down: float
    across: float
    actions: tuple[str, ...]
    under: tuple[str, ...] = ()


SEATS: dict[str, dict[str, Seat]] = {
    "horse": {"person": Seat(0.975, 0.62, 0.46, ("riding",), ("standing", "running"))},
    "elephant": {"person": Seat(0.575, 0.42, 0.4, ("riding",), ("standing", "walking"))},
    "bicycle": {"person": Seat(1.475, 0.92, 0.46, ("riding",), ("moving",))},
    "person": {"umbrella": Seat(0.72, 0.475, 0.86, ("standing",), ("standing", "walking"))},
    "chair": {
        "person": Seat(1.44, 1.0, 0.58, ("sitting",)),
        "cat": Seat(0.5, 0.56, 0.58, ("sitting",)),
    },
    "table": {
        "bottle": Seat(0.95, 0.12, 0.5, ("standing",)),
        "cat": Seat(1.0, 0.12, 0.5, ("sitting", "lying")),
        "flower": Seat(1.05, 0.12, 0.5, ("growing",)),
    },
    "car": {"cat": Seat(0.9, 0.06, 0.46, ("sitting", "lying"))},
    "house": {"bird": Seat(0.3, 0.06, 0.5, ("standing",))},
}
"""Carrier -> what may be upon it (an umbrella is held over a person)."""
CARRY_CHANCES = {
    "horse": 0.5,
    "elephant": 0.5,
    "bicycle": 0.6,
    "person": 0.15,
    "chair": 0.5,
    "table": 0.45,
    "car": 0.2,
    "house": 0.2,
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing as it will be painted; `left`, `top`, `width` and `height` are pixels of its drawing.

    Attributes:
        form: man, woman, boy or girl for a person, else empty.
        action: its pose.
        foot: the row it stands on; larger is nearer to the viewer.
        zone: ground, water or air.
        band: index of the stuff it is on, in or against.
        upon: index of the thing that carries it.
        held: whether it is an umbrella held over the thing `upon`.
    """

    kind: str
    form: str
    action: str
    colour: str
    pattern: str
    paint: Colour
    skin: Colour
    hair: Colour
    left: int
    top: int
    width: int
    height: int
    foot: int
    zone: str
    band: int
    mirrored: bool
    upon: int | None = None
    held: bool = False

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Layout:
    """A place, its bands of stuff from the top down, and its things, farthest first."""

    place: str
    bands: tuple[Band, ...]
    things: tuple[Thing, ...]


def compose(rng: np.random.Generator) -> Layout:
    """Draw a layout: a place, and 0 to 5 things that hide at most MOST_HIDDEN of each other."""
    place = PLACES[pick(rng, [PLACES_BY_NAME[name].chance for name in PLACES])]
    layers = bands(rng, place)
    wanted = pick(rng, COUNT_CHANCES)
    things: list[Thing] = []
    tries = 0
    while len(things) < wanted and tries < 30:
        tries += 1
        group = _group(rng, PLACES_BY_NAME[place], layers, things, wanted - len(things))
        if group and _fits(things, group):
            base = len(things)
            things += [_carried_by(thing, {0: base}) for thing in group]
    order = sorted(range(len(things)), key=lambda i: (_depth(things, i), i))
    moved = {old: new for new, old in enumerate(order)}
    return Layout(place, layers, tuple(_carried_by(things[i], moved) for i in order))


def _carried_by(thing: Thing, moved: dict[int, int]) -> Thing:
    """The thing with the new index of its carrier."""
    return thing if thing.upon is None else replace(thing, upon=moved[thing.upon])


def _depth(things: list[Thing], index: int) -> int:
    """Order of painting: far before near, a carrier before what it carries, the sky first of all."""
    thing = things[index]
    if thing.upon is not None:
        return 2 * things[thing.upon].foot + 1
    return 2 * thing.foot - (10_000 if thing.zone == "air" else 0)


def _group(
    rng: np.random.Generator, place: Place, layers: tuple[Band, ...], things: list[Thing], room: int
) -> list[Thing]:
    """One thing, or a carrier with what it carries; empty where there is no room for it."""
    zones = (("ground", place.ground, 3.0), ("water", place.water, 1.8), ("air", place.air, 0.45))
    zone, kinds, _ = zones[pick(rng, [weight * bool(chances) for _, chances, weight in zones])]
    names = tuple(kinds)
    kind = names[pick(rng, [kinds[name] for name in names])]
    if things and rng.random() < SAME_AGAIN:
        last = things[int(rng.integers(0, len(things)))]
        if last.upon is None and last.kind in kinds:
            kind = last.kind
    carries = zone == "ground" and room > 1 and rng.random() < CARRY_CHANCES.get(kind, 0.0)
    upper = tuple(SEATS[kind])[int(rng.integers(0, len(SEATS[kind])))] if carries else ""
    first = _single(rng, kind, zone, layers, SEATS[kind][upper].under if upper else ())
    if first is None or not upper:
        return [first] if first else []
    return _stack(rng, first, upper, layers)


def _single(
    rng: np.random.Generator, kind: str, zone: str, layers: tuple[Band, ...], actions: tuple[str, ...]
) -> Thing | None:
    """A thing somewhere in its zone, in one of `actions` (any where empty); None where it would not fit."""
    facts = KINDS[kind]
    band = _band(rng, kind, zone, layers)
    region = layers[band]
    action = _action(rng, kind, zone, region.label, actions)
    aspect, share, _ = facts.poses[action]
    low, high = region.top + (2 if zone == "air" else 8), region.bottom - (2 if zone == "air" else 5)
    size = 0.86 + 0.28 * rng.random()
    if zone == "air":
        height = round(facts.height * size * share)
        if low + height >= high:
            return None
        foot = int(rng.integers(low + height, high))
    else:
        foot = int(rng.integers(low, high))
        horizon = layers[0].bottom
        depth = 0.64 + 0.36 * (foot - horizon) / (SIDE - horizon)
        height = round(facts.height * size * share * depth)
    width = round(height * aspect)
    if width > SIDE - 8 or foot - height < 3:
        return None
    left = int(rng.integers(3, SIDE - width - 3))
    colour, pattern, paint = _colour(rng, kind, (*region.attributes, *layers[0].attributes))
    form, skin, hair = _looks(rng, kind)
    if form in ("boy", "girl"):
        width, height = width * 4 // 5, height * 4 // 5
    return Thing(
        kind, form, action, colour, pattern, paint, skin, hair, left, foot - height, width, height, foot, zone, band,
        bool(rng.integers(0, 2)),
    )  # fmt: skip


def _action(rng: np.random.Generator, kind: str, zone: str, ground: str, actions: tuple[str, ...]) -> str:
    poses = KINDS[kind].poses
    if actions:
        return actions[int(rng.integers(0, len(actions)))]
    if zone == "water" and "swimming" in poses:
        return "swimming"
    if zone == "air" or kind in ("car", "bus"):
        return "flying" if zone == "air" else "driving" if ground == "road" else "parked"
    never = {"flying"} if ground == "grass" else {"flying", "grazing"}
    names = [name for name in poses if name not in never]
    return names[pick(rng, [poses[name][2] for name in names])]


def _band(rng: np.random.Generator, kind: str, zone: str, layers: tuple[Band, ...]) -> int:
    if zone == "air":
        return 0
    labels = [band.label for band in layers]
    if zone == "water":
        return labels.index("water")
    if "road" in labels:
        beside = kind in ("person", "dog", "cat") and rng.random() < 0.3
        return labels.index("grass") if beside else labels.index("road")
    return next(i for i, label in enumerate(labels) if label not in ("sky", "water"))


def _colour(rng: np.random.Generator, kind: str, behind: tuple[str, ...]) -> tuple[str, str, Colour]:
    """A colour that what is behind does not have, if there is one, with a pattern and the exact shade."""
    facts = KINDS[kind]
    names = [name for name in facts.colours if name not in behind] or list(facts.colours)
    colour = names[int(rng.integers(0, len(names)))]
    if kind == "tree" and rng.random() < 0.6:  # most trees are green, whatever they stand on
        colour = "green"
    pattern = ""
    if facts.patterns and rng.random() < 0.3:
        pattern = facts.patterns[int(rng.integers(0, len(facts.patterns)))]
    return colour, pattern, jitter(rng, PALETTE[colour], 12)


def _looks(rng: np.random.Generator, kind: str) -> tuple[str, Colour, Colour]:
    skin, hair = SKIN[int(rng.integers(0, len(SKIN)))], HAIR[int(rng.integers(0, len(HAIR)))]
    form = FORMS[pick(rng, (4, 4, 2, 2))]
    return (form if kind == "person" else ""), skin, hair


def _stack(rng: np.random.Generator, first: Thing, carried: str, layers: tuple[Band, ...]) -> list[Thing]:
    """The carrier with the thing upon it; nothing where that would leave the photo."""
    seat = SEATS[first.kind][carried]
    action = seat.actions[int(rng.integers(0, len(seat.actions)))]
    aspect, share, _ = KINDS[carried].poses[action]
    height = round(first.height * seat.size * share)
    width = round(height * aspect)
    left = first.left + round(first.width * (1 - seat.across if first.mirrored else seat.across)) - width // 2
    top = first.top + round(first.height * seat.down) - height
    if top < 3 or left < 3 or left + width > SIDE - 3 or height < LEAST_UPPER:
        return []
    colour, pattern, paint = _colour(rng, carried, (first.colour, *layers[first.band].attributes))
    form, skin, hair = _looks(rng, carried)
    upper = Thing(
        carried, form, action, colour, pattern, paint, skin, hair, left, top, width, height, first.foot, first.zone,
        first.band, first.mirrored, 0, carried == "umbrella",
    )  # fmt: skip
    return [first, upper]


def _fits(things: list[Thing], group: list[Thing]) -> bool:
    """Whether no thing would be hidden too much, things of one group aside."""
    for i, far in enumerate([*things, *group]):
        hidden = 0.0
        for j, near in enumerate([*things, *group]):
            apart = (i < len(things)) == (j < len(things))
            if i == j or (apart and i >= len(things)) or near.foot < far.foot:
                continue
            across = min(near.right, far.right) - max(near.left, far.left)
            down = min(near.bottom, far.bottom) - max(near.top, far.top)
            hidden += max(0, across) * max(0, down) / (far.width * far.height)
        if hidden > MOST_HIDDEN:
            return False
    return True
