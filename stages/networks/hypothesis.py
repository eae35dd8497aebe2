"""Sentences that are said or being said, with their log-probabilities and the evidence of each word."""

from dataclasses import dataclass

import torch
from torch import Tensor

from stages.networks.captioner import StepEvidence
from stages.resources.vocabulary import END


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One sentence: its symbols, their log-probabilities, that of its end (None where it was cut), and evidence."""

    symbols: tuple[int, ...]
    scores: tuple[float, ...]
    end: float | None
    why: tuple[StepEvidence, ...]  # one a symbol, without the dimension of sentences

    @property
    def log_probability(self) -> float:
        return sum(self.scores) + (self.end or 0.0)

    @property
    def length(self) -> int:
        """Symbols, the end among them."""
        return len(self.symbols) + (self.end is not None)


@dataclass(frozen=True, slots=True)
class Trail:
    """What each sentence has said so far, and why."""

    words: Tensor  # (sentences, steps)
    scores: Tensor  # (sentences, steps)
    why: tuple[StepEvidence, ...] = ()  # one a step

    @classmethod
    def begin(cls, sentences: int, device: torch.device) -> "Trail":
        nothing = torch.empty((sentences, 0), device=device)
        return cls(nothing.long(), nothing)

    def take(self, rows: Tensor) -> "Trail":
        return Trail(self.words[rows], self.scores[rows], tuple(why.take(rows) for why in self.why))

    def grow(self, word: Tensor, score: Tensor, why: StepEvidence) -> "Trail":
        words = torch.cat([self.words, word.unsqueeze(1)], dim=1)
        return Trail(words, torch.cat([self.scores, score.unsqueeze(1)], dim=1), (*self.why, why))

    def hypothesis(self, row: int) -> Hypothesis:
        """What sentence `row` came to; its end, where there is one, is no symbol of it."""
        words, scores = self.words[row].tolist(), self.scores[row].tolist()
        end = scores.pop() if words[-1] == END else None
        why = tuple(step.take(row) for step in self.why[: len(scores)])
        return Hypothesis(tuple(words[: len(scores)]), tuple(scores), end, why)
