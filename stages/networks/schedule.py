"""What changes while a captioner is trained: the learning rate, and how often it is fed its own words."""

import math

from stages.networks.options import TrainingOptions


def rate(options: TrainingOptions, passes: float) -> float:
    """The learning rate after so many passes over the photos, of `epochs` in all.

    `cosine` is (1 + cos(pi passes / epochs)) / 2 of the first rate: Loshchilov and Hutter (ICLR 2017), (5), without
    restarts; `linear` is 1 - passes / epochs of it. During `warm_up` the rate is the share of it that is over.
    """
    warm = min(1.0, passes / options.warm_up) if options.warm_up else 1.0
    if options.schedule == "constant":
        return warm * options.learning_rate
    if options.schedule == "linear":
        return warm * options.learning_rate * (1 - passes / options.epochs)
    return warm * options.learning_rate * (1 + math.cos(math.pi * passes / options.epochs)) / 2


def own_words(options: TrainingOptions, epoch: int) -> float:
    """The probability that a step of this epoch (the first is 1) is fed the captioner's own word: linear, from 0 in the
    first to `scheduled_sampling` in the last (Bengio et al., NIPS 2015, section 2.4)."""
    return options.scheduled_sampling * (epoch - 1) / max(1, options.epochs - 1)
