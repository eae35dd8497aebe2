"""Grounding against captions worked by hand, and pixels counted one by one."""

import math
from typing import Any

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.records import Box, Caption, Detection, Evidence, Image, Scene, Truth
from pipeline.stage import Metric
from stages.analysis.scoring import judge
from stages.analysis.verdicts import verdicts
from stages.metrics.grounding import (
    ABOVE_CENTRE,
    ABOVE_UNIFORM,
    CENTRE,
    MASS,
    NOUNS,
    OVERLAP,
    POINTING,
    SHOWN,
    UNIFORM,
    Grounding,
)
from stages.vision.coverage import covered

WIDE = Image("wide", "", 400, 100, "")
DOG, MAN = Box(0, 0, 100, 100), Box(240, 20, 400, 80)
TRUTH = Truth("wide", detections=(Detection(DOG, (("dog", 1.0),)), Detection(MAN, (("person", 1.0),))))


@pytest.fixture
def grounding() -> Grounding:
    return Grounding(NoOptions())


def looking(text: str, *evidence: Evidence | None, found: tuple[Box, ...] = ()) -> Scene:
    """The wide photo with a caption, one evidence a word, and boxes that it may point at."""
    detections = tuple(Detection(box, (("thing", 1.0),)) for box in found)
    caption = Caption(text, tuple(text.split()), evidence=evidence)
    return Scene(WIDE, {"captions": (caption,), "detections": detections})


def values(grounding: Grounding, *scenes: Scene) -> dict[str, float]:
    return grounding.aggregate(grounding.rows(scenes, [TRUTH] * len(scenes)))


def at(*cells: tuple[int, int, float], side: int = 2) -> Evidence:
    """Weights over a square grid: (row, column, weight)."""
    weights = np.zeros((side, side))
    for row, column, weight in cells:
        weights[row, column] = weight
    return Evidence("attention", tuple(weights.ravel().tolist()), (side, side))


def test_a_map_over_a_squashed_photo_lies_where_the_photo_is(grounding: Grounding) -> None:
    # a cell of the 2 x 2 grid is 200 x 50 pixels: the dog fills half of each of the left ones, and no middle lies in it
    found = values(grounding, looking("A dog sits.", None, at((0, 0, 0.6), (1, 1, 0.4)), None))
    assert found[POINTING] == 0.0  # the middle of the greatest cell, (100, 25), lies just beside the dog
    assert found[MASS] == pytest.approx(0.6 * 0.5)
    # on a 4 x 4 grid the cells are 100 x 25: the dog fills the first column
    found = values(grounding, looking("A dog sits.", None, at((3, 0, 0.6), (0, 1, 0.4), side=4), None))
    assert [found[POINTING], found[MASS]] == pytest.approx([1.0, 0.6])


def test_a_man_is_asked_of_the_boxes_of_persons_and_chance_is_told_beside(grounding: Grounding) -> None:
    found = values(grounding, looking("Two men walk.", None, at((0, 3, 1.0), (1, 3, 3.0), side=4), None))
    # cells (300..400, 0..25) and (300..400, 25..50); the person fills 5 rows of 25 of the first, and all of the second
    assert found[MASS] == pytest.approx(0.25 * 0.2 + 0.75 * 1.0)
    assert found[POINTING] == 1.0
    assert found[CENTRE] == 0.0  # (200, 50) is left of him
    assert found[UNIFORM] == pytest.approx(160 * 60 / (400 * 100))
    assert [found[ABOVE_CENTRE], found[ABOVE_UNIFORM]] == pytest.approx([1.0, 0.8 - 0.24])
    assert math.isnan(found[OVERLAP])  # maps have no boxes


def test_of_several_greatest_cells_the_mean_counts(grounding: Grounding) -> None:
    found = values(grounding, looking("A dog.", None, at((0, 0, 0.5), (0, 3, 0.5), side=4)))
    assert found[POINTING] == 0.5


