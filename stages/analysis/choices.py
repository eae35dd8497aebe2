"""A person's choice between two captions of one photo, and shares of such choices with their bounds."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.records import Array
from stages.analysis.bootstrap import bounds

Side: TypeAlias = Literal[0, 1, 2]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: of `systems` (first side, second side) the 1st or 2nd was preferred, or 0: the judge could not say.

    `again` says that the question repeats an earlier one, of the same `question`, with its sides swapped.
    """

    question: str
    judge: str
    photo: str
    systems: tuple[str, str]
    side: Side
    again: bool = False

    @property
    def system(self) -> str:
        """The one preferred; empty where none was."""
        return self.systems[self.side - 1] if self.side else ""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a number of answers, and its bounds; both None where there were no answers."""

    count: int
    value: float | None
    interval: tuple[float, float] | None


def share_of(part: float, whole: float, drawn_part: Array, drawn_whole: Array) -> Share:
    """part / whole, of all photos and of each resample (draws,); resamples in which nobody was asked say nothing."""
    if not whole:
        return Share(0, None, None)
    asked = drawn_whole > 0
    return Share(round(whole), float(part / whole), bounds(drawn_part[asked] / drawn_whole[asked]))
