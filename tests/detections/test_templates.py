import numpy as np
import pytest

from pipeline.records import Box
from stages.detections._templates import Bank, Templates, centred_window, grids, mirrored_features
from stages.vision.hog import BLOCK, block_grid

PHOTO = np.random.default_rng(1).integers(0, 256, (64, 80, 3), dtype=np.uint8)
EVERY = np.eye(BLOCK, dtype=np.float32)


def _templates() -> Templates:
    rng = np.random.default_rng(2)
    shapes = np.array([[3, 4], [4, 3], [3, 4]])
    weights = np.zeros((3, 4, 4, BLOCK), dtype=np.float32)
    for template, (rows, columns) in zip(weights, shapes, strict=True):
        template[:rows, :columns] = rng.normal(size=(rows, columns, BLOCK))
    return Templates(np.array([0, 1, 1]), shapes, weights, rng.normal(size=3).astype(np.float32), EVERY)


def test_a_scan_scores_every_window_as_the_template_does_alone():
    templates, windows = _templates(), grids(PHOTO, EVERY, 80, 2)
    found = Bank(templates).scan(windows, np.full(3, -np.inf))
    expected = {}
    for index, (rows, columns) in enumerate(templates.shapes.tolist()):
        upright = templates.weights[index, :rows, :columns]
        for turned, w in ((False, upright), (True, mirrored_features(upright, EVERY))):
            for number, level in enumerate(windows.levels):
                for y in range(level.shape[0] - rows + 1):
                    for x in range(level.shape[1] - columns + 1):
                        score = np.vdot(level[y : y + rows, x : x + columns], w) + templates.biases[index]
                        expected[index, turned, number, y, x] = score
    keys = zip(found.templates.tolist(), found.mirrored.tolist(), *found.places.T.tolist(), strict=True)
    scanned = dict(zip(keys, found.scores.tolist(), strict=True))
    assert scanned.keys() == expected.keys()
    np.testing.assert_allclose([scanned[key] for key in expected], list(expected.values()), atol=1e-3)


def test_a_scan_keeps_the_windows_that_reach_their_templates_least_score():
    templates, windows = _templates(), grids(PHOTO, EVERY, 80, 2)
    everything = Bank(templates).scan(windows, np.full(3, -np.inf))
    some = Bank(templates).scan(windows, np.array([1.0, np.inf, -1.0]))
    wanted = everything.scores >= np.array([1.0, np.inf, -1.0])[everything.templates]
    np.testing.assert_array_equal(some.scores, everything.scores[wanted])
    np.testing.assert_array_equal(some.boxes, everything.boxes[wanted])


def test_the_box_of_a_window_is_what_lies_inside_its_outer_cells():
    windows = grids(PHOTO, EVERY, 80, 1)
    # Padded by two blocks: row 3, column 2 is block (1, 0) and starts at pixel (8, 0); 3 x 4 blocks see 4 x 5 cells.
    (box,) = windows.boxes(np.array([[0, 3, 2]]), np.array([3, 4]))
    assert box.tolist() == [8, 16, 8 + 3 * 8, 16 + 2 * 8]
    (halved,) = windows.boxes(np.array([[1, 3, 2]]), np.array([3, 4]))
    assert halved.tolist() == [16, 32, 64, 64]
    (cut,) = windows.boxes(np.array([[0, 0, 0]]), np.array([3, 4]))
    assert cut.tolist() == [0, 0, 16, 8]


def test_a_window_centred_on_a_scanned_box_sees_the_same_blocks():
    blocks = block_grid(PHOTO)[1:5, 2:6]  # 4 x 4 blocks see pixels 8..48 down and 16..56 across
    np.testing.assert_allclose(centred_window(PHOTO, Box(24, 16, 48, 40), np.array([4, 4])), blocks, atol=1e-6)


@pytest.mark.parametrize("box", [Box(0, 0, 1, 1), Box(70, 0, 80, 64), Box(0, 0, 80, 64), Box(79.5, 63.5, 80, 64)])
def test_a_window_over_the_edge_of_the_photo_is_filled(box):
    window = centred_window(PHOTO, box, np.array([4, 3]))
    assert window.shape == (4, 3, BLOCK)
    assert np.isfinite(window).all()
