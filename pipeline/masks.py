"""Coarse masks of detections, to and from arrays."""

import numpy as np

from pipeline.errors import ContractViolation
from pipeline.records import Array, Mask


def packed(places: Array) -> Mask:
    """(rows, columns) bool as a Mask."""
    flat = places.astype(bool).ravel()
    turns = np.flatnonzero(np.diff(flat, prepend=False))  # where a run begins, after the first
    runs = np.diff(np.concatenate([[0], turns, [flat.size]]))
    rows, columns = places.shape
    return Mask(rows, columns, tuple(runs.tolist()))


def unpacked(mask: Mask) -> Array:
    """The inverse of `packed`.

    Raises:
        ContractViolation: if the runs do not fill the grid.
    """
    if sum(mask.runs) != mask.rows * mask.columns or min(mask.runs, default=0) < 0:
        raise ContractViolation(f"a mask of {mask.rows} x {mask.columns} places has runs of {sum(mask.runs)} together")
    covered = np.arange(len(mask.runs)) % 2 == 1
    return np.repeat(covered, mask.runs).reshape(mask.rows, mask.columns)
