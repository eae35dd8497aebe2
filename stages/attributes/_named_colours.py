"""Colours by their names alone, where captions teach too little: how much of a box has a colour of that name."""

from collections.abc import Sequence

import numpy as np

from pipeline.records import Array
from stages.attributes._lessons import LearningConfig, Lessons
from stages.language.attribute_kinds import COLOUR, kind
from stages.vision.calibration import probability
from stages.vision.colour_names import COLOUR_NAMES

CURVE = np.array([6.1, -2.5])
"""Slope and offset of the probability that it is this colour, where people name one, by its share of the box: Platt's
curve of 6,517 colours said or denied of boxes in 1,500 training photos of Flickr8k."""


def unlearned(lessons: Lessons, config: LearningConfig) -> tuple[str, ...]:
    """The colours to be told by name: those not learned, unless the dataset has its own idea of colours."""
    if not config.mines or any(kind(name) == COLOUR for name in lessons.annotated):
        return ()
    return tuple(name for name in COLOUR_NAMES if name not in lessons.attributes)


def by_name(shares: Array, colours: Sequence[str]) -> Array:
    """Probabilities of colours: the looks `names` of boxes, (boxes, NAMES) -> (boxes, colours)."""
    _, middle, own = np.moveaxis(shares.reshape(len(shares), 3, len(COLOUR_NAMES)), 1, 0)
    places = [COLOUR_NAMES.index(colour) for colour in colours]
    return probability(((middle + own) / 2)[:, places], CURVE)
