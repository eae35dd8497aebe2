"""What can be in a drawn scene: kinds of thing with their sizes, poses and colours; stuff; and places."""

from collections.abc import Callable
from dataclasses import dataclass

from stages.datasets import _scenes_creatures as creatures
from stages.datasets import _scenes_objects as objects
from stages.datasets._scenes_pen import PALETTE, Colour, Pen

COLOURS = tuple(PALETTE)
PATTERNS = ("striped", "spotted")
STUFF = ("sky", "grass", "water", "road", "sand", "snow")

Drawing = Callable[[Pen, Colour, str], None]
FUR = ("brown", "black", "white", "grey")
PAINT = ("red", "blue", "yellow", "green", "white", "orange", "purple", "black", "pink")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing.

    Attributes:
        draw: paints it; None for people, who are drawn with skin, hair and form as well.
        height: pixels, where it stands nearest to the viewer.
        poses: action -> (width / height of the drawing, height as a share of `height`, chance).
        colours: what its body may be.
        patterns: what may be on its body.
        salience: how much people care to mention it, 1 for a person.
    """

    draw: Drawing | None
    height: int
    poses: dict[str, tuple[float, float, float]]
    colours: tuple[str, ...]
    salience: float
    patterns: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "person": Kind(
        None,
        118,
        {
            "standing": (0.36, 1.0, 5.0),
            "walking": (0.46, 1.0, 3.0),
            "running": (0.62, 0.98, 4.0),
            "jumping": (0.6, 1.0, 3.0),
            "lying": (2.6, 0.38, 2.0),
            "sitting": (0.52, 0.8, 0.0),
            "riding": (0.44, 0.8, 0.0),
            "swimming": (1.6, 0.42, 0.0),
        },
        PAINT,
        1.0,
        ("striped", "spotted"),
    ),
    "dog": Kind(
        creatures.dog,
        72,
        {
            "standing": (1.3, 1.0, 3.0),
            "running": (1.4, 0.95, 4.0),
            "jumping": (1.4, 0.95, 2.0),
            "sitting": (0.85, 1.05, 3.0),
            "lying": (1.75, 0.7, 2.0),
        },
        (*FUR, "orange"),
        0.9,
        ("spotted",),
    ),
    "cat": Kind(
        creatures.cat,
        66,
        {"standing": (1.25, 1.0, 2.0), "sitting": (0.72, 1.1, 4.0), "lying": (1.7, 0.66, 3.0)},
        ("black", "white", "grey", "orange", "brown"),
        0.9,
        ("striped",),
    ),
    "horse": Kind(
        creatures.horse,
        110,
        {"standing": (1.15, 1.0, 4.0), "running": (1.22, 0.98, 4.0), "grazing": (1.2, 0.9, 3.0)},
        FUR,
        0.95,
    ),
    "cow": Kind(
        creatures.cow,
        92,
        {"standing": (1.4, 1.0, 4.0), "grazing": (1.45, 0.95, 4.0), "lying": (1.7, 0.7, 2.0)},
        ("brown", "black", "white"),
        0.9,
        ("spotted",),
    ),
    "sheep": Kind(
        creatures.sheep,
        74,
        {"standing": (1.25, 1.0, 4.0), "grazing": (1.25, 0.96, 4.0)},
        ("white", "black", "grey", "brown"),
        0.85,
    ),
    "elephant": Kind(
        creatures.elephant, 124, {"standing": (1.25, 1.0, 4.0), "walking": (1.3, 1.0, 4.0)}, ("grey", "brown"), 0.95
    ),
    "bird": Kind(
        creatures.bird,
        54,
        {"flying": (1.35, 0.95, 5.0), "standing": (1.05, 1.0, 3.0)},
        ("red", "blue", "yellow", "black", "white", "brown", "green"),
        0.75,
    ),
    "duck": Kind(
        creatures.duck,
        56,
        {"swimming": (1.3, 0.8, 0.0), "standing": (1.1, 1.0, 3.0)},
        ("white", "brown", "yellow", "black"),
        0.8,
    ),
    "car": Kind(objects.car, 66, {"driving": (2.1, 1.0, 0.0), "parked": (2.1, 1.0, 1.0)}, (*PAINT, "grey"), 0.85),
    "bus": Kind(
        objects.bus,
        84,
        {"driving": (1.85, 1.0, 0.0), "parked": (1.85, 1.0, 1.0)},
        ("red", "blue", "yellow", "green", "white", "orange"),
        0.9,
        ("striped",),
    ),
    "bicycle": Kind(
        objects.bicycle,
        74,
        {"parked": (1.5, 1.0, 1.0), "moving": (1.5, 1.0, 0.0)},
        ("red", "blue", "yellow", "green", "white", "pink"),
        0.8,
    ),
    "train": Kind(
        objects.train, 70, {"moving": (2.3, 1.0, 1.0)}, ("red", "blue", "green", "black", "orange", "yellow"), 0.95
    ),
    "boat": Kind(
        objects.boat, 90, {"sailing": (0.95, 1.0, 1.0)}, ("red", "blue", "white", "green", "brown", "black"), 0.9
    ),
    "airplane": Kind(
        objects.airplane, 60, {"flying": (2.1, 1.0, 1.0)}, ("white", "red", "blue", "yellow", "grey", "orange"), 0.9
    ),
    "kite": Kind(
        objects.kite, 68, {"flying": (0.85, 1.0, 1.0)}, ("red", "yellow", "orange", "purple", "pink", "green"), 0.7,
        ("striped", "spotted"),
    ),
    "ball": Kind(
        objects.ball, 45, {"lying": (1.0, 1.0, 1.0)}, ("red", "yellow", "orange", "blue", "white", "purple", "pink"),
        0.55, ("striped", "spotted"),
    ),
    "chair": Kind(
        objects.chair, 78, {"standing": (0.72, 1.0, 1.0)}, ("red", "blue", "brown", "white", "green", "black"), 0.55
    ),
    "table": Kind(objects.table, 60, {"standing": (1.6, 1.0, 1.0)}, ("brown", "white", "grey", "black", "red"), 0.55),
    "bottle": Kind(
        objects.bottle, 62, {"standing": (0.36, 1.0, 1.0)}, ("green", "brown", "blue", "red", "purple"), 0.5
    ),
    "tree": Kind(objects.tree, 138, {"standing": (0.72, 1.0, 1.0)}, ("green", "orange", "yellow", "brown"), 0.4),
    "flower": Kind(
        objects.flower, 66, {"growing": (0.62, 1.0, 1.0)}, ("red", "yellow", "pink", "purple", "white", "orange"), 0.5
    ),
    "house": Kind(
        objects.house, 104, {"standing": (1.1, 1.0, 1.0)}, ("white", "red", "yellow", "brown", "blue", "pink"), 0.6
    ),
    "umbrella": Kind(
        objects.umbrella, 94, {"standing": (0.95, 1.0, 1.0)}, ("red", "blue", "yellow", "pink", "purple", "orange"),
        0.55, ("striped", "spotted"),
    ),
}  # fmt: skip
THINGS = tuple(KINDS)
ACTIONS = tuple(sorted({pose for kind in KINDS.values() for pose in kind.poses}))


@dataclass(frozen=True, slots=True)
class Place:
    """Bands of stuff from top to bottom, and the chances of kinds on its ground, on its water and in its air."""

    bands: tuple[str, ...]
    chance: float
    ground: dict[str, float]
    water: dict[str, float]
    air: dict[str, float]


_SKY = {"bird": 0.5, "airplane": 1.0, "kite": 0.9}
PLACES_BY_NAME: dict[str, Place] = {
    "beach": Place(
        ("sky", "water", "sand"), 1.4,
        {"person": 3, "dog": 2, "horse": 1.2, "ball": 3, "umbrella": 2, "chair": 4, "table": 1.5, "bottle": 1.5},
        {"boat": 2, "person": 1.4, "duck": 0.6},
        {"kite": 1.3, "bird": 0.6, "airplane": 0.6},
    ),
    "desert": Place(
        ("sky", "sand"), 0.7, {"elephant": 5, "horse": 1.5, "person": 1, "car": 1.2, "bottle": 1}, {}, _SKY
    ),
    "field": Place(
        ("sky", "grass"), 1.7,
        {"horse": 2, "cow": 3, "sheep": 2.4, "dog": 1, "elephant": 2.8, "person": 1.2, "tree": 1.2, "flower": 1.2,
         "house": 1, "train": 2.2},
        {}, _SKY,
    ),
    "lake": Place(
        ("sky", "grass", "water"), 1.1, {"tree": 1, "house": 1, "cow": 1, "horse": 0.8, "sheep": 1, "person": 0.6},
        {"duck": 3, "boat": 2, "person": 1}, {"bird": 0.5, "kite": 0.5},
    ),
    "park": Place(
        ("sky", "grass"), 2.2,
        {"person": 2, "dog": 1.6, "cat": 1.4, "bird": 0.7, "duck": 0.7, "bicycle": 1.5, "ball": 2.6, "chair": 3.2,
         "table": 3.4, "bottle": 1, "tree": 1.3, "flower": 1.2, "umbrella": 1},
        {}, {"kite": 1.2, "bird": 0.5},
    ),
    "sea": Place(("sky", "water"), 0.7, {}, {"boat": 3, "duck": 1.5, "person": 2}, {"bird": 0.7, "airplane": 1}),
    "sky": Place(("sky",), 0.6, {}, {}, {"airplane": 2, "kite": 1.8, "bird": 1.4}),
    "snow": Place(
        ("sky", "snow"), 1.1,
        {"person": 2, "dog": 1.5, "cat": 0.6, "house": 1.5, "horse": 1, "sheep": 1, "train": 2, "tree": 1, "bird": 0.6,
         "car": 1},
        {}, {"bird": 0.6, "airplane": 0.7},
    ),
    "street": Place(
        ("sky", "grass", "road"), 1.8,
        {"car": 2.4, "bus": 4.5, "bicycle": 2, "person": 2.2, "dog": 1, "cat": 1},
        {}, {"bird": 0.5, "airplane": 0.5},
    ),
}  # fmt: skip
PLACES = tuple(PLACES_BY_NAME)

SKIES: tuple[tuple[tuple[str, ...], Colour, float], ...] = (
    (("blue",), (128, 182, 236), 4.0),
    (("blue", "cloudy"), (132, 178, 228), 3.0),
    (("grey", "cloudy"), (176, 180, 188), 1.5),
    (("orange",), (244, 176, 112), 1.0),
)
"""Attributes, colour and chance of each sky."""
GROUNDS: dict[str, tuple[tuple[str, Colour, float], ...]] = {
    "grass": (("green", (108, 168, 74), 4.0), ("yellow", (204, 188, 96), 1.0)),
    "water": (("blue", (62, 122, 184), 4.0), ("green", (70, 140, 128), 1.0)),
    "road": (("grey", (128, 128, 132), 3.0), ("black", (74, 74, 80), 1.0)),
    "sand": (("yellow", (228, 204, 142), 3.0), ("brown", (192, 152, 104), 1.0)),
    "snow": (("white", (232, 238, 246), 1.0),),
}
"""Colour attribute, colour and chance of every other stuff."""
