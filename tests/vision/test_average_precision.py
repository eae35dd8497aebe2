import pytest

from pipeline.records import Box, Detection
from stages.vision.average_precision import average_precision, detection_precision

HERE, THERE, NOWHERE = Box(0, 0, 10, 10), Box(20, 0, 30, 10), Box(50, 50, 60, 60)


def _dog(box, score=1.0):
    return Detection(box, (("dog", score),))


def test_a_hand_worked_ranking():
    # right, wrong, right, wrong, right of 4: precision 1, 2/3, 3/5 at recall 1/4, 2/4, 3/4
    found = [(0.9, True), (0.8, False), (0.7, True), (0.6, False), (0.5, True)]
    assert average_precision(found, 4) == pytest.approx((1 + 2 / 3 + 3 / 5) / 4)


def test_precision_is_made_monotone():
    # wrong, right, right of 2: precision 1/2, then 2/3, which also counts for the first half
    assert average_precision([(0.9, False), (0.8, True), (0.7, True)], 2) == pytest.approx(2 / 3)


def test_equal_scores_are_one_step_in_any_order():
    found = [(0.5, True), (0.5, False), (0.5, False), (0.5, True)]
    assert average_precision(found, 2) == average_precision(found[::-1], 2) == pytest.approx(0.5)


def test_nothing_found_or_nothing_to_find_is_zero():
    assert average_precision([], 3) == average_precision([(0.5, False)], 0) == 0


def test_the_second_box_on_one_thing_is_wrong():
    found = [[_dog(HERE, 0.9), _dog(HERE, 0.8), _dog(THERE, 0.7)]]
    # right, wrong, right of 2: precision 1 and 2/3
    assert detection_precision(found, [[_dog(HERE), _dog(THERE)]]) == {"dog": pytest.approx((1 + 2 / 3) / 2)}


def test_a_detection_counts_for_each_label_it_carries():
    found = [[Detection(HERE, (("cat", 0.9), ("dog", 0.4)))], [Detection(NOWHERE, (("dog", 0.5),))]]
    scores = detection_precision(found, [[_dog(HERE)], []])
    assert scores == {"dog": pytest.approx(1 / 2)}  # wrong at .5, right at .4


def test_half_an_overlap_is_needed():
    assert detection_precision([[_dog(Box(0, 0, 10, 5))]], [[_dog(HERE)]]) == {"dog": 1}
    assert detection_precision([[_dog(Box(0, 0, 10, 4.9))]], [[_dog(HERE)]]) == {"dog": 0}
