import numpy as np
import pytest

from stages.attributes._unlabelled import ABSENT, MOST_UNSAID, PRESENT, UNKNOWN, UNSAID, lesson


def _two_clouds(named, having=300, lacking=900, apart=6.0):
    """Boxes that have an attribute and boxes that lack it; only a share of the first is said to have it."""
    rng = np.random.default_rng(0)
    has = np.arange(having + lacking) < having
    features = rng.normal(size=(len(has), 4)) + np.where(has, apart / 2, -apart / 2)[:, None]
    return features, has, np.where(has & (rng.random(len(has)) < named), PRESENT, UNSAID)


@pytest.mark.parametrize("named", [0.3, 0.7])
def test_boxes_of_which_nothing_is_said_have_it_where_they_look_so_and_not_oftener_than_they_do(named):
    features, has, codes = _two_clouds(named)
    part = lesson(features, codes, seed=0)
    unsaid = codes[part.rows] == UNSAID
    having = part.weights[unsaid & part.present]
    truly = has[part.rows[unsaid & part.present]]
    assert having.sum() <= 1.1 * truly.sum()
    assert having[truly].mean() > 0.5
    assert having[~truly].mean() < 0.05


def test_every_box_of_which_nothing_is_said_weighs_one_in_all():
    features, _, codes = _two_clouds(0.5)
    part = lesson(features, codes, seed=0)
    assert np.bincount(part.rows, part.weights) == pytest.approx(1)


def test_what_is_known_is_learned_as_it_is():
    codes = np.array([PRESENT, ABSENT, UNKNOWN, PRESENT])
    part = lesson(np.zeros((4, 2)), codes, seed=0)
    assert part.rows.tolist() == [0, 1, 3]
    assert part.present.tolist() == [True, False, True]
    assert part.weights is None


def test_denied_ones_weigh_as_absent_beside_those_of_which_nothing_is_said():
    features, has, codes = _two_clouds(0.5)
    codes[np.flatnonzero(~has)[:50]] = ABSENT
    part = lesson(features, codes, seed=0)
    denied = codes[part.rows] == ABSENT
    assert denied.sum() == 50
    assert (part.weights[denied] == 1).all()
    assert not part.present[denied].any()


def test_no_more_are_looked_at_than_wanted_and_the_same_each_time():
    features, _, codes = _two_clouds(0.5, having=100, lacking=MOST_UNSAID + 400)
    parts = [lesson(features, codes, seed=3) for _ in range(2)]
    assert (codes[parts[0].rows] == UNSAID).sum() == 2 * MOST_UNSAID
    np.testing.assert_array_equal(parts[0].weights, parts[1].weights)


def test_a_single_box_said_to_have_it_teaches_nothing_of_the_others():
    part = lesson(np.zeros((3, 2)), np.array([PRESENT, UNSAID, UNSAID]), seed=0)
    assert part.weights[part.present].tolist() == [1, 0, 0]
