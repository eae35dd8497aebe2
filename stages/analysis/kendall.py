"""Kendall's rank correlation of rows that count several times, as in resamples: tau-b (1945) and Stuart's tau-c (1953).

One sort serves all resamples: rows are counted in a table of ranks by levels of the judgements, of which there are few.
"""

from collections.abc import Iterable
from typing import Literal, TypeAlias

import numpy as np

from pipeline.records import Array

Variant: TypeAlias = Literal["b", "c"]


def taus(scores: Array, judged: Array, times: Iterable[Array], variant: Variant) -> Array:
    """(resamples,): tau between scores and judgements; NaN where one of them has a single value.

    Args:
        scores: (rows,) what a metric says.
        judged: (rows,) what people say.
        times: of each resample (rows,), how often it has each row.
        variant: "b" corrects for ties in both, "c" for the different numbers of values they can have.
    """
    ranks, at_rank = np.unique(scores, return_inverse=True)
    levels, at_level = np.unique(judged, return_inverse=True)
    shape = (len(ranks), len(levels))
    cells = at_rank * shape[1] + at_level
    return np.array([_tau(np.bincount(cells, count, shape[0] * shape[1]).reshape(shape), variant) for count in times])


def _tau(table: Array, variant: Variant) -> float:
    """From how many rows have each rank and level (ranks, levels)."""
    below = np.cumsum(table, axis=0) - table  # of each level, the rows of lower ranks
    less = np.cumsum(below, axis=1) - below  # and of lower levels
    more = below.sum(axis=1, keepdims=True) - below - less
    surplus = float((table * (less - more)).sum())  # concordant pairs, less discordant ones
    ranks, levels = table.sum(axis=1), table.sum(axis=0)
    square = float(ranks.sum()) ** 2
    untied = [square - float((sums**2).sum()) for sums in (ranks, levels)]  # twice the pairs without a tie
    if not all(untied):
        return float("nan")
    if variant == "b":
        return 2.0 * surplus / float(np.sqrt(untied[0] * untied[1]))
    fewer = min(np.count_nonzero(ranks), np.count_nonzero(levels))
    return 2.0 * surplus * fewer / (square * (fewer - 1))
