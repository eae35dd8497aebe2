"""How far people's choices can be trusted: whether a judge is consistent, and whether judges agree."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stages.analysis.agreement import alpha
from stages.analysis.choices import Choice


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge: answers without repeats, and of repeats how many were answered as before."""

    name: str
    answers: int
    repeated: int
    consistent: int


def judges(choices: Sequence[Choice]) -> tuple[Judge, ...]:
    """Every judge, by name."""
    before = {(choice.judge, choice.question): choice.system for choice in choices if not choice.again}
    found = []
    for name in sorted({choice.judge for choice in choices}):
        own = [choice for choice in choices if choice.judge == name]
        repeats = [choice for choice in own if choice.again and (name, choice.question) in before]
        same = sum(choice.system == before[name, choice.question] for choice in repeats)
        found.append(Judge(name, sum(not choice.again for choice in own), len(repeats), same))
    return tuple(found)


def agreement(choices: Iterable[Choice]) -> float | None:
    """Krippendorff's alpha of the sides preferred, neither being one of the values; repeats must be left out.

    Sides and not systems: that one of A and B was preferred could disagree with nothing about C and D, so that systems
    pooled over pairs would make chance look like disagreement, and any two judges agree.
    """
    said: dict[str, list[int]] = defaultdict(list)
    for choice in choices:
        said[choice.question].append(choice.side)
    return alpha(said.values())
