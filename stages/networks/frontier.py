"""Which sentences a beam search goes on with: `width` of them in each of some blocks of a photo.

Ordinary beam search has one block. In diverse beam search blocks are groups that avoid each other's words; in
constrained beam search (`stages/networks/constrained.py`) they are what of a photo's constraints has been met.
"""

from typing import Protocol

import torch
from torch import Tensor


class Frontier(Protocol):
    """`merits` has one number a block: sentences of a block of higher merit come before all others."""

    @property
    def merits(self) -> tuple[int, ...]: ...

    def opens(self, photos: int) -> Tensor:
        """(photos, blocks): in which blocks a sentence begins."""

    def choose(self, reached: Tensor, photos: Tensor, heard: Tensor, left: Tensor) -> tuple[Tensor, Tensor]:
        """The best continuations for each block, best first, of these photos.

        Args:
            reached: (photos, blocks, width, symbols) log-probability of each sentence followed by each symbol.
            photos: (photos,) which of those that were opened are still there.
            heard: (symbols,) the word that each symbol is heard as.
            left: (photos, blocks) how many of a block's choices are gone on with, the best ones.

        Returns:
            Log-probabilities and places, each (photos, blocks, width); a place counts through all symbols of all
            sentences of all blocks of its photo.
        """


class Groups:
    """Diverse beam search (Vijayakumar et al., AAAI 2018): groups choose one after another, and a word costs
    `diversity` for each sentence of the photo's earlier groups that says it at the same step (Hamming diversity)."""

    def __init__(self, groups: int = 1, diversity: float = 0.0) -> None:
        self.merits, self.diversity = (0,) * groups, diversity

    def opens(self, photos: int) -> Tensor:
        return torch.ones(photos, len(self.merits), dtype=torch.bool)

    def choose(self, reached: Tensor, photos: Tensor, heard: Tensor, left: Tensor) -> tuple[Tensor, Tensor]:
        many, _, width, symbols = reached.shape
        said = reached.new_zeros(many, 1, symbols)
        goes_on = torch.arange(width, device=reached.device) < left.unsqueeze(2)  # (photos, blocks, width)
        scores, places = [], []
        for group, own in enumerate(reached.unbind(dim=1)):  # (photos, width, symbols)
            cost = self.diversity * said[:, :, heard]
            place = (own - cost).flatten(1).topk(width, dim=1).indices  # (photos, width)
            score = own.flatten(1).gather(1, place)
            counts = score.isfinite() & goes_on[:, group]
            said[:, 0].scatter_add_(1, heard[place % symbols], counts.to(said.dtype))
            scores.append(score)
            places.append(place + group * width * symbols)
        return torch.stack(scores, dim=1), torch.stack(places, dim=1)
