import numpy as np
import pytest

from stages.vision.texture import DIRECTIONS, PATTERNS, TEXTURES, binary_patterns, texture


def test_patterns_of_hand_drawn_neighbourhoods():
    flat = np.zeros((3, 3))
    spot = flat.copy()
    spot[1, 1] = 50
    hole = 50 - spot
    edge = flat.copy()
    edge[:, 2] = 50
    cross = np.array([[0, 50, 0], [50, 0, 50], [0, 50, 0]])
    codes = [int(binary_patterns(light, 4.0)[0, 0]) for light in (flat, spot, hole, edge, cross)]
    assert codes == [0, 0, 8, 3, PATTERNS - 1]


def test_patterns_do_not_change_when_the_photo_is_turned():
    light = np.random.default_rng(0).uniform(0, 100, (12, 9))
    np.testing.assert_array_equal(np.rot90(binary_patterns(light, 4.0)), binary_patterns(np.rot90(light), 4.0))


def test_stripes_have_one_direction():
    light = np.tile([0.0, 0.0, 50.0, 50.0], (20, 5))
    measured = texture(light, 4.0)
    assert measured.shape == (TEXTURES,)
    assert measured[:PATTERNS].sum() == pytest.approx(1)
    assert measured[PATTERNS] == pytest.approx(1)  # gradients across fall into the first direction
    across = texture(light.T, 4.0)
    assert across[PATTERNS + DIRECTIONS // 2] == pytest.approx(1)


@pytest.mark.parametrize("size", [(1, 1), (2, 40), (3, 3)])
def test_tiny_and_flat_parts_have_a_finite_texture(size):
    assert np.isfinite(texture(np.full(size, 30.0), 4.0)).all()
