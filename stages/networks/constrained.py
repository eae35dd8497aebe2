"""Sentences that say what they must: constrained beam search (Anderson et al., EMNLP 2017).

A constraint is a set of words of which one must be said, by any symbol that is heard as it. The finite-state machine of
a photo's constraints has a state for each subset of them that may have been met; every state is a block of its own, so
that a sentence competes only with those that have met as much, and only in the last state may a sentence end.
"""

import math
from collections.abc import Collection, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from stages.resources.vocabulary import END


class Constrained:
    """The Frontier of such a search. `wanted` has the constraints of each photo; bit k of a state says that the k-th is
    met, and those that a photo has fewer than others are met from the start. Costs two to the number of constraints
    times a search without."""

    def __init__(self, wanted: Sequence[Sequence[Collection[int]]], words: int) -> None:
        most = max((len(sets) for sets in wanted), default=0)
        self.merits = tuple(state.bit_count() for state in range(1 << most))
        self.first = [(1 << most) - (1 << len(sets)) for sets in wanted]
        self.meets = torch.zeros(len(wanted), words, dtype=torch.long)  # bits of the constraints that a word meets
        for photo, sets in enumerate(wanted):
            for bit, one_of in enumerate(sets):
                self.meets[photo, list(one_of)] |= 1 << bit

    def opens(self, photos: int) -> Tensor:
        return F.one_hot(torch.tensor(self.first), len(self.merits)).bool()

    def choose(self, reached: Tensor, photos: Tensor, heard: Tensor, left: Tensor) -> tuple[Tensor, Tensor]:
        _, states, width, _ = reached.shape
        meets = self.meets.to(reached.device)[photos][:, heard].unsqueeze(1)  # (photos, 1, symbols)
        target = torch.arange(states, device=reached.device).view(1, -1, 1) | meets  # (photos, states, symbols)
        target[:, :-1, END] = -1
        found = [
            reached.masked_fill((target != state).unsqueeze(2), -math.inf).flatten(1).topk(width, dim=1)
            for state in range(states)
        ]
        return torch.stack([best.values for best in found], dim=1), torch.stack([best.indices for best in found], dim=1)
