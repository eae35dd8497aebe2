"""Which photos concept classifiers learn from, and how they answer."""

from collections.abc import Sequence

from pipeline.errors import BadData
from pipeline.records import Array, Scored, Truth


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
