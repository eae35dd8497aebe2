"""How a network of a plan learned, as a small drawing: loss a word, and CIDEr-D of `tune`, over the epochs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Self

from workflows.report.section import Section, filled

if TYPE_CHECKING:
    from workflows.report.comparison import Comparison

WIDTH, HEIGHT = 240, 64
"""Of a drawing, in its own units; lines keep a margin of 2."""


@dataclass(frozen=True, slots=True)
class Learning:
    """What each epoch of one network came to: losses, then rewards, and scores, which may be missing. `refitted`:
    epochs of a second training on more photos."""

    field: str
    losses: tuple[float, ...]
    scores: tuple[float | None, ...]
    refitted: int = 0
    rewards: tuple[float, ...] = ()

    @classmethod
    def read(cls, field: str, model: Path) -> tuple[Self, ...]:
        """That of the fitted stage in a directory, member by member; nothing of one that does not tell."""
        file = model / "training.json"
        if not file.exists():
            return ()
        told = json.loads(file.read_text(encoding="utf-8"))
        epochs, members = iter(told["epochs"]), told.get("members") or [len(told["epochs"])]
        again = len(told.get("refitted", ())) // len(members)
        found = []
        for member, many in enumerate(members):
            own = list(islice(epochs, many))
            losses = tuple(epoch["loss"] for epoch in own if not epoch.get("rewarded"))
            rewards = tuple(-epoch["loss"] for epoch in own if epoch.get("rewarded"))
            name = f"{field}, member {member + 1} of {len(members)}" if len(members) > 1 else field
            found.append(cls(name, losses, tuple(epoch["cider"] for epoch in own), again, rewards))
        return tuple(found)

    @property
    def epochs(self) -> int:
        return len(self.scores)

    @property
    def judged(self) -> tuple[float, ...]:
        """The scores, or none at all."""
        return tuple(score for score in self.scores if score is not None)

    @property
    def best(self) -> int:
        """The number of the epoch that was kept."""
        return self.scores.index(max(self.judged)) + 1 if self.judged else self.epochs


def line(values: Sequence[float], epochs: int, first: int = 0) -> str:
    """The points of a polyline through the values of some of so many epochs, which are evenly spaced, from the least
    at the bottom to the most at the top."""
    least, most = min(values), max(values)
    step, rise = (WIDTH - 4) / max(1, epochs - 1), (HEIGHT - 4) / ((most - least) or 1.0)
    return " ".join(
        f"{2 + place * step:.1f},{HEIGHT - 2 - (value - least) * rise:.1f}" for place, value in enumerate(values, first)
    )


def section(comparison: "Comparison") -> Section | None:
    """How every network learned; None where none tells."""
    learned = [(system.name, each) for system in comparison.systems for each in system.learning]
    return Section("learning", "How the networks learned", curves(learned)) if learned else None


def curves(learned: Sequence[tuple[str, Learning]]) -> str:
    """The drawings of (system, how it learned)."""
    return filled("learning.html", learned=learned, line=line, size=(WIDTH, HEIGHT))
