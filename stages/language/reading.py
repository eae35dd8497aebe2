"""What captions say and how well they are built, read once in a process: the same references judge every system."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from stages.language.english import parse
from stages.language.facts import Facts, facts
from stages.language.faults import Faults, faults


@dataclass(frozen=True, slots=True)
class Reading:
    """The facts and the faults of one caption."""

    facts: Facts
    faults: Faults


def read(captions: Iterable[str]) -> dict[str, Reading]:
    """caption -> its reading; a caption read before is not parsed again.

    Raises:
        MissingDependency: where no English model of spaCy is installed.
    """
    known, wanted = _readings(), dict.fromkeys(captions)
    new = [caption for caption in wanted if caption not in known]
    for caption, one in zip(new, parse(new) if new else (), strict=True):
        known[caption] = Reading(facts(one), faults(one))
    return {caption: known[caption] for caption in wanted}


@cache
def _readings() -> dict[str, Reading]:
    return {}
