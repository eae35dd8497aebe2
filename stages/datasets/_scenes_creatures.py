"""People and animals as drawings: each fills the unit square of its pen, facing right, with its feet at y = 1."""

from stages.datasets._scenes_pen import DARK, Colour, Pen, shade

PINK: Colour = (232, 160, 160)


def person(pen: Pen, colour: Colour, pose: str, form: str, skin: Colour, hair: Colour) -> None:
    """A man, woman, boy or girl; women and girls wear dresses and long hair, children have larger heads.

    `colour` is that of the shirt or dress.
    """
    dress, child = form in ("woman", "girl"), form in ("boy", "girl")
    trousers = shade(colour, 45) if max(colour) > 90 else (90, 96, 120)
    if pose == "lying":
        pen.line([(0.62, 0.78), (0.98, 0.84)], 0.2, skin if dress else trousers)
        pen.polygon([(0.24, 0.55), (0.66, 0.5), (0.72, 0.98), (0.24, 0.98)], colour, body=True)
        pen.line([(0.3, 0.7), (0.5, 0.95)], 0.14, skin)
        _head(pen, 0.13, 0.5, 0.46 if child else 0.4, skin, hair, dress)
        return
    if pose == "swimming":
        pen.line([(0.5, 0.9), (0.78, 0.35), (0.98, 0.86)], 0.15, skin)
        pen.polygon([(0.0, 0.82), (0.25, 0.66), (0.55, 0.7), (0.6, 1.0), (0.0, 1.0)], colour, body=True)
        _head(pen, 0.52, 0.42, 0.4, skin, hair, dress)
        return
    head = 0.13 if child else 0.1
    neck, hip = 2 * head, 0.56
    legs = {
        "standing": ([(0.4, hip), (0.36, 0.97)], [(0.6, hip), (0.64, 0.97)]),
        "walking": ([(0.48, hip), (0.36, 0.78), (0.14, 0.96)], [(0.52, hip), (0.68, 0.78), (0.8, 0.97)]),
        "running": ([(0.48, hip), (0.36, 0.8), (0.04, 0.74)], [(0.52, hip), (0.78, 0.68), (0.74, 0.97)]),
        "jumping": ([(0.46, hip), (0.26, 0.7), (0.12, 0.95)], [(0.54, hip), (0.74, 0.7), (0.9, 0.95)]),
        "sitting": ([(0.36, 0.62), (0.78, 0.64), (0.8, 0.97)], [(0.36, 0.64), (0.88, 0.66), (0.9, 0.97)]),
        "riding": ([(0.42, 0.6), (0.62, 0.72), (0.56, 0.97)], [(0.45, 0.6), (0.72, 0.7), (0.66, 0.97)]),
    }[pose]
    arms = {
        "standing": ([(0.26, neck + 0.06), (0.14, 0.54)], [(0.74, neck + 0.06), (0.86, 0.54)]),
        "walking": ([(0.42, neck + 0.06), (0.2, 0.5)], [(0.58, neck + 0.06), (0.84, 0.48)]),
        "running": ([(0.42, neck + 0.06), (0.14, 0.42), (0.1, 0.28)], [(0.58, neck + 0.06), (0.8, 0.44), (0.97, 0.3)]),
        "jumping": ([(0.36, neck + 0.07), (0.05, 0.06)], [(0.64, neck + 0.07), (0.95, 0.06)]),
        "sitting": ([(0.34, neck + 0.08), (0.48, 0.48), (0.8, 0.52)], [(0.34, neck + 0.08), (0.5, 0.5)]),
        "riding": ([(0.4, neck + 0.08), (0.6, 0.44), (0.9, 0.46)], [(0.42, neck + 0.08), (0.62, 0.46)]),
    }[pose]
    middle = {"sitting": 0.3, "riding": 0.4}.get(pose, 0.5)
    half = 0.13 if pose in ("running", "walking", "jumping") else 0.2
    for leg in legs:
        pen.line(leg, 0.055 if dress else 0.075, skin if dress else trousers)
        pen.line([leg[-1], (leg[-1][0] + 0.07, leg[-1][1])], 0.05, DARK)
    pen.line(arms[0], 0.05, shade(skin, 88))
    top = neck + 0.03
    if dress:
        hem = 0.62 if pose in ("sitting", "riding") else 0.74
        pen.polygon([(middle - half * 0.8, top), (middle + half * 0.8, top), (middle + half * 0.7, 0.42)], colour, True)
        pen.polygon(
            [
                (middle - half * 0.8, top),
                (middle + half * 0.8, top),
                (middle + half * 0.55, 0.44),
                (middle + half * 1.6, hem),
                (middle - half * 1.6, hem),
                (middle - half * 0.55, 0.44),
            ],
            colour,
            body=True,
        )
    else:
        pen.polygon(
            [(middle - half, top), (middle + half, top), (middle + half * 0.85, 0.6), (middle - half * 0.85, 0.6)],
            colour,
            body=True,
        )
        pen.line([(middle - half * 0.8, 0.58), (middle + half * 0.8, 0.58)], 0.03, trousers)
    pen.line(arms[1], 0.05, skin)
    _head(pen, middle, head, head, skin, hair, dress)


