"""Additive attention (Bahdanau et al. 2015): how well each location answers what a state asks for.

Computed in float32 at least, also where keys and queries come of products in fewer bits: fp16 has no exp(2x) beyond
x = 5.5.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

_FLAT = 20.0  # exp(2 * 20) twice still fits float32; only parts beyond it that nearly cancel come out otherwise


def exponential(part: Tensor) -> Tensor:
    """exp(2 x): what `scores` wants of keys and queries, so that the keys' exponential is taken once a photo."""
    wide = part.to(torch.promote_types(part.dtype, torch.float32))
    return (2 * wide.clamp(-_FLAT, _FLAT)).exp()


def scores(keys: Tensor, query: Tensor, weight: Tensor) -> Tensor:
    """w . tanh(key + query) for each location, with tanh(k + q) = 1 - 2 / (exp(2k) exp(2q) + 1).

    Two products and a quotient in place of a tanh for every location, word and unit: the greater part of a step.

    Args:
        keys: (photos, locations, dim), through `exponential`.
        query: (photos * beams, dim), not yet through it; the beams of a photo follow one another.
        weight: (dim,).

    Returns:
        (photos, beams, locations).
    """
    asked = exponential(query).view(len(keys), -1, len(weight))  # (photos, beams, dim)
    fit: Tensor = weight.sum() - 2 * _Below.apply(keys, asked, weight)
    return fit.to(query.dtype)


class _Below(Function):
    """b . w with b = 1 / (k q + 1), keys k (photos, locations, dim), queries q (photos, beams, dim) and w (dim,).

    Followed back by hand, since db / dk = -q b^2 and db / dq = -k b^2 = -(b - b^2) / q need b alone, which is of the
    size of everything else together: five passes over it in place of nine.
    """

    @staticmethod
    def forward(ctx: Any, keys: Tensor, asked: Tensor, weight: Tensor) -> Tensor:
        product = torch.addcmul(weight.new_ones(()), keys.unsqueeze(1), asked.unsqueeze(2))
        below = product.reciprocal_()  # (photos, beams, locations, dim)
        ctx.save_for_backward(below, asked, weight)
        with torch.autocast(weight.device.type, enabled=False):
            return below @ weight

    @staticmethod
    def backward(ctx: Any, above: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        below, asked, weight = ctx.saved_tensors
        above = above.to(below.dtype)
        row = above.unsqueeze(2)  # (photos, beams, 1, locations)
        to_weight = above.flatten() @ below.flatten(0, 2)
        square = below * below
        to_asked = (row @ below - row @ square).squeeze(2).mul_(-weight / asked)
        to_keys = square.mul_((-weight * asked).unsqueeze(2)).mul_(above.unsqueeze(3))
        return to_keys.sum(dim=1) if to_keys.shape[1] > 1 else to_keys.squeeze(1), to_asked, to_weight
