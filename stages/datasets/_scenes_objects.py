"""Vehicles, furniture, plants and other things as drawings: each fills the unit square of its pen, facing right."""

from stages.datasets._scenes_pen import DARK, GLASS, WOOD, Colour, Pen, shade

STEEL: Colour = (170, 174, 180)


def car(pen: Pen, colour: Colour, pose: str) -> None:
    """A car from the side, its bonnet to the right."""
    pen.polygon([(0.18, 0.46), (0.3, 0.04), (0.64, 0.04), (0.78, 0.46)], colour)
    pen.polygon([(0.25, 0.44), (0.34, 0.13), (0.46, 0.13), (0.46, 0.44)], GLASS)
    pen.polygon([(0.5, 0.44), (0.5, 0.13), (0.61, 0.13), (0.7, 0.44)], GLASS)
    pen.polygon([(0.02, 0.44), (0.8, 0.42), (0.97, 0.54), (0.99, 0.82), (0.01, 0.82)], colour, body=True)
    pen.box(0.01, 0.76, 0.99, 0.83, shade(colour, 60))
    pen.ellipse(0.95, 0.6, 0.03, 0.06, (250, 244, 180))
    for x in (0.23, 0.77):
        pen.disc(x, 0.8, 0.19, DARK)
        pen.disc(x, 0.8, 0.09, STEEL)


def bus(pen: Pen, colour: Colour, pose: str) -> None:
    """A long bus with a row of windows and a door."""
    pen.box(0.01, 0.02, 0.99, 0.86, colour, body=True)
    pen.box(0.01, 0.74, 0.99, 0.87, shade(colour, 62))
    for index in range(5):
        pen.box(0.05 + 0.155 * index, 0.14, 0.17 + 0.155 * index, 0.46, GLASS)
    pen.box(0.85, 0.14, 0.96, 0.8, shade(GLASS, 85))
    pen.line([(0.905, 0.14), (0.905, 0.8)], 0.015, shade(colour, 62))
    for x in (0.2, 0.74):
        pen.disc(x, 0.85, 0.14, DARK)
        pen.disc(x, 0.85, 0.06, STEEL)


def bicycle(pen: Pen, colour: Colour, pose: str) -> None:
    """A bicycle: two wheels, a frame in its colour, a saddle and handlebars."""
    for x in (0.22, 0.78):
        pen.ring(x, 0.66, 0.3, 0.05, DARK)
        for dx, dy in ((0.17, 0.0), (0.0, 0.28), (0.12, 0.2), (0.12, -0.2)):
            pen.line([(x - dx, 0.66 - dy), (x + dx, 0.66 + dy)], 0.012, STEEL)
    frame = [(0.22, 0.66), (0.38, 0.28), (0.68, 0.26), (0.48, 0.66), (0.22, 0.66)]
    pen.line(frame, 0.065, colour)
    pen.line([(0.48, 0.66), (0.37, 0.2)], 0.065, colour)
    pen.line([(0.78, 0.66), (0.66, 0.12)], 0.065, colour)
    pen.line([(0.3, 0.17), (0.44, 0.17)], 0.08, DARK)
    pen.line([(0.74, 0.02), (0.65, 0.08), (0.76, 0.14)], 0.045, DARK)


def train(pen: Pen, colour: Colour, pose: str) -> None:
    """A steam engine with its tender carriage on many wheels."""
    pen.box(0.0, 0.3, 0.34, 0.82, shade(colour, 82), body=True)
    for x in (0.04, 0.14, 0.24):
        pen.box(x, 0.38, x + 0.07, 0.56, GLASS)
    pen.box(0.33, 0.7, 0.4, 0.78, DARK)
    pen.box(0.4, 0.18, 0.6, 0.82, colour, body=True)
    pen.box(0.38, 0.12, 0.62, 0.2, shade(colour, 55))
    pen.box(0.44, 0.28, 0.55, 0.48, GLASS)
    pen.box(0.6, 0.4, 0.95, 0.82, colour, body=True)
    pen.ellipse(0.95, 0.61, 0.03, 0.21, shade(colour, 75))
    pen.polygon([(0.82, 0.4), (0.8, 0.06), (0.9, 0.06), (0.88, 0.4)], DARK)
    pen.polygon([(0.93, 0.84), (1.0, 0.98), (0.9, 0.98)], DARK)
    for x in (0.07, 0.17, 0.27, 0.46, 0.58, 0.7, 0.82):
        pen.disc(x, 0.86, 0.13, DARK)
        pen.disc(x, 0.86, 0.05, shade(STEEL, 90))


