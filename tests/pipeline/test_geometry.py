import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.geometry import area, as_array, diagonal, distance, intersection, iou, iou_matrix, share, union
from pipeline.records import Box

corners = st.integers(0, 30)
boxes = st.tuples(corners, corners, st.integers(0, 12), st.integers(0, 12)).map(
    lambda c: Box(c[0], c[1], c[0] + c[2], c[1] + c[3])
)


def _pixels(box: Box) -> set[tuple[int, int]]:
    return {(x, y) for x in range(int(box.left), int(box.right)) for y in range(int(box.top), int(box.bottom))}


def test_a_hand_worked_pair():
    a, b = Box(0, 0, 4, 3), Box(2, 1, 6, 5)
    assert area(a) == 12
    assert diagonal(a) == 5
    assert area(intersection(a, b)) == 4
    assert union(a, b) == Box(0, 0, 6, 5)
    assert iou(a, b) == pytest.approx(4 / 24)
    assert share(a, b) == pytest.approx(4 / 12)
    assert share(b, a) == pytest.approx(4 / 16)


@given(boxes, boxes)
def test_areas_count_pixels(a, b):
    common, whole = len(_pixels(a) & _pixels(b)), len(_pixels(a) | _pixels(b))
    assert area(intersection(a, b)) == common
    assert iou(a, b) == pytest.approx(common / whole if whole else 0.0)
    assert iou(a, b) == iou(b, a)
    assert 0 <= share(a, b) <= 1


@given(boxes, boxes)
def test_distance_is_that_of_the_nearest_points(a, b):
    grid_a = np.array([(x, y) for x in (a.left, *_inside(a.left, a.right, b.left, b.right)) for y in _edges(a, b)])
    grid_b = np.array([(x, y) for x in (b.left, *_inside(b.left, b.right, a.left, a.right)) for y in _edges(b, a)])
    brute = np.linalg.norm(grid_a[:, None] - grid_b[None], axis=2).min()
    assert distance(a, b) == pytest.approx(brute)


def _inside(low, high, other_low, other_high):
    """The points of [low, high] where the nearest point to another interval can lie."""
    return [high, *(value for value in (other_low, other_high) if low <= value <= high)]


def _edges(a, b):
    return [a.top, *_inside(a.top, a.bottom, b.top, b.bottom)]


def test_boxes_that_touch_have_no_distance_and_no_overlap():
    assert distance(Box(0, 0, 2, 2), Box(2, 0, 4, 2)) == 0
    assert iou(Box(0, 0, 2, 2), Box(2, 0, 4, 2)) == 0
    assert distance(Box(0, 0, 1, 1), Box(4, 5, 6, 6)) == 5


def test_empty_boxes_divide_nothing_by_nothing():
    point = Box(3, 3, 3, 3)
    assert iou(point, point) == share(point, Box(0, 0, 9, 9)) == area(point) == 0


@given(st.lists(boxes, max_size=5), st.lists(boxes, max_size=5))
def test_the_matrix_agrees_with_the_pairs(rows, columns):
    matrix = iou_matrix(as_array(rows), as_array(columns))
    assert matrix.shape == (len(rows), len(columns))
    for i, a in enumerate(rows):
        for j, b in enumerate(columns):
            assert matrix[i, j] == pytest.approx(iou(a, b))
