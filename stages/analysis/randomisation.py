"""Whether two systems differ: paired approximate randomisation over photos (Noreen 1989), corrected by Holm (1979).

If it did not matter which of two systems said what, the captions of any photo could be swapped. The p-value is the
share of random swaps that make the systems differ as much as they do, the pair itself counted in.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from pipeline.records import Array
from pipeline.stage import Metric
from stages.analysis.alike import require_alike
from stages.analysis.scoring import MetricResult

Names: TypeAlias = tuple[str, str]
LEAST_DRAWS = 5_000
LEVEL = 0.05
_FINER = 10  # times finer than Holm's first step
_BLOCK = 1_000_000  # swaps in memory at once
_SUMS = 4_000_000  # and sums of swapped photos
_TIE = 1e-12


def draws_for(pairs: int) -> int:
    """As many swaps as it takes for the least p-value, multiplied by the number of pairs, to stay well below LEVEL."""
    return max(LEAST_DRAWS, math.ceil(_FINER * pairs / LEVEL))


def swaps(photos: int, draws: int, seed: int = 0, block: int = _BLOCK) -> Iterator[Array]:
    """(some draws, photos) of 0 and 1, `draws` rows in all: whether a photo's captions are swapped."""
    generator, step = np.random.default_rng(seed), max(1, block // photos)
    for start in range(0, draws, step):
        rows = min(step, draws - start)
        bits = np.frombuffer(generator.bytes(-(-rows * photos // 8)), np.uint8)
        yield np.unpackbits(bits, count=rows * photos).reshape(rows, photos).astype(np.float64)


def p_values(
    metric: Metric[object],
    pairs: Mapping[Names, tuple[MetricResult, MetricResult]],
    draws: int | None = None,
    seed: int = 0,
) -> dict[Names, dict[str, float]]:
    """Pair -> score -> p = (1 + #{|d*| >= |d|}) / (1 + draws); d is the difference, d* that after random swaps.

    A swap after which a score has no value counts as one that differs as much; where the pair itself has no difference
    there is no p-value, but NaN. Draws are, unless given, as many as `draws_for` says.

    Raises:
        BadData: if the results of a pair are not of the same metric, photos and references.
    """
    alike: dict[tuple[str, ...], list[Names]] = {}
    for names, (first, second) in pairs.items():
        require_alike(first, second)
        alike.setdefault(first.photos, []).append(names)
    found: dict[Names, list[float]] = {}
    for same in alike.values():
        table = _p_values(metric, [pairs[names] for names in same], draws or draws_for(len(pairs)), seed)
        found |= dict(zip(same, table.tolist(), strict=True))
    return {names: dict(zip(metric.scores, found[names], strict=True)) for names in pairs}


def _p_values(
    metric: Metric[object], pairs: Sequence[tuple[MetricResult, MetricResult]], draws: int, seed: int
) -> Array:
    """(pairs, scores) of pairs on the same photos.

    What a swap moves is the difference of what two systems have on the photos swapped: these sums are made once a
    system, not once a pair.
    """
    results = {id(result): result for pair in pairs for result in pair}
    places = {key: place for place, key in enumerate(results)}
    ends = [(places[id(first)], places[id(second)]) for first, second in pairs]
    rows = np.stack([result.rows.transpose(2, 0, 1) for result in results.values()])
    photos, whole = rows.shape[-1], rows.sum(axis=-1, keepdims=True)  # (systems, statistics, rounds, photos)

    def differences(one: int, other: int, swapped: Array) -> Array:
        """(draws, scores) from every system's sums over the photos swapped (systems, statistics, rounds, draws)."""
        moved = swapped[other] - swapped[one]
        sums = np.stack([whole[one] + moved, whole[other] - moved])
        values = metric.from_sums(np.moveaxis(sums, 1, -1), photos).mean(axis=1)
        apart: Array = np.abs(values[0] - values[1])
        return apart

    observed = np.concatenate([differences(*pair, np.zeros_like(whole)) for pair in ends])
    smaller = np.zeros(observed.shape)
    for block in swaps(photos, draws, seed, min(_BLOCK, _SUMS * photos // max(1, whole.size))):
        swapped = (rows.reshape(-1, photos) @ block.T).reshape(*whole.shape[:-1], len(block))
        for place, pair in enumerate(ends):
            smaller[place] += (differences(*pair, swapped) < observed[place] - _TIE).sum(axis=0)
    p: Array = np.where(np.isfinite(observed), (1.0 + draws - smaller) / (1.0 + draws), np.nan)
    return p


def holm(p: Array) -> Array:
    """p-values of several tests, adjusted so that one of LEVEL or less is wrong in LEVEL of such families at most."""
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
