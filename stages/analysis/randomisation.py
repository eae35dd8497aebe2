"""Whether two systems differ: paired approximate randomisation over photos (Noreen 1989), corrected by Holm (1979).

If it did not matter which of two systems said what, the captions of any photo could be swapped. The p-value is the
share of random swaps that make the systems differ as much as they do, the pair itself counted in.
"""

from collections.abc import Iterator

import numpy as np

from pipeline.records import Array
from pipeline.stage import Metric
from stages.analysis.alike import require_alike
from stages.analysis.scoring import MetricResult

DRAWS = 5_000
LEVEL = 0.05
_BLOCK = 4_000_000  # swaps in memory at once
_TIE = 1e-12


def swaps(photos: int, draws: int = DRAWS, seed: int = 0) -> Iterator[Array]:
    """(some draws, photos) of 0 and 1, `draws` rows in all: whether a photo's captions are swapped."""
    generator, step = np.random.default_rng(seed), max(1, _BLOCK // photos)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        bits = np.frombuffer(generator.bytes(-(-rows * photos // 8)), np.uint8)
        yield np.unpackbits(bits, count=rows * photos).reshape(rows, photos).astype(np.float64)


def p_values(
    metric: Metric[object], first: MetricResult, second: MetricResult, draws: int = DRAWS, seed: int = 0
) -> dict[str, float]:
    """Score -> p = (1 + #{|d*| >= |d|}) / (1 + draws), where d is the difference and d* that after random swaps.

    Raises:
        BadData: if the results are not of the same metric, photos and references.
    """
    require_alike(first, second)
    rounds, photos, width = first.rows.shape
    one, other = (result.rows.sum(axis=1) for result in (first, second))  # (rounds, statistics)
    gaps = (second.rows - first.rows).transpose(1, 0, 2).reshape(photos, -1)

    def differences(moved: Array) -> Array:
        """(draws, scores) from what swaps add to the first system's sums (draws, rounds, statistics)."""
        values = metric.from_sums(np.stack([other - moved, one + moved]), photos).mean(axis=2)
        apart: Array = np.abs(values[0] - values[1])
        return apart

    observed = differences(np.zeros((1, rounds, width)))
    blocks = (differences((block @ gaps).reshape(-1, rounds, width)) for block in swaps(photos, draws, seed))
    as_large = np.sum([(block >= observed - _TIE).sum(axis=0) for block in blocks], axis=0)
    return dict(zip(metric.scores, ((1.0 + as_large) / (1.0 + draws)).tolist(), strict=True))


def holm(p: Array) -> Array:
    """p-values of several tests, adjusted so that one of LEVEL or less is wrong in LEVEL of such families at most."""
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
