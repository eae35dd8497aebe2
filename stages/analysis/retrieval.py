"""How well the right answers are found among all: recall at a rank, and the median rank."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.records import Array

RANKS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Of queries: the share whose first right answer is among the best 1, 5, 10, and the median rank of that answer."""

    recall: Mapping[int, float]
    median_rank: float


def retrieval(scores: Array, right: Array) -> Retrieval:
    """Rank all answers for each query; a wrong one that scores the same stands before a right one.

    Args:
        scores: (queries, answers).
        right: (queries, answers) of bool; at least one of each query.
    """
    best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
    ranks = 1 + ((scores >= best) & ~right).sum(axis=1)  # (queries,)
    return Retrieval({rank: float((ranks <= rank).mean()) for rank in RANKS}, float(np.median(ranks)))