def boat(pen: Pen, colour: Colour, pose: str) -> None:
    """A sailing boat; the hull has its colour, the sails are pale."""
    pen.line([(0.46, 0.02), (0.46, 0.76)], 0.03, WOOD)
    pen.polygon([(0.5, 0.06), (0.94, 0.64), (0.5, 0.66)], (240, 236, 224))
    pen.polygon([(0.42, 0.14), (0.42, 0.66), (0.1, 0.64)], (222, 218, 208))
    pen.polygon([(0.0, 0.72), (1.0, 0.72), (0.84, 1.0), (0.14, 1.0)], colour, body=True)
    pen.line([(0.02, 0.735), (0.98, 0.735)], 0.03, shade(colour, 65))


def airplane(pen: Pen, colour: Colour, pose: str) -> None:
    """An airplane from the side: tail fin at the left, one wing towards the viewer."""
    pen.polygon([(0.4, 0.46), (0.34, 0.12), (0.44, 0.12), (0.58, 0.46)], shade(colour, 72))
    pen.polygon([(0.08, 0.5), (0.0, 0.06), (0.1, 0.06), (0.24, 0.46)], shade(colour, 84))
    pen.polygon(
        [(0.03, 0.44), (0.86, 0.38), (0.97, 0.5), (0.98, 0.58), (0.88, 0.64), (0.24, 0.66), (0.04, 0.52)], colour, True
    )
    for index in range(6):
        pen.disc(0.3 + 0.08 * index, 0.48, 0.035, (52, 72, 100))
    pen.polygon([(0.86, 0.42), (0.93, 0.48), (0.86, 0.5)], (52, 72, 100))
    pen.polygon([(0.4, 0.56), (0.64, 0.56), (0.36, 0.98), (0.26, 0.98)], shade(colour, 62))
    pen.polygon([(0.06, 0.48), (0.18, 0.48), (0.06, 0.66), (0.0, 0.66)], shade(colour, 62))


def kite(pen: Pen, colour: Colour, pose: str) -> None:
    """A diamond kite with a tail of bows."""
    pen.line([(0.44, 0.6), (0.3, 0.72), (0.4, 0.82), (0.22, 0.9), (0.26, 0.99)], 0.02, DARK)
    for x, y in ((0.32, 0.72), (0.36, 0.82), (0.23, 0.91)):
        pen.polygon([(x - 0.1, y - 0.04), (x + 0.1, y + 0.04), (x + 0.1, y - 0.04), (x - 0.1, y + 0.04)], colour)
    pen.polygon([(0.62, 0.0), (1.0, 0.28), (0.42, 0.66), (0.12, 0.2)], colour, body=True)
    pen.line([(0.62, 0.02), (0.43, 0.64)], 0.02, shade(colour, 55))
    pen.line([(0.14, 0.21), (0.97, 0.28)], 0.02, shade(colour, 55))


def ball(pen: Pen, colour: Colour, pose: str) -> None:
    """A ball with a highlight and a seam."""
    pen.disc(0.5, 0.5, 0.48, shade(colour, 72))
    pen.ellipse(0.48, 0.46, 0.43, 0.43, colour, body=True)
    pen.line([(0.08, 0.42), (0.3, 0.58), (0.62, 0.62), (0.92, 0.5)], 0.04, shade(colour, 60))
    pen.ellipse(0.34, 0.28, 0.12, 0.08, shade(colour, 135), turn=-30)


def chair(pen: Pen, colour: Colour, pose: str) -> None:
    """A chair from the side, its back at the left."""
    dim = shade(colour, 72)
    for x in (0.3, 0.9):
        pen.line([(x, 0.56), (x, 0.97)], 0.06, dim)
    pen.line([(0.14, 0.05), (0.14, 0.97)], 0.08, colour)
    pen.line([(0.76, 0.6), (0.76, 0.97)], 0.08, colour)
    pen.polygon([(0.1, 0.02), (0.32, 0.06), (0.32, 0.42), (0.1, 0.46)], colour, body=True)
    pen.polygon([(0.08, 0.54), (0.98, 0.52), (0.98, 0.64), (0.08, 0.66)], colour, body=True)


def table(pen: Pen, colour: Colour, pose: str) -> None:
    """A table with four legs and a wide top."""
    dim = shade(colour, 66)
    for x in (0.22, 0.78):
        pen.line([(x, 0.2), (x, 0.86)], 0.07, dim)
    for x in (0.07, 0.93):
        pen.line([(x, 0.22), (x, 0.95)], 0.09, shade(colour, 85))
    pen.polygon([(0.1, 0.02), (0.9, 0.02), (1.0, 0.2), (0.0, 0.2)], colour, body=True)
    pen.box(0.0, 0.2, 1.0, 0.3, shade(colour, 80))


