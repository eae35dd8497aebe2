import numpy as np
import pytest

from stages.vision.hog import BLOCK, CELL, block_grid, mirrored, pyramid


def _smooth(rows: int, columns: int) -> np.ndarray:
    import cv2

    coarse = np.random.default_rng(0).integers(0, 256, (rows // 8, columns // 8, 3), dtype=np.uint8)
    return cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC)


def test_a_window_inside_a_photo_has_the_photos_blocks():
    photo = _smooth(80, 96)
    whole, part = block_grid(photo), block_grid(photo[CELL:, 2 * CELL :])
    assert whole.shape == (9, 11, BLOCK)
    np.testing.assert_allclose(part[1:, 1:], whole[2:, 3:], atol=1e-6)  # the first ones see the edge


def test_every_block_has_unit_length_at_most():
    lengths = np.linalg.norm(block_grid(_smooth(64, 64)), axis=2)
    assert lengths.max() <= 1 + 1e-5
    assert lengths.min() > 0.9


def test_a_vertical_edge_has_horizontal_gradients_only():
    photo = np.zeros((48, 48, 3), dtype=np.uint8)
    photo[:, 24:] = 255
    directions = block_grid(photo).reshape(-1, 4, 9).sum(axis=(0, 1))
    assert directions[[0, 8]].sum() == pytest.approx(directions.sum())  # unsigned: around 0 and 180 degrees


def test_mirroring_blocks_is_mirroring_the_photo():
    import cv2

    photo = _smooth(80, 96)
    # OpenCV centres a block's Gaussian half a pixel off; with a flat one mirror images agree exactly.
    flat = cv2.HOGDescriptor((96, 80), (2 * CELL, 2 * CELL), (CELL, CELL), (CELL, CELL), 9, 1, 1e4)
    blocks, other = (
        flat.compute(np.ascontiguousarray(pixels)).reshape(11, 9, BLOCK).swapaxes(0, 1)
        for pixels in (photo, photo[:, ::-1])
    )
    np.testing.assert_allclose(mirrored(blocks), other, atol=1e-5)
    np.testing.assert_array_equal(mirrored(mirrored(blocks)), blocks)


def test_the_pyramid_halves_every_few_steps_down_to_one_block():
    levels = list(pyramid(_smooth(64, 128), 128, 2))
    assert [scale for scale, _, _ in levels] == pytest.approx([1, 91 / 128, 0.5, 45 / 128, 0.25])
    assert [blocks.shape[:2] for _, _, blocks in levels] == [(7, 15), (4, 10), (3, 7), (1, 4), (1, 3)]


def test_small_photos_at_most_double():
    across, down, blocks = next(pyramid(_smooth(32, 32), 448, 3))
    assert (across, down, blocks.shape) == (2, 2, (7, 7, BLOCK))


@pytest.mark.parametrize("size", [(1, 1), (7, 400), (15, 15)])
def test_photos_without_two_cells_have_no_block(size):
    photo = np.zeros((*size, 3), dtype=np.uint8)
    assert block_grid(photo).size == 0
    assert size == (15, 15) or not list(pyramid(photo, 448, 3))
