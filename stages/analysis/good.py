"""Which captions are good: as like the references as a given share of people's own captions are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.errors import BadData
from pipeline.records import Array, Caption
from pipeline.stage import Metric
from stages.analysis.scoring import score


@dataclass(frozen=True, slots=True)
class Good:
    """Of each photo with a caption, whether that is good: its score is `threshold` or more."""

    photos: tuple[str, ...]
    good: Array  # (photos,) of bool
    threshold: float


def good_captions(
    captions: Mapping[str, tuple[Caption, ...]],
    references: Mapping[str, tuple[str, ...]],
    quantile: float,
    metric: Metric[Any],
) -> Good:
    """A caption is good if its score, one reference left out at a time, is at least that of `quantile` of people's.

    The metric's row is a caption's score, as CIDEr-D's is. People's are all their captions of these photos, each
    against the others of its photo: at .5 a good caption is as like them as every second of theirs.

    Raises:
        BadData: where no photo has a caption, or a photo has fewer than two references.
    """
    own = {
        photo: tuple(Caption(text, (), reference=i) for i, text in enumerate(group))
        for photo, group in references.items()
    }
    (theirs,), (found,) = (score(said, references, [metric], ["leave_one_out"]) for said in (own, captions))
    for result in (theirs, found):
        if not result.photos:
            raise BadData(f"no caption can be called good: {result.scores[0].missing}")
    threshold = float(np.quantile(theirs.rows, quantile))
    return Good(found.photos, found.rows[:, :, 0].mean(axis=0) >= threshold, threshold)
