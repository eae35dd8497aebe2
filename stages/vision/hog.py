"""Histograms of oriented gradients over a whole photo, at every scale (Dalal & Triggs 2005).

One photo at one scale is a grid of blocks: 2 x 2 cells of CELL pixels, normalised together, one every CELL pixels,
each 4 cells x 9 orientations of unsigned gradients. Every window on that grid shares the blocks it covers, so they
are computed once. In colour, a pixel's gradient is the strongest of its three channels'.
"""

from collections.abc import Iterator

import numpy as np

from pipeline.records import Array

CELL = 8
"""Width and height of a cell in pixels, and the step from one block to the next."""
BLOCK = 36
"""Numbers in a block: 4 cells x 9 orientations."""
MOST_ENLARGED = 2.0
"""Photos smaller than the pyramid's first level grow at most so many times."""


def block_grid(pixels: Array) -> Array:
    """The blocks of one photo as it is: (height, width, 3) uint8 -> (height // CELL - 1, width // CELL - 1, BLOCK).

    What lies right of and below the last whole cell is left out; a photo of less than two cells has no block.
    """
    import cv2

    rows, columns = pixels.shape[0] // CELL, pixels.shape[1] // CELL
    if min(rows, columns) < 2:
        return np.zeros((max(rows - 1, 0), max(columns - 1, 0), BLOCK), dtype=np.float32)
    size = (columns * CELL, rows * CELL)
    hog = cv2.HOGDescriptor(size, (2 * CELL, 2 * CELL), (CELL, CELL), (CELL, CELL), 9)
    blocks = np.asarray(hog.compute(np.ascontiguousarray(pixels[: size[1], : size[0]])))  # column by column
    return np.ascontiguousarray(blocks.reshape(columns - 1, rows - 1, BLOCK).transpose(1, 0, 2))


def mirrored(blocks: Array) -> Array:
    """Blocks (..., rows, columns, BLOCK) as they would be in the photo with left and right exchanged."""
    parts = blocks.reshape(*blocks.shape[:-1], 2, 2, 9)  # (..., rows, columns, cell x, cell y, orientation)
    return np.asarray(parts[..., ::-1, ::-1, :, ::-1].reshape(blocks.shape))


def resized(pixels: Array, width: int, height: int) -> Array:
    """The photo at another size: averaged where it shrinks to half or less, else interpolated."""
    import cv2

    halved = 2 * width <= pixels.shape[1] or 2 * height <= pixels.shape[0]
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if halved else cv2.INTER_LINEAR))


def pyramid(pixels: Array, side: int, steps: int) -> Iterator[tuple[float, float, Array]]:
    """The block grids of a photo at falling sizes: (level pixels / photo pixels across, the same down, blocks).

    The first level's long side is `side`, or MOST_ENLARGED times the photo's if that is less; `steps` levels halve
    the size; the last level still has a block.
    """
    height, width = pixels.shape[:2]
    largest = min(side / max(height, width), MOST_ENLARGED)
    octave = pixels
    for step in range(64 * steps):
        scale = largest * 2 ** (-step / steps)
        across, down = round(width * scale), round(height * scale)
        if min(across, down) < 2 * CELL:
            return
        if step % steps == 0:
            octave = resized(octave, across, down)
        yield across / width, down / height, block_grid(resized(octave, across, down))
