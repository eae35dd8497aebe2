"""Several captioners of one kind that speak as one: each next word has the mean of their probabilities.

Memory, state, driven words and outputs are those of the members, one after another.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.resources.vocabulary import Vocabulary


class Ensemble(Captioner):
    """Members that were built alike and trained apart. Their evidence is averaged; the first one spells and points."""

    def __init__(self, members: Sequence[Captioner]) -> None:
        super().__init__()
        self.members, self.parts = tuple(members), nn.ModuleList(members)

    @property
    def kind(self) -> str:
        return self.members[0].kind

    def encode(self, inputs: Tensors) -> Tensors:
        return sum((one.encode(one.see(inputs)) for one in self.members), ())

    def start(self, memory: Tensors) -> Tensors:
        return sum((one.start(own) for one, own in zip(self.members, self._shared(memory), strict=True)), ())

    def drive(self, words: Tensor) -> Tensor:
        return torch.cat([one.drive(words) for one in self.members], dim=1)

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        own = zip(self.members, self._shared(memory), self._shared(state), self._chunks(driven), strict=True)
        steps = [one.advance(its_memory, its_state, part) for one, its_memory, its_state, part in own]
        outputs, states, why = zip(*steps, strict=True)
        return torch.cat(outputs, dim=1), sum(states, ()), type(why[0]).mean(why)

    def complete(self, memory: Tensors, outputs: Tensor) -> Tensor:
        own = zip(self.members, self._shared(memory), self._chunks(outputs), strict=True)
        return torch.cat([one.complete(its_memory, output) for one, its_memory, output in own], dim=1)

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        own = zip(self.members, self._chunks(outputs), strict=True)
        scores = torch.stack([one.read_out(words, output) for one, output in own])  # (members, n, symbols)
        return scores.logsumexp(dim=0) - math.log(len(self.members))

    def spell(self, memory: Tensors, photo: int, symbols: Sequence[int], vocabulary: Vocabulary) -> tuple[str, ...]:
        return self.members[0].spell(self._shared(memory)[0], photo, symbols, vocabulary)

    def heard(self, symbols: Tensor) -> Tensor:
        return self.members[0].heard(symbols)

    def pointed(self, memory: Tensors, photo: int, symbol: int) -> int | None:
        return self.members[0].pointed(self._shared(memory)[0], photo, symbol)

    def places(self, memory: Tensors, photo: int, weights: Tensor) -> tuple[Tensor, tuple[int, int] | None]:
        return self.members[0].places(self._shared(memory)[0], photo, weights)

    def _shared(self, parts: Tensors) -> list[Tensors]:
        """Each member's own."""
        each = len(parts) // len(self.members)
        return [parts[start : start + each] for start in range(0, len(parts), each)]

    def _chunks(self, joined: Tensor) -> tuple[Tensor, ...]:
        return joined.chunk(len(self.members), dim=1)
