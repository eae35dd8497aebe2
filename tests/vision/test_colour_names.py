import numpy as np
import PIL.ImageColor
import pytest

from stages.vision.colour import as_lab
from stages.vision.colour_names import COLOUR_NAMES, FOCI, named

CSS = {
    "black": "black",
    "blue": "blue navy royalblue dodgerblue steelblue skyblue midnightblue cornflowerblue deepskyblue",
    "brown": "saddlebrown sienna peru",
    "gray": "gray dimgray silver darkgray",
    "green": "green forestgreen darkgreen limegreen olivedrab seagreen",
    "orange": "orange darkorange",
    "pink": "pink hotpink lightpink deeppink",
    "purple": "purple indigo darkorchid mediumpurple darkviolet rebeccapurple",
    "red": "red firebrick crimson darkred",
    "white": "white snow ivory whitesmoke",
    "yellow": "yellow gold",
}
"""Colour keywords of CSS whose meaning nobody doubts."""


@pytest.mark.parametrize(("name", "keyword"), [(name, word) for name, words in CSS.items() for word in words.split()])
def test_colours_of_css_have_their_names(name, keyword):
    pixel = np.array([[PIL.ImageColor.getrgb(keyword)]], dtype=np.uint8)
    (shares,) = named(as_lab(pixel)[0])
    assert COLOUR_NAMES[int(shares.argmax())] == name


def test_shares_of_a_colour_sum_to_one():
    lab = np.random.default_rng(0).uniform((0, -100, -100), (100, 100, 100), (200, 3))
    shares = named(lab)
    assert shares.shape == (200, len(COLOUR_NAMES))
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)


def test_a_focal_colour_is_named_by_distance():
    for name, points in FOCI.items():
        for shares in named(np.array(points)):
            assert COLOUR_NAMES[int(shares.argmax())] == name


def test_half_way_between_two_foci_both_names_are_equal():
    middle = np.mean([FOCI["gray"][-1], FOCI["white"][0]], axis=0)
    (shares,) = named(middle[None])
    assert shares[COLOUR_NAMES.index("gray")] == pytest.approx(shares[COLOUR_NAMES.index("white")], rel=1e-3)
