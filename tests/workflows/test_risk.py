"""The drawing of risk-coverage curves."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from workflows.report.risk import BOTTOM, LEFT, RIGHT, TOP, Curve, risk_chart

SVG = "{http://www.w3.org/2000/svg}"


def lines(drawn: str) -> list[list[tuple[float, float]]]:
    found = ElementTree.fromstring(drawn).iter(f"{SVG}polyline")
    return [[(float(x), float(y)) for x, y in (p.split(",") for p in line.attrib["points"].split())] for line in found]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1's contrast of two colours, 3 or more for what has to be told apart."""

    def luminance(colour: str) -> float:
        shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_a_curve_goes_from_its_surest_caption_to_full_coverage_at_its_risks() -> None:
    best, own, _key = lines(risk_chart([Curve("a", (0.0, 0.5, 1.0, 0.5), (0.0, 0.0, 0.25, 0.5))]))
    wide, high = RIGHT - LEFT, BOTTOM - TOP
    assert [x for x, _ in own] == pytest.approx([LEFT + wide * share for share in (0.25, 0.5, 0.75, 1)], abs=0.1)
    assert [y for _, y in own] == pytest.approx([BOTTOM, BOTTOM - high / 2, TOP, BOTTOM - high / 2], abs=0.1)
    assert [y for _, y in best] == pytest.approx([BOTTOM, BOTTOM, BOTTOM - high / 4, BOTTOM - high / 2], abs=0.1)


def test_of_many_photos_few_points_are_drawn_and_the_last_is_full_coverage() -> None:
    values = tuple(place / 1000 for place in range(1000))
    _, own, _ = lines(risk_chart([Curve("a", values, values)]))
    assert len(own) == 200
    assert own[-1] == pytest.approx((RIGHT, BOTTOM - 0.999 * (BOTTOM - TOP)), abs=0.1)


def test_long_names_have_room() -> None:
    name = "show_attend_tell_with_a_finer_grid_and_longer_beams"
    root = ElementTree.fromstring(risk_chart([Curve(name, (0.5,), (0.5,)), Curve("a", (0.5,), (0.5,))]))
    wide = float(root.attrib["viewBox"].split()[2])
    (start,) = (float(text.attrib["x"]) for text in root.iter(f"{SVG}text") if text.text == name)
    assert start + 6.8 * len(name) <= wide  # a letter of system-ui at 12 pixels is 6.8 wide on average, or less
    short = ElementTree.fromstring(risk_chart([Curve("a", (0.5,), (0.5,))]))
    assert short.attrib["viewBox"].split()[2] == "640"


def test_many_systems_are_told_apart_and_said_in_words_and_nothing_is_loaded_or_styled() -> None:
    curves = [Curve(f"<plan> {place}", (0.5,), (0.5,)) for place in range(14)]
    drawn = risk_chart(curves)
    root = ElementTree.fromstring(drawn)
    looks = [(one.attrib["stroke"], one.attrib["stroke-dasharray"]) for one in root.iter(f"{SVG}polyline")][1::3]
    assert len(set(looks)) == 14
    assert all(len({look[part] for look in pair}) == 2 for pair in pairwise(looks) for part in (0, 1))
    assert all(contrast(colour, paper) >= 3 for colour, _ in looks for paper in ("#fdfdfc", "#15171a"))
    assert "<plan> 13: risk 0.50 at half, 0.50 at all." in (root.findtext(f"{SVG}desc") or "")
    assert "style" not in drawn
    assert "href" not in drawn
