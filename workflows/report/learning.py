"""How a network of a plan learned, as a small drawing: loss a word, and CIDEr-D of `tune`, over the epochs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from workflows.report.section import Section, filled

if TYPE_CHECKING:
    from workflows.report.comparison import Comparison

WIDTH, HEIGHT = 240, 64
"""Of a drawing, in its own units; lines keep a margin of 2."""


@dataclass(frozen=True, slots=True)
class Learning:
    """What each epoch came to; scores may be missing. `refitted`: epochs of a second training on more photos."""

    field: str
    losses: tuple[float, ...]
    scores: tuple[float | None, ...]
    refitted: int = 0

    @classmethod
    def read(cls, field: str, model: Path) -> Self | None:
        """That of the fitted stage in a directory; None for one that does not tell."""
        file = model / "training.json"
        if not file.exists():
            return None
        told = json.loads(file.read_text(encoding="utf-8"))
        losses, scores = (tuple(epoch[name] for epoch in told["epochs"]) for name in ("loss", "cider"))
        return cls(field, losses, scores, len(told.get("refitted", ())))

    @property
    def judged(self) -> tuple[float, ...]:
        """The scores, or none at all."""
        return tuple(score for score in self.scores if score is not None)

    @property
    def best(self) -> int:
        """The number of the epoch that was kept."""
        return self.scores.index(max(self.judged)) + 1 if self.judged else len(self.losses)


def line(values: Sequence[float]) -> str:
    """The points of a polyline through values, evenly spaced, from the least at the bottom to the most at the top."""
    least, most = min(values), max(values)
    step, rise = (WIDTH - 4) / max(1, len(values) - 1), (HEIGHT - 4) / ((most - least) or 1.0)
    return " ".join(
        f"{2 + place * step:.1f},{HEIGHT - 2 - (value - least) * rise:.1f}" for place, value in enumerate(values)
    )


def section(comparison: "Comparison") -> Section | None:
    """How every network learned; None where none tells."""
    learned = [(system.name, each) for system in comparison.systems for each in system.learning]
    return Section("learning", "How the networks learned", curves(learned)) if learned else None


def curves(learned: Sequence[tuple[str, Learning]]) -> str:
    """The drawings of (system, how it learned)."""
    return filled("learning.html", learned=learned, line=line, size=(WIDTH, HEIGHT))
