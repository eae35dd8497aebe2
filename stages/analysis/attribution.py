"""What each of several replacements changes of a score: of all photos, with intervals, and photo by photo.

The game: players are fields, a coalition is the plan with these replaced, its outcome the score. See `shapley`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.records import Array
from pipeline.stage import Metric
from stages.analysis.alike import require_alike
from stages.analysis.bootstrap import Estimate, estimate, resampled, whole_and_draws
from stages.analysis.scoring import MetricResult
from stages.analysis.shapley import shares

GALLERY = 5
_LEAST = 1e-9  # a share that is rounding and nothing else blames nobody


@dataclass(frozen=True, slots=True)
class Share:
    """One field: the score with it alone replaced, its Shapley share of what replacing all changes, in how many
    resamples of the photos its share is the largest, the photos it is at fault on, those that gain most."""

    field: str
    alone: Estimate
    share: Estimate
    largest: float
    at_fault: int
    gains: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """A plan's score with nothing replaced and with all, and every field's share of the difference.

    `blamed` is the field of the largest share, empty where none is above 0. `faults` says of every photo which field
    has the largest share there; of a photo that no replacement helps, none. `exact` where every coalition was scored.
    """

    score: str
    none: Estimate
    all: Estimate
    shares: tuple[Share, ...]
    blamed: str
    faults: Mapping[str, str]
    exact: bool


def attribute(
    metric: Metric[object], score: str, fields: Sequence[str], results: Mapping[int, MetricResult], seed: int = 0
) -> Attribution:
    """Shares of one score of a metric.

    Args:
        fields: one or more that are replaced; the i-th is bit i of a coalition.
        results: coalition -> what the metric says with these replaced, of `shapley.coalitions`.

    Raises:
        BadData: where the results are not of the same photos and references.
    """
    for other in results.values():
        require_alike(results[0], other)
    photos, column = results[0].photos, metric.scores.index(score)
    draws = whole_and_draws(len(photos), seed)
    whole = {mask: resampled(metric, result, draws)[:, column] for mask, result in results.items()}
    alone = np.eye(len(photos))
    each = {mask: resampled(metric, result, alone)[:, column] for mask, result in results.items()}
    parts = shares(whole, len(fields))  # (fields, 1 + draws)
    own = np.nan_to_num(shares(each, len(fields)))  # (fields, photos)
    fault = np.where(own.max(axis=0) > _LEAST, own.argmax(axis=0), -1)
    first = np.where(parts[:, 1:].max(axis=0) > _LEAST, parts[:, 1:].argmax(axis=0), -1)
    return Attribution(
        score,
        estimate(whole[0]),
        estimate(whole[2 ** len(fields) - 1]),
        tuple(
            Share(
                field,
                estimate(whole[1 << place]),
                estimate(parts[place]),
                float(np.mean(first == place)),
                int(np.sum(fault == place)),
                _most(own[place], photos),
            )
            for place, field in enumerate(fields)
        ),
        fields[int(parts[:, 0].argmax())] if parts[:, 0].max() > _LEAST else "",
        {photo: fields[place] for photo, place in zip(photos, fault.tolist(), strict=True) if place >= 0},
        len(results) == 2 ** len(fields),
    )


def estimated(metric: Metric[object], score: str, result: MetricResult, seed: int = 0) -> Estimate:
    """One score of a metric with its interval, from the same draws of photos as `attribute`."""
    draws = whole_and_draws(len(result.photos), seed)
    return estimate(resampled(metric, result, draws)[:, metric.scores.index(score)])


def _most(gains: Array, photos: Sequence[str]) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-gains, kind="stable")[:GALLERY]
    return tuple((photos[place], float(gains[place])) for place in order if gains[place] > _LEAST)
