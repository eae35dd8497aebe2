"""Of every pair of systems: by how much they differ in a score, and whether that could be chance."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.stage import Metric
from stages.analysis.randomisation import LEVEL, Names, holm, p_values
from stages.analysis.scoring import MetricResult, Mode, mean_of_rounds


@dataclass(frozen=True, slots=True)
class Verdict:
    """Two systems on the photos both described, the one of the higher score first. `p` is the chance of so large a
    difference between equal systems; `adjusted` the same, corrected for all pairs asked about."""

    metric: str
    references: Mode
    higher: str
    lower: str
    photos: int
    difference: float
    p: float
    adjusted: float

    @property
    def separable(self) -> bool:
        """Whether the difference can be told from chance."""
        return self.adjusted <= LEVEL


def verdicts(
    metric: Metric[object], pairs: Mapping[Names, tuple[MetricResult, MetricResult]], seed: int = 0
) -> list[Verdict]:
    """Every score of a metric, every pair of systems (by name) that both have it, Holm's correction over these.

    Raises:
        BadData: if two results are not of the same photos and references.
    """
    found = p_values(metric, pairs, seed=seed)
    told = []
    for score in metric.scores:
        both = {names: results for names, results in pairs.items() if math.isfinite(found[names][score])}
        adjusted = holm(np.array([found[names][score] for names in both]))
        for (names, results), corrected in zip(both.items(), adjusted.tolist(), strict=True):
            first, second = (mean_of_rounds(metric, result.rows)[score] for result in results)
            higher, lower = names if first >= second else names[::-1]
            one, p = results[0], found[names][score]
            gap = abs(first - second)
            told.append(Verdict(score, one.references, higher, lower, len(one.photos), gap, p, corrected))
    return told