def _head(pen: Pen, x: float, y: float, radius: float, skin: Colour, hair: Colour, long_hair: bool) -> None:
    wide = radius * pen.height / pen.width
    if long_hair:
        pen.ellipse(x - 0.3 * wide, y + 0.35 * radius, 0.95 * wide, 1.25 * radius, hair)
    pen.line([(x, y), (x, y + radius * 1.2)], radius * 0.6, shade(skin, 85))
    pen.disc(x, y - 0.12 * radius, radius * 0.88, hair)
    pen.ellipse(x + 0.14 * wide, y + 0.1 * radius, 0.74 * wide, 0.78 * radius, skin)
    pen.disc(x + 0.42 * wide, y, radius * 0.11, DARK)


def _legs(pen: Pen, back: float, front: float, hip: float, width: float, colour: Colour, pose: str) -> None:
    """Four legs, the far pair darker: straight when standing, stretched when running."""
    reach = {"running": 0.16, "jumping": 0.16, "walking": 0.07}.get(pose, 0.0)
    far, end = shade(colour, 70), 0.99 - width / 2 - (0.05 if reach > 0.1 else 0.0)
    for shift, tone in ((0.07, far), (0.0, colour)):
        pen.line([(back + shift, hip), (back + shift - reach, end)], width, tone)
        pen.line([(front - shift, hip), (front - shift + reach, end)], width, tone)


def dog(pen: Pen, colour: Colour, pose: str) -> None:
    """A dog with a hanging ear and a raised tail."""
    far = shade(colour, 70)
    if pose == "sitting":
        pen.line([(0.2, 0.92), (0.02, 0.7)], 0.07, colour)
        pen.polygon([(0.12, 0.97), (0.22, 0.6), (0.5, 0.34), (0.7, 0.42), (0.7, 0.97)], colour, body=True)
        pen.line([(0.64, 0.5), (0.66, 0.95)], 0.1, shade(colour, 88))
        head = (0.62, 0.22)
    elif pose == "lying":
        pen.line([(0.1, 0.8), (0.0, 0.55)], 0.1, colour)
        pen.ellipse(0.4, 0.74, 0.34, 0.25, colour, body=True)
        pen.line([(0.6, 0.9), (0.92, 0.92)], 0.13, shade(colour, 88))
        pen.line([(0.2, 0.92), (0.4, 0.93)], 0.13, far)
        head = (0.76, 0.34)
    else:
        _legs(pen, 0.2, 0.62, 0.6, 0.1, colour, pose)
        pen.line([(0.14, 0.46), (0.03, 0.14)], 0.08, colour)
        pen.ellipse(0.4, 0.5, 0.3, 0.17, colour, body=True, turn=-8 if pose == "jumping" else 0)
        pen.line([(0.62, 0.46), (0.74, 0.28)], 0.2, colour, body=True)
        head = (0.78, 0.22)
    x, y = head
    tall = 1.35 if pose == "lying" else 1.0
    pen.ellipse(x, y, 0.12, 0.13 * tall, colour)
    pen.ellipse(x + 0.13, y + 0.05, 0.09, 0.07 * tall, shade(colour, 115))
    pen.disc(x + 0.2, y + 0.03, 0.035 * tall, DARK if colour[0] > 60 else (90, 80, 80))
    pen.ellipse(x - 0.07, y + 0.06, 0.045, 0.13 * tall, shade(colour, 60) if colour[0] > 60 else (80, 74, 74), turn=12)
    pen.disc(x + 0.05, y - 0.02, 0.025 * tall, DARK if colour[0] > 60 else (230, 220, 160))


