"""Additive attention (Bahdanau et al. 2015): how well each location answers what a state asks for."""

from torch import Tensor

_FLAT = 20.0  # exp(2 * 20) twice still fits float32; only parts beyond it that nearly cancel come out otherwise


def exponential(part: Tensor) -> Tensor:
    """exp(2 x): what `scores` wants of keys and queries, so that the keys' exponential is taken once a photo."""
    return (2 * part.clamp(-_FLAT, _FLAT)).exp()


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
    below = (keys.unsqueeze(1) * asked.unsqueeze(2) + 1).reciprocal()  # (photos, beams, locations, dim)
    fit: Tensor = weight.sum() - 2 * (below @ weight)
    return fit
