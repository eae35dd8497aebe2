"""Rows as directions, so that products of them are cosines."""

import numpy as np

from pipeline.records import Array


def directions(rows: Array) -> Array:
    """(rows, numbers), each row brought to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Array = rows / np.where(lengths > 0, lengths, 1)
    return found