def test_a_box_points_by_its_middle_and_its_mass_is_its_part_inside(grounding: Grounding) -> None:
    boxes = Box(20, 0, 120, 100), Box(0, 0, 400, 100)
    pointer = Evidence("detection", detection=0)
    found = values(grounding, looking("One dog.", None, pointer, found=boxes))
    # 80 of 100 columns are the dog's, its union with the dog is 120 columns wide
    assert [found[name] for name in (POINTING, MASS, OVERLAP)] == pytest.approx([1.0, 0.8, 1.0])
    found = values(grounding, looking("One dog.", None, Evidence("detection", detection=1), found=boxes))
    assert [found[name] for name in (POINTING, MASS, OVERLAP)] == pytest.approx([0.0, 0.25, 0.0])


def test_only_nouns_that_name_a_thing_of_the_photo_are_asked_and_words_without_evidence_are_told(
    grounding: Grounding,
) -> None:
    said = looking("A dog and a man near a cat.", None, at((0, 0, 1.0), side=4), *[None] * 6)
    found = values(grounding, said)
    assert (found[NOUNS], found[SHOWN], found[POINTING]) == (2.0, 0.5, 1.0)
    stuff = Truth("wide", detections=(Detection(DOG, (("dog", 1.0),), "stuff"),))
    assert grounding.rows([said], [stuff]).tolist() == [[0.0] * 8]
    assert grounding.rows([Scene(WIDE, {"captions": ()})], [TRUTH]).tolist() == [[0.0] * 8]


def test_punctuation_and_several_sentences_do_not_shift_the_evidence(grounding: Grounding) -> None:
    text = "There is one dog, one man and some grass. The man's hat is red."
    words = text.split()
    pointers = {"dog,": at((0, 0, 1.0), side=4), "man": at((1, 3, 1.0), side=4)}
    said = looking(text, *[pointers.get(word) for word in words])
    found = values(grounding, said)
    assert [found[POINTING], found[SHOWN]] == pytest.approx([1.0, 2 / 3])  # of "man's", in one word, none


def test_scores_of_several_photos_are_ratios_of_their_sums(grounding: Grounding) -> None:
    good = looking("A dog and a man.", None, at((0, 0, 1.0), side=4), None, None, at((1, 3, 1.0), side=4))
    bad = looking("A dog.", None, at((0, 3, 1.0), side=4))
    assert values(grounding, good, bad)[POINTING] == pytest.approx(2 / 3)
    assert values(grounding, good, bad)[NOUNS] == 1.5


@pytest.mark.parametrize("seed", range(20))
def test_coverage_is_what_counting_pixels_gives(seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows, columns = (int(number) for number in draw.integers(1, 6, 2))
    left, top, wide, high = (int(number) for number in draw.integers(1, 8, 4))
    region = Box(left, top, left + wide * columns, top + high * rows)
    boxes = []
    for _ in range(int(draw.integers(0, 5))):
        x, y, w, h = (int(number) for number in draw.integers(0, 25, 4))
        boxes.append(Box(x, y, x + w, y + h))
    counted = np.zeros((rows, columns))
    for y in range(top, top + high * rows):
        for x in range(left, left + wide * columns):
            inside = any(box.left <= x < box.right and box.top <= y < box.bottom for box in boxes)
            counted[(y - top) // high, (x - left) // wide] += inside / (wide * high)
    assert covered(boxes, region, rows, columns) == pytest.approx(counted)


def test_a_region_without_an_area_is_not_covered() -> None:
    assert covered([DOG], Box(5, 5, 5, 9), 2, 2).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_what_has_no_evidence_of_a_place_has_no_value_and_is_compared_with_nobody(grounding: Grounding) -> None:
    blind = looking("A dog and a man.", *[Evidence("neighbour")] * 5)
    seeing = looking("A dog and a man.", None, at((0, 0, 1.0), side=4), None, None, at((0, 0, 1.0), side=4))
    results = [judge(grounding, [scene] * 3, [TRUTH] * 3)[0] for scene in (blind, seeing)]
    first, second = ({score.metric: score for score in result.scores} for result in results)
    assert (first[SHOWN].value, first[POINTING].value) == (0.0, None)
    assert "no evidence" in first[POINTING].missing
    assert second[POINTING].value == 0.5
    metric: Metric[Any] = grounding
    told = verdicts(metric, {("blind", "seeing"): (results[0], results[1])})
    assert [one.metric for one in told] == [NOUNS, SHOWN]
