"""Features of whichever backbone brought to a mean of zero and one length.

Where they enter through a linear map W, this is a factor of W and a bias of its answer: the model can say no more and
no less than before. It learns faster. Photos differ in how far they are from the mean, not in the mean itself, which
for rectified channels is as long; and Adam moves each weight by about the learning rate, hence a sum over the channels
by the rate times their absolute sum, which should be neither lost beside a word's nor ten times it. On Flickr8k a
length of 6 brought Show and Tell to the CIDEr-D in two epochs that uncentred features of length 1.5 took four for.
"""

import torch
from torch import Tensor, nn

LENGTH = 6.0
"""Root mean square length of the vectors that were fitted."""


class Standard(nn.Module):
    """(x - mean) * factor of vectors (..., channels): x itself until `fit` has seen some."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("factor", torch.ones(()))
        self.mean: Tensor
        self.factor: Tensor

    def fit(self, vectors: Tensor) -> None:
        """Take the mean of these vectors (n, channels) and the factor that makes them LENGTH long, 1 for equal ones."""
        self.mean.copy_(vectors.mean(dim=0))
        length = (vectors - self.mean).square().sum(dim=-1).mean().sqrt()
        alike = length <= 1e-5 * self.mean.norm()  # but for rounding
        self.factor.copy_(torch.where(alike, torch.ones_like(length), LENGTH / length))

    def forward(self, vectors: Tensor) -> Tensor:
        return (vectors - self.mean) * self.factor
