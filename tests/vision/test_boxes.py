import numpy as np

from pipeline.records import Box, Detection
from stages.vision.boxes import match, places, suppress


def _found(label, *box):
    return Detection(Box(*box), ((label, 0.9),))


def test_suppression_keeps_the_best_of_each_heap():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [0, 0, 10, 4]], dtype=float)
    assert suppress(boxes, np.array([0.5, 0.9, 0.1, 0.8]), 0.5).tolist() == [1, 3, 2]


def test_a_suppressed_box_suppresses_nothing():
    chain = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]], dtype=float)  # neighbours: IoU 6 / 14
    assert suppress(chain, np.array([0.9, 0.8, 0.7]), 0.4).tolist() == [0, 2]


def test_suppression_of_nothing_is_nothing():
    assert suppress(np.empty((0, 4)), np.empty(0), 0.5).tolist() == []


def test_a_detection_shows_the_true_one_of_its_label_that_it_overlaps_best():
    true = [_found("dog", 0, 0, 10, 10), _found("cat", 0, 0, 10, 10), _found("dog", 0, 2, 10, 12)]
    assert match([_found("dog", 0, 2, 10, 11), _found("cat", 1, 0, 11, 10)], true) == [2, 1]


def test_too_little_overlap_shows_nothing():
    true = [_found("dog", 0, 0, 10, 10)]
    assert match([_found("dog", 0, 0, 10, 5), _found("dog", 0, 0, 10, 4), _found("cow", 0, 0, 10, 10)], true) == [
        0,
        None,
        None,
    ]
    assert match([_found("dog", 0, 0, 10, 10)], []) == [None]


def test_the_true_detections_show_themselves_even_where_they_coincide():
    twins = [_found("dog", 0, 0, 10, 10), _found("dog", 0, 0, 10, 10)]
    assert match(twins, twins) == [0, 1]


def test_a_place_takes_in_the_best_box_of_every_kind_and_drops_repetitions() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 8], [30, 0, 40, 10], [0, 0, 10, 10]])
    kinds, scores = np.array([1, 2, 2, 2, 1]), np.array([0.9, 0.3, 0.8, 0.7, 0.1])
    assert places(boxes, kinds, scores, 0.8) == [[0, 2], [3]]
    assert places(boxes, kinds, scores, 0.85) == [[0, 1], [2], [3]]
    assert places(np.zeros((0, 4)), np.zeros(0), np.zeros(0), 0.5) == []
