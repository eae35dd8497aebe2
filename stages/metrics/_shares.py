"""Shares of counts."""

import math

import numpy as np

from pipeline.records import Array


def share(part: Array, whole: Array) -> Array:
    """part / whole, of any shape; NaN where there is nothing to share out."""
    found: Array = np.divide(part, whole, out=np.full_like(part, math.nan, dtype=float), where=np.asarray(whole) > 0)
    return found
