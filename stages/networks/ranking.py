"""What finished sentences are ordered by: their log-probability L over a function of their length n.

    none        L                        mean        L / n
    gnmt        L / ((5 + n) / 6)^a      Wu et al. 2016 (arXiv:1609.08144), (14)
    polynomial  L / n^a                  min_hinge   L / min(n, mu)
    gaussian    L / N(n; mu, sigma)      max_hinge   L / max(n, mu)        Jia et al. (ICCV 2015), section 3.4

n counts the symbols and the end; mu and sigma are the mean and the deviation of n over the training captions.
"""

import math
from dataclasses import dataclass

from stages.networks.hypothesis import Hypothesis

_NARROWEST = 0.5  # sigma: lengths are whole numbers, and those of few captions may all be one
_LEAST = 1e-300  # density, so that quotients are finite


@dataclass(frozen=True, slots=True)
class Ranking:
    """The order of sentences: `power` is a, `mean` and `deviation` are mu and sigma."""

    normalisation: str = "none"
    power: float = 1.0
    mean: float = 1.0
    deviation: float = 1.0

    def divisor(self, length: int) -> float:
        match self.normalisation:
            case "none":
                return 1.0
            case "mean":
                return length
            case "gnmt":
                return math.pow((5 + length) / 6, self.power)
            case "polynomial":
                return math.pow(length, self.power)
            case "min_hinge":
                return min(length, self.mean)
            case "max_hinge":
                return max(length, self.mean)
            case _:  # gaussian
                sigma = max(self.deviation, _NARROWEST)
                density = math.exp(-((length - self.mean) ** 2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi))
                return max(density, _LEAST)

    def rank(self, said: Hypothesis) -> float:
        return said.log_probability / self.divisor(said.length)

    def hope(self, log_probability: float, said: int, longest: int) -> float:
        """The best rank within reach of a sentence of `said` symbols: each more only takes from its log-probability,
        which is never above 0, so that it can gain no more than the largest divisor ahead."""
        ahead = range(min(said + 1, longest), longest + 1)
        return log_probability / max(self.divisor(length) for length in ahead)