def cat(pen: Pen, colour: Colour, pose: str) -> None:
    """A cat with pointed ears, whiskers and a long curved tail."""
    dim = shade(colour, 78)
    if pose == "sitting":
        pen.line([(0.3, 0.95), (0.08, 0.88), (0.06, 0.62), (0.16, 0.52)], 0.06, dim)
        pen.ellipse(0.52, 0.76, 0.28, 0.23, colour, body=True)
        pen.ellipse(0.58, 0.56, 0.2, 0.2, colour, body=True)
        pen.line([(0.6, 0.7), (0.62, 0.96)], 0.08, shade(colour, 90))
        x, y, size = 0.6, 0.25, 0.17
    elif pose == "lying":
        pen.line([(0.14, 0.86), (0.02, 0.9), (0.03, 0.6)], 0.1, dim)
        pen.ellipse(0.42, 0.74, 0.34, 0.25, colour, body=True)
        pen.line([(0.55, 0.93), (0.86, 0.93)], 0.1, shade(colour, 90))
        x, y, size = 0.8, 0.42, 0.28
    else:
        _legs(pen, 0.22, 0.66, 0.62, 0.075, colour, pose)
        pen.line([(0.16, 0.52), (0.04, 0.3), (0.1, 0.06)], 0.06, dim)
        pen.ellipse(0.44, 0.57, 0.3, 0.15, colour, body=True)
        x, y, size = 0.8, 0.36, 0.19
    wide = size * pen.height / pen.width
    for side in (-1, 1):
        pen.polygon([(x + side * wide, y - size * 1.45), (x + side * wide * 0.95, y), (x, y - size * 0.6)], dim)
    pen.disc(x, y, size, colour)
    light = colour[0] > 60
    for side in (-1, 1):
        pen.disc(x + side * wide * 0.42, y - size * 0.1, size * 0.16, DARK if light else (210, 220, 90))
        pen.line([(x + side * wide * 0.3, y + size * 0.4), (x + side * wide * 1.2, y + size * 0.3)], 0.012, dim)
    pen.disc(x, y + size * 0.3, size * 0.14, PINK)


def horse(pen: Pen, colour: Colour, pose: str) -> None:
    """A horse with a long neck, a mane and a long tail."""
    mane = shade(colour, 50) if colour[0] > 60 else (88, 84, 84)
    _legs(pen, 0.24, 0.64, 0.55, 0.065, colour, pose)
    pen.line([(0.17, 0.38), (0.06, 0.46), (0.04, 0.72)], 0.08, mane)
    pen.ellipse(0.43, 0.44, 0.29, 0.155, colour, body=True)
    if pose == "grazing":
        pen.polygon([(0.56, 0.32), (0.7, 0.38), (0.9, 0.7), (0.78, 0.8), (0.58, 0.58)], colour)
        pen.line([(0.62, 0.33), (0.86, 0.66)], 0.06, mane)
        pen.polygon([(0.86, 0.68), (0.95, 0.6), (0.92, 0.74)], colour)
        pen.line([(0.85, 0.75), (0.92, 0.92)], 0.14, colour)
        pen.disc(0.87, 0.78, 0.018, DARK if colour[0] > 60 else (220, 210, 190))
        return
    pen.polygon([(0.58, 0.34), (0.74, 0.06), (0.86, 0.12), (0.72, 0.52)], colour)
    pen.line([(0.58, 0.34), (0.72, 0.08)], 0.06, mane)
    pen.line([(0.79, 0.11), (0.94, 0.22)], 0.12, colour)
    pen.polygon([(0.73, 0.08), (0.75, 0.0), (0.8, 0.07)], colour)
    pen.disc(0.82, 0.11, 0.016, DARK if colour[0] > 60 else (220, 210, 190))


