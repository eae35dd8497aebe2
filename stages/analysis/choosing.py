"""Choosing, photo by photo, which of several systems speaks: the best there could be, and what can be learned of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from pipeline.errors import BadData
from pipeline.records import Array
from stages.analysis.alike import require_alike
from stages.analysis.scoring import MetricResult

RIDGES = tuple(10.0**power for power in range(-1, 5))


@dataclass(frozen=True, slots=True)
class Chooser:
    """Of each system a ridge regression from its signs to what its caption is worth; the highest promise speaks.

    A sign that a caption lacks is taken to be what it was on average where the regression was learned.
    """

    regressions: tuple[Any, ...]

    @classmethod
    def fit(cls, signs: Sequence[Array], worth: Array) -> Self:
        """From photos that are not those to be described.

        Args:
            signs: of each system (photos, signs), NaN where a caption has no such sign.
            worth: (photos, systems), a score of each caption.

        Raises:
            BadData: for fewer than two systems or ten photos.
        """
        from sklearn.impute import SimpleImputer
        from sklearn.linear_model import RidgeCV
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        photos, systems = worth.shape
        if systems < 2 or photos < 10:
            raise BadData(f"{systems} systems on {photos} photos: choosing is learned of two or more on ten or more")
        made = []
        for table, values in zip(signs, worth.T, strict=True):
            filled = SimpleImputer(keep_empty_features=True)  # with means; with 0 what no caption has
            made.append(make_pipeline(filled, StandardScaler(), RidgeCV(RIDGES)).fit(_known(table), values))
        return cls(tuple(made))

    def choose(self, signs: Sequence[Array]) -> Array:
        """(photos,): the place of the system that speaks; of equal promises the first."""
        promised = [one.predict(_known(table)) for one, table in zip(self.regressions, signs, strict=True)]
        return _highest(np.stack(promised, axis=1))


def best_choice(results: Sequence[MetricResult]) -> Array:
    """(photos,): the system whose caption is worth most, known only afterwards; of equal ones the first."""
    return _highest(worth(results))


def worth(results: Sequence[MetricResult]) -> Array:
    """(photos, systems): the first statistic of each photo, mean over rounds, of a metric whose score is its mean.

    Raises:
        BadData: if the results are not of the same metric, photos and references.
    """
    for other in results[1:]:
        require_alike(results[0], other)
    return np.stack([result.rows[:, :, 0].mean(axis=0) for result in results], axis=1)


def as_chosen(results: Sequence[MetricResult], choice: Array) -> MetricResult:
    """What the metric says of the captions chosen."""
    rows = np.stack([result.rows for result in results])  # (systems, rounds, photos, statistics)
    photos = np.arange(len(choice))
    return replace(results[0], rows=np.moveaxis(rows[choice, :, photos], 0, 1))


def _highest(values: Array) -> Array:
    places: Array = np.argmax(values, axis=1)
    return places


def _known(table: Array) -> Array:
    """With NaN for all that is no number."""
    known: Array = np.where(np.isfinite(table), table, np.nan)
    return known
