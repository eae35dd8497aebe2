"""Linear templates over block grids, and every window of a photo scored at once.

A template of r x c blocks sees (r + 1) x (c + 1) cells, of which the object fills the inner (r - 1) x (c - 1): the
ring around it lets a template see contours against the background. Each template also counts as its mirror image.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.records import Array, Box
from stages.vision.hog import CELL, block_grid, mirrored, pyramid, resized

PADDING = 2
"""Blocks of no gradient laid around a level, so that a window may reach over the photo's edge."""


@dataclass(frozen=True, slots=True)
class Templates:
    """T templates, each zero outside its own shape.

    labels: (T,) index of the label each votes for; shapes: (T, 2) rows and columns in blocks;
    weights: (T, most rows, most columns, dims); biases: (T,); projection: (BLOCK, dims), of blocks on principal axes.
    """

    labels: Array
    shapes: Array
    weights: Array
    biases: Array
    projection: Array


@dataclass(frozen=True, slots=True)
class Grids:
    """A photo's pyramid: per level its projected and padded blocks (rows, columns, dims) and its scale.

    scales: (levels, 2) level pixels per photo pixel across and down; size: (width, height) of the photo.
    """

    levels: Sequence[Array]
    scales: Array
    size: tuple[int, int]

    def window(self, place: Array, shape: Array) -> Array:
        """The blocks under one window: (rows, columns, dims)."""
        level, row, column = (int(value) for value in place)
        return self.levels[level][row : row + int(shape[0]), column : column + int(shape[1])]

    def boxes(self, places: Array, shape: Array) -> Array:
        """The boxes of the objects in windows of a shape, in pixels of the photo, cut at its edges: (n, 4)."""
        corner = (places[:, [2, 1]] - PADDING + 1) * CELL  # (n, 2) x, y
        opposite = corner + (shape[[1, 0]] - 1) * CELL  # (n, 2)
        scales = self.scales[places[:, 0]]  # (n, 2)
        boxes = np.concatenate([corner / scales, opposite / scales], axis=1)
        return np.asarray(np.clip(boxes, 0, self.size * 2))


@dataclass(frozen=True, slots=True)
class Windows:
    """n windows of one photo: the template, whether mirrored, the score, all (n,), the object's box (n, 4) and the
    place (n, 3): level, row and column."""

    templates: Array
    mirrored: Array
    scores: Array
    boxes: Array
    places: Array


def grids(pixels: Array, projection: Array, side: int, steps: int) -> Grids:
    """The projected pyramid of a photo; see `hog.pyramid`."""
    margin = ((PADDING, PADDING), (PADDING, PADDING), (0, 0))
    levels = list(pyramid(pixels, side, steps))
    scales = np.array([(across, down) for across, down, _ in levels]).reshape(-1, 2)
    padded = [np.pad(blocks @ projection, margin) for _, _, blocks in levels]
    return Grids(padded, scales, (pixels.shape[1], pixels.shape[0]))


def mirrored_features(features: Array, projection: Array) -> Array:
    """Projected blocks (..., rows, columns, dims) as they would be in the mirrored photo.

    Exact because the principal axes of blocks and their mirror images together span a space that mirroring keeps.
    """
    return np.asarray(mirrored(features @ projection.T) @ projection)


class Bank:
    """Templates and their mirror images, arranged by shape so that matrix products score all windows of a level."""

    def __init__(self, templates: Templates) -> None:
        self._widest = int(templates.shapes[:, 1].max(initial=1))
        self._groups = [_group(templates, shape) for shape in np.unique(templates.shapes, axis=0)]

    def scan(self, grids: Grids, least: Array) -> Windows:
        """The windows of a photo that reach their template's least score, (T,)."""
        none = np.zeros(0, dtype=np.int64)
        found = [Windows(none, none > 0, none + 0.0, np.zeros((0, 4)), np.zeros((0, 3), dtype=np.int64))]
        for index, level in enumerate(grids.levels):
            down, across, _ = level.shape
            wide = np.pad(level, ((0, 0), (0, self._widest - 1), (0, 0)))
            strips = np.lib.stride_tricks.sliding_window_view(
                wide, self._widest, axis=1
            )  # (down, across, dims, widest)
            rows = strips.transpose(0, 1, 3, 2).reshape(down * across, -1)  # (down * across, widest * dims)
            for group in self._groups:
                if group.shape[0] <= down and group.shape[1] <= across:
                    y, x, which, scores = group.hits(rows, (down, across), least)
                    places = np.stack([np.full_like(y, index), y, x], axis=1)
                    turned = which >= len(group.members)
                    owners = group.members[which % len(group.members)]
                    found.append(Windows(owners, turned, scores, grids.boxes(places, group.shape), places))
        return Windows(*(np.concatenate([getattr(part, name) for part in found]) for name in Windows.__slots__))


@dataclass(frozen=True, slots=True)
class _Group:
    """The templates of one shape: matrix (rows, columns * dims, 2 members), the second half of them mirrored."""

    shape: Array
    members: Array
    matrix: Array
    biases: Array

    def hits(self, rows: Array, size: tuple[int, int], least: Array) -> tuple[Array, Array, Array, Array]:
        """Row, column, column of `matrix` and score of each window that reaches its template's least score."""
        (down, across), (high, wide) = size, self.shape
        count, length = (down - high + 1) * across, self.matrix.shape[1]
        scores = np.tile(self.biases, (count, 1))  # (count, 2 members)
        for row in range(high):
            scores += rows[row * across : row * across + count, :length] @ self.matrix[row]
        scores = scores.reshape(-1, across, len(self.biases))[:, : across - wide + 1]
        y, x, which = np.nonzero(scores >= np.tile(least[self.members], 2))
        return y, x, which, scores[y, x, which]


def _group(templates: Templates, shape: Array) -> _Group:
    members = np.flatnonzero((templates.shapes == shape).all(axis=1))
    upright = templates.weights[members, : shape[0], : shape[1]]  # (members, rows, columns, dims)
    both = np.concatenate([upright, mirrored_features(upright, templates.projection)])
    matrix = both.transpose(1, 2, 3, 0).reshape(shape[0], -1, len(both))  # (rows, columns * dims, 2 members)
    return _Group(shape, members, np.ascontiguousarray(matrix), np.tile(templates.biases[members], 2))


def centred_window(pixels: Array, box: Box, shape: Array) -> Array:
    """The blocks of the window whose object has the centre and the area of a box: (rows, columns, BLOCK).

    The template's aspect is kept, as when scanning. The photo is continued beyond its edges.
    """
    import cv2

    rows, columns = int(shape[0]), int(shape[1])
    cell = float(np.sqrt((box.right - box.left) * (box.bottom - box.top) / ((rows - 1) * (columns - 1))))
    middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    size = ((columns + 3) * CELL, (rows + 3) * CELL)  # a cell more on each side, for the gradients at the edges
    left, top = (round(m - cell * s / CELL / 2) for m, s in zip(middle, size, strict=True))
    right, bottom = (
        max(round(m + cell * s / CELL / 2), e + 1) for m, s, e in zip(middle, size, (left, top), strict=True)
    )
    height, width = pixels.shape[:2]
    over = (max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0))
    crop = pixels[max(top, 0) : bottom, max(left, 0) : right]
    return block_grid(resized(cv2.copyMakeBorder(crop, *over, borderType=cv2.BORDER_REPLICATE), *size))[1:-1, 1:-1]