def cow(pen: Pen, colour: Colour, pose: str) -> None:
    """A cow with a square body, horns, an udder and a pale muzzle."""
    horn: Colour = (228, 216, 184)
    if pose == "lying":
        pen.ellipse(0.42, 0.68, 0.4, 0.3, colour, body=True)
        pen.line([(0.55, 0.92), (0.76, 0.93)], 0.12, shade(colour, 75))
        x, y, size = 0.84, 0.34, 1.3
    else:
        _legs(pen, 0.18, 0.64, 0.6, 0.085, colour, pose)
        pen.ellipse(0.26, 0.68, 0.07, 0.08, PINK)
        pen.box(0.1, 0.22, 0.7, 0.64, colour, body=True)
        pen.ellipse(0.1, 0.42, 0.04, 0.2, colour, body=True)
        pen.line([(0.09, 0.26), (0.04, 0.4), (0.04, 0.62)], 0.035, shade(colour, 70))
        pen.disc(0.04, 0.64, 0.04, shade(colour, 55))
        x, y, size = (0.84, 0.74, 1.0) if pose == "grazing" else (0.82, 0.26, 1.0)
        pen.polygon([(0.62, 0.24), (x, y - 0.12), (x, y + 0.14), (0.66, 0.56)], colour)
    for side in (-1, 1):
        pen.line([(x + side * 0.05, y - 0.11 * size), (x + side * 0.1, y - 0.24 * size)], 0.04 * size, horn)
        pen.ellipse(x + side * 0.11, y - 0.06 * size, 0.05, 0.04 * size, shade(colour, 70))
    pen.ellipse(x, y, 0.09, 0.17 * size, colour)
    pen.ellipse(x + 0.02, y + 0.13 * size, 0.09, 0.08 * size, PINK)
    for side in (-1, 1):
        pen.disc(x + side * 0.04, y - 0.03 * size, 0.025 * size, DARK if colour[0] > 60 else (240, 240, 240))


def sheep(pen: Pen, colour: Colour, pose: str) -> None:
    """A sheep with a woolly outline and a bare face and legs."""
    face = (48, 44, 44) if sum(colour) > 330 else (196, 180, 160)
    for x in (0.24, 0.34, 0.58, 0.68):
        pen.line([(x, 0.7), (x, 0.97)], 0.075, face)
    wool = ((0.16, 0.46), (0.28, 0.3), (0.46, 0.24), (0.64, 0.3), (0.76, 0.46), (0.66, 0.64), (0.46, 0.7), (0.26, 0.64))
    for index, (x, y) in enumerate(wool):
        pen.disc(x, y, 0.19, shade(colour, 88 if index % 2 else 95), body=True)
    pen.ellipse(0.46, 0.46, 0.27, 0.24, colour, body=True)
    y = 0.74 if pose == "grazing" else 0.34
    pen.ellipse(0.84, y, 0.1, 0.17, face, turn=-15)
    pen.disc(0.8, y - 0.15, 0.11, colour)
    pen.ellipse(0.73, y - 0.04, 0.07, 0.05, face, turn=-20)
    pen.disc(0.87, y - 0.03, 0.025, (240, 240, 240) if face[0] < 60 else DARK)


