"""How what tells concepts answers."""

from collections.abc import Sequence

from pipeline.records import Array, Scored


def ranked(names: Sequence[str], row: Array) -> tuple[Scored, ...]:
    """Concepts with their probabilities, best first; equal ones stay in the order of their frequency."""
    return tuple(sorted(zip(names, row.tolist(), strict=True), key=lambda pair: -pair[1]))