def bottle(pen: Pen, colour: Colour, pose: str) -> None:
    """A bottle with a narrow neck, a cap and a label."""
    pen.box(0.36, 0.0, 0.64, 0.08, DARK)
    pen.polygon(
        [
            (0.38, 0.08),
            (0.62, 0.08),
            (0.64, 0.28),
            (0.98, 0.42),
            (0.98, 0.99),
            (0.02, 0.99),
            (0.02, 0.42),
            (0.36, 0.28),
        ],
        colour,
        body=True,
    )
    pen.box(0.02, 0.56, 0.98, 0.8, (238, 232, 214))
    pen.line([(0.22, 0.46), (0.22, 0.94)], 0.03, shade(colour, 135))


def tree(pen: Pen, colour: Colour, pose: str) -> None:
    """A tree: a trunk under a crown of leaves in its colour."""
    pen.polygon([(0.42, 0.5), (0.58, 0.5), (0.64, 1.0), (0.36, 1.0)], WOOD)
    pen.line([(0.5, 0.66), (0.7, 0.46)], 0.03, WOOD)
    crown = ((0.28, 0.44, 0.17), (0.72, 0.44, 0.17), (0.24, 0.28, 0.15), (0.76, 0.27, 0.15), (0.5, 0.16, 0.16))
    for index, (x, y, radius) in enumerate(crown):
        pen.disc(x, y, radius, shade(colour, (70, 76, 84, 94, 104)[index]), body=True)
    pen.disc(0.5, 0.34, 0.2, colour, body=True)
    pen.disc(0.4, 0.22, 0.1, shade(colour, 112), body=True)


def flower(pen: Pen, colour: Colour, pose: str) -> None:
    """A flower with eight petals, a round heart, a stem and two leaves."""
    stem: Colour = (30, 104, 44)
    pen.line([(0.5, 0.4), (0.48, 0.98)], 0.05, stem)
    pen.ellipse(0.28, 0.8, 0.24, 0.06, stem, turn=28)
    pen.ellipse(0.72, 0.74, 0.24, 0.06, stem, turn=-28)
    petals = ((1, 0), (0.71, 0.71), (0, 1), (-0.71, 0.71), (-1, 0), (-0.71, -0.71), (0, -1), (0.71, -0.71))
    wide = 0.18 * pen.height / pen.width
    for index, (x, y) in enumerate(petals):
        pen.disc(0.5 + x * wide, 0.28 + y * 0.18, 0.1, shade(colour, 84 if index % 2 else 100), body=True)
    pen.disc(0.5, 0.28, 0.1, (246, 208, 60) if colour[2] > 70 or colour[1] < 120 else (110, 60, 30))


def house(pen: Pen, colour: Colour, pose: str) -> None:
    """A house: walls in its colour, a pitched roof, a door, two windows and a chimney."""
    roof: Colour = (120, 48, 38) if colour[1] > 90 else (70, 72, 84)
    pen.box(0.7, 0.06, 0.8, 0.34, shade(roof, 75))
    pen.box(0.08, 0.42, 0.92, 1.0, colour, body=True)
    pen.polygon([(0.5, 0.02), (1.0, 0.44), (0.0, 0.44)], roof)
    pen.box(0.42, 0.66, 0.58, 1.0, WOOD)
    for x in (0.16, 0.66):
        pen.box(x, 0.54, x + 0.18, 0.76, (246, 246, 240))
        pen.box(x + 0.02, 0.56, x + 0.16, 0.74, shade(GLASS, 75))
        pen.line([(x + 0.09, 0.56), (x + 0.09, 0.74)], 0.015, (246, 246, 240))


def umbrella(pen: Pen, colour: Colour, pose: str) -> None:
    """An open umbrella: a half dome with scalloped edge, upright on its stick."""
    pen.line([(0.5, 0.0), (0.5, 0.98)], 0.035, shade(WOOD, 80))
    dome = [(0.0, 0.5), (0.05, 0.32), (0.17, 0.17), (0.33, 0.08), (0.5, 0.05), (0.67, 0.08), (0.83, 0.17), (0.95, 0.32)]
    edge = [(1.0, 0.5), (0.9, 0.44), (0.78, 0.44), (0.67, 0.5), (0.58, 0.44), (0.42, 0.44), (0.33, 0.5), (0.2, 0.44)]
    pen.polygon([*dome, *edge, (0.1, 0.44)], colour, body=True)
    pen.polygon([(0.5, 0.05), (0.67, 0.5), (0.58, 0.44), (0.42, 0.44), (0.33, 0.5)], shade(colour, 84), body=True)
