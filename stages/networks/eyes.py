"""The end of a backbone, where it learns with the captioner that looks through it (Vinyals et al. 2015, section 4.3.1).

What comes before it is looked at once a photo and stored as maps; it is run on them in place of being stored itself.
"""

from torch import Tensor, nn


class Eyes(nn.Module):
    """From maps (photos, rows, columns, channels) to a grid (photos, locations, features), locations row by row.

    Args:
        tail: (photos, channels, rows, columns) -> (photos, features, rows, columns).
        share: of the captioner's learning rate, at which it learns.
        first: the epoch, counted from 1, in which it begins to.
    """

    def __init__(self, tail: nn.Module, share: float, first: int) -> None:
        super().__init__()
        self.tail, self.share, self.first = tail, share, first

    def forward(self, maps: Tensor) -> Tensor:
        grid: Tensor = self.tail(maps.permute(0, 3, 1, 2))  # in memory, channels stay last
        return grid.flatten(2).transpose(1, 2)

    def open(self, epoch: int) -> None:
        """Learn in this epoch, or not yet."""
        self.requires_grad_(epoch >= self.first)
