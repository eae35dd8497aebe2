"""How much of each place of a grid lies inside boxes."""

from collections.abc import Sequence

import numpy as np

from pipeline.geometry import as_array
from pipeline.records import Array, Box


def covered(boxes: Sequence[Box], region: Box, rows: int = 1, columns: int = 1) -> Array:
    """(rows, columns): the share of every cell of an even grid over `region` that lies inside at least one box.

    Where boxes overlap, the common part counts once. All zeros for a region without an area.
    """
    across = np.linspace(region.left, region.right, columns + 1)
    down = np.linspace(region.top, region.bottom, rows + 1)
    corners = as_array(boxes)
    xs, column = _cut(across, corners[:, [0, 2]])
    ys, row = _cut(down, corners[:, [1, 3]])
    right = (corners[:, :1] <= xs[:-1]) & (xs[1:] <= corners[:, 2:3])  # (boxes, strips)
    below = (corners[:, 1:2] <= ys[:-1]) & (ys[1:] <= corners[:, 3:])  # (boxes, bands)
    inside = (below[:, :, None] & right[:, None, :]).any(axis=0)  # (bands, strips): pieces between all edges
    areas = np.zeros((rows, columns))
    np.add.at(areas, (row[:, None], column[None, :]), inside * np.outer(np.diff(ys), np.diff(xs)))
    whole = np.outer(np.diff(down), np.diff(across))  # (rows, columns)
    shares: Array = np.divide(areas, whole, out=np.zeros_like(areas), where=whole > 0)
    return shares.clip(0.0, 1.0)


def _cut(edges: Array, more: Array) -> tuple[Array, Array]:
    """All edges within a grid's, sorted, and the place in the grid of each piece between two of them."""
    all_edges = np.unique(np.concatenate([edges, more.clip(edges[0], edges[-1]).ravel()]))
    middles = (all_edges[:-1] + all_edges[1:]) / 2
    return all_edges, np.clip(np.searchsorted(edges, middles, side="right") - 1, 0, len(edges) - 2)
