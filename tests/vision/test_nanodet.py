"""The network's image and heads, against the formulas of its README and of Generalized Focal Loss."""

from math import exp
from pathlib import Path

import numpy as np
import pytest

from pipeline.records import Array
from stages.language.synonyms import canonical
from stages.vision import nanodet

SINGLE = Path(__file__).parents[3] / "shared" / "weights" / "nanodet_g" / "nanodet_g_coco_416.onnx"


def photo(height: int = 60, width: int = 90) -> Array:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def worked(head: Array, stride: int, row: int, column: int) -> list[float]:
    """Middle of the place -/+ the mean of each side's distribution, one number after the other."""
    middle = (column * stride + (stride - 1) / 2, row * stride + (stride - 1) / 2)
    sides = []
    for side in range(4):
        powers = [exp(head[80 + 11 * side + step, row, column]) for step in range(11)]
        sides.append(sum(step * power for step, power in enumerate(powers)) / sum(powers) * stride)
    return [middle[0] - sides[0], middle[1] - sides[1], middle[0] + sides[2], middle[1] + sides[3]]


@pytest.mark.parametrize("stride", nanodet.STRIDES)
def test_a_side_lies_where_the_mean_of_its_distribution_says(stride: int) -> None:
    head = np.random.default_rng(stride).normal(size=(124, 3, 5))
    boxes, scores = nanodet.decoded(head, stride, 0.0)
    assert boxes.shape == (15, 4)
    for place, (row, column) in enumerate(np.ndindex(3, 5)):
        assert boxes[place] == pytest.approx(worked(head, stride, row, column))
        assert scores[place] == pytest.approx(1 / (1 + np.exp(-head[:80, row, column])))


def test_places_below_the_least_score_are_left_out() -> None:
    head = np.full((124, 2, 3), -3.0)
    head[7, 1, 2] = 1.0
    boxes, scores = nanodet.decoded(head, 8, 0.5)
    assert boxes[0] == pytest.approx(
        [19.5 - 40, 11.5 - 40, 19.5 + 40, 11.5 + 40]
    )  # all distances equal: mean 5 strides
    assert scores.shape == (1, 80)
    assert scores[0].argmax() == 7


def test_the_photo_lies_top_left_blue_first_and_the_rest_is_black() -> None:
    pixels = np.zeros((50, 100, 3), dtype=np.uint8)
    pixels[:] = (200, 100, 50)  # red, green, blue
    image, across, down = nanodet.prepared(pixels, 96)
    assert image.shape == (1, 3, 64, 96)
    assert (across, down) == (0.96, 0.96)
    seen = [(50 - 103.53) / 57.375, (100 - 116.28) / 57.12, (200 - 123.675) / 58.395]
    black = [-103.53 / 57.375, -116.28 / 57.12, -123.675 / 58.395]
    assert image[0, :, 47, 95] == pytest.approx(seen, abs=1e-5)
    assert image[0, :, 48, 0] == pytest.approx(black, abs=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (40, 3000), (3000, 40), (31, 33)])
def test_boxes_of_a_photo_of_any_shape_lie_inside_it(shape: tuple[int, int]) -> None:
    boxes, scores = nanodet.look(photo(*shape), 96, 0.001)
    assert len(boxes) == len(scores) > 0
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2:] <= [shape[1], shape[0]]).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()


def test_a_larger_copy_of_a_photo_has_larger_copies_of_its_boxes() -> None:
    small = photo(64, 96)
    boxes, scores = nanodet.look(small, 96, 0.02)
    larger, same = nanodet.look(small.repeat(3, axis=0).repeat(3, axis=1), 96, 0.02)
    assert len(boxes) > 0
    assert larger == pytest.approx(boxes * 3, abs=0.01)
    assert same == pytest.approx(scores, abs=1e-4)


def test_what_was_looked_at_before_makes_no_difference() -> None:
    first = nanodet.look(photo(), 128, 0.02)
    nanodet.look(photo(200, 30), 96, 0.02)
    again = nanodet.look(photo(), 128, 0.02)
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_its_names_are_the_80_that_captions_are_read_with() -> None:
    assert len(set(nanodet.names())) == 80
    assert [canonical(name) for name in nanodet.names()] == list(nanodet.names())


@pytest.mark.skipif(not SINGLE.is_file(), reason="the graph in single precision is not here")
def test_half_precision_loses_nothing() -> None:
    import cv2

    network = cv2.dnn.readNetFromONNX(str(SINGLE))
    image = nanodet.prepared(photo(400, 400), 416)[0]
    network.setInput(image)
    scores, distances = (np.asarray(output[0]) for output in network.forward(["scores", "dist"]))
    heads = np.concatenate([head.reshape(124, -1).T for head in nanodet._forward(image)])
    assert np.abs(1 / (1 + np.exp(-heads[:, :80])) - scores).max() < 1e-5
    assert np.abs(heads[:, 80:] - distances).max() < 1e-4
