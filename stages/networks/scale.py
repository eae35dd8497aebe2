"""One number that brings the features of whichever backbone to the same size.

Where features enter through linear maps alone the number changes no equation: it stands for a factor of W. It changes
how fast W learns. Adam moves each weight by about the learning rate, hence a sum over the channels by
the rate times their absolute sum. Of the 1280 rectified channels of a convolution that is some 300, of a word's 256
some 10: the gates would saturate before a word has been learned.
"""

import torch
from torch import Tensor, nn


class Scale(nn.Module):
    """Multiplies vectors (..., channels) by one factor: 1 until `fit` has seen some."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("factor", torch.ones(()))
        self.factor: Tensor

    def fit(self, vectors: Tensor) -> None:
        """Choose the factor that gives these vectors (..., channels) a root mean square length of 1; 1 for zeros."""
        length = vectors.square().sum(dim=-1).mean().sqrt()
        self.factor.copy_(torch.where(length > 0, 1 / length, torch.ones_like(length)))

    def forward(self, vectors: Tensor) -> Tensor:
        return vectors * self.factor