def elephant(pen: Pen, colour: Colour, pose: str) -> None:
    """An elephant with a large ear, a trunk and a tusk."""
    dim = shade(colour, 80)
    _legs(pen, 0.2, 0.6, 0.6, 0.17, colour, pose)
    pen.line([(0.07, 0.34), (0.03, 0.62)], 0.03, dim)
    pen.ellipse(0.38, 0.42, 0.34, 0.32, colour, body=True)
    pen.ellipse(0.74, 0.34, 0.15, 0.24, colour)
    pen.line([(0.82, 0.4), (0.92, 0.62), (0.9, 0.86), (0.95, 0.92)], 0.11, colour)
    pen.line([(0.8, 0.54), (0.93, 0.58)], 0.04, (246, 240, 222))
    pen.ellipse(0.63, 0.36, 0.12, 0.24, dim)
    pen.disc(0.8, 0.28, 0.02, DARK)


def bird(pen: Pen, colour: Colour, pose: str) -> None:
    """A bird with spread wings when it flies, on two thin legs when it stands."""
    beak: Colour = (236, 160, 40)
    if pose == "flying":
        pen.polygon([(0.36, 0.56), (0.1, 0.02), (0.5, 0.2), (0.62, 0.56)], shade(colour, 72))
        pen.polygon([(0.0, 0.62), (0.22, 0.5), (0.2, 0.74)], shade(colour, 80))
        pen.ellipse(0.48, 0.62, 0.32, 0.16, colour, body=True)
        pen.polygon([(0.4, 0.62), (0.3, 1.0), (0.54, 0.86), (0.64, 0.62)], shade(colour, 85))
        x, y, size = 0.8, 0.5, 0.14
    else:
        for foot in (0.42, 0.54):
            pen.line([(foot, 0.74), (foot, 0.98), (foot + 0.08, 0.98)], 0.035, beak)
        pen.polygon([(0.0, 0.8), (0.26, 0.48), (0.36, 0.7)], shade(colour, 70))
        pen.ellipse(0.46, 0.54, 0.26, 0.24, colour, body=True, turn=-25)
        pen.ellipse(0.38, 0.56, 0.18, 0.14, shade(colour, 75), turn=-20)
        x, y, size = 0.68, 0.24, 0.18
    wide = size * pen.height / pen.width
    pen.disc(x, y, size, colour)
    pen.polygon([(x + wide * 0.8, y - size * 0.35), (x + wide * 1.9, y + 0.05), (x + wide * 0.8, y + size * 0.5)], beak)
    pen.disc(x + wide * 0.3, y - size * 0.2, size * 0.22, DARK if colour[0] > 60 else (240, 240, 240))


def duck(pen: Pen, colour: Colour, pose: str) -> None:
    """A duck with a raised tail and a flat bill; without legs when it swims."""
    bill: Colour = (240, 150, 30)
    bottom = 0.98
    if pose != "swimming":
        bottom = 0.84
        for foot in (0.4, 0.52):
            pen.line([(foot, 0.8), (foot, 0.97), (foot + 0.08, 0.97)], 0.045, bill)
    pen.polygon(
        [(0.0, 0.44), (0.2, 0.56), (0.62, 0.5), (0.74, 0.66), (0.64, bottom), (0.24, bottom), (0.08, 0.74)],
        colour,
        True,
    )
    pen.ellipse(0.42, 0.68, 0.2, 0.11, shade(colour, 82))
    pen.line([(0.64, 0.62), (0.68, 0.3)], 0.17, colour)
    pen.disc(0.7, 0.2, 0.19, shade(colour, 94))
    pen.polygon([(0.8, 0.14), (1.0, 0.24), (0.98, 0.31), (0.8, 0.3)], bill)
    pen.disc(0.74, 0.15, 0.035, DARK if colour[0] > 60 else (240, 240, 240))
