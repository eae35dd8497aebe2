"""Which concepts are said of which photos: what every concept classifier learns from."""

from collections.abc import Sequence

import numpy as np

from pipeline.errors import BadData
from pipeline.records import Array, Scored, Truth
from pipeline.stage import Resources
from stages.language.english import parse
from stages.resources.concepts import Concepts


def named(truth: Sequence[Truth], resources: Resources) -> Array:
    """(photos, concepts) bool: whether any caption of a photo says a concept.

    Captions are parsed, not looked up among the training parses, since `tune` has none there.
    """
    concepts = resources.of(Concepts)
    parses = iter(parse(caption for item in truth for caption in item.captions))
    rows = np.zeros((len(truth), len(concepts)), dtype=bool)
    for row, item in zip(rows, truth, strict=True):
        row[sorted(concepts.said([next(parses) for _ in item.captions]))] = True
    return rows


def captioned(truth: Sequence[Truth], stage: str) -> list[int]:
    """The places of the photos of which something is said; of the others nobody knows what they lack.

    Raises:
        BadData: if there is none.
    """
    places = [place for place, item in enumerate(truth) if item.captions]
    if not places:
        raise BadData(f"no training photo has a caption, so concepts={stage} cannot learn: give captions to some")
    return places


def ranked(names: Sequence[str], row: Array) -> tuple[Scored, ...]:
    """Concepts with their probabilities, best first; equal ones stay in the order of their frequency."""
    return tuple(sorted(zip(names, row.tolist(), strict=True), key=lambda pair: -pair[1]))
