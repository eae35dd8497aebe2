"""A linear layer learned from photos as bags of regions, by the element-wise logistic loss of Wu et al. (2016).

A photo of one region is the paper's predictor of the whole photo. Of several regions, `max` takes the largest answer,
as the paper does; `noisy_or` takes the photo to show what at least one region shows, each by itself:
P_ij = 1 - prod_r (1 - sigma(p_ijr)), with -log P or -log(1 - P) in place of the loss's term.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.records import Array
from pipeline.stage import Runtime
from stages.networks import multilabel
from stages.networks.device import resolve
from stages.networks.multilabel_options import MultilabelOptions

Gather = Callable[[Sequence[int]], Array]
"""Places of photos -> their regions, (photos, regions, channels), already standardised."""


@dataclass(frozen=True, slots=True)
class Bags:
    """The regions of photos, and what they show: (photos, concepts) bool."""

    gather: Gather
    shows: Array


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights (channels, concepts), biases (concepts,), and J of `tune` after each epoch."""

    weights: Array
    biases: Array
    judged: tuple[float, ...]


def losses(answers: Tensor, shows: Tensor, pool: str) -> Tensor:
    """(photos, regions, concepts) answers, (photos, concepts) 0 or 1 -> (photos, concepts) terms of J."""
    if pool == "max":
        return multilabel.logistic(answers.amax(dim=1), shows)
    none = -nn.functional.softplus(answers).sum(dim=1)  # log prod (1 - sigma(p)): (photos, concepts)
    some = torch.log(-torch.expm1(none.clamp(max=-1e-30)))
    return -torch.where(shows > 0, some, none)


def learn(train: Bags, tune: Bags, options: MultilabelOptions, pool: str, runtime: Runtime) -> Learned:
    """The layer after the epoch with the lowest J of `tune`; after the last where `tune` has no photo with captions."""
    device, (regions, channels) = resolve(runtime.device), train.gather([0]).shape[1:]
    biases = multilabel.odds(train.shows)
    if pool == "noisy_or":
        each = -np.expm1(-np.logaddexp(0, biases) / regions)  # 1 - (1 - share)^(1 / regions)
        biases = np.log(each / (1 - each))
    layer = multilabel.Layer(channels, torch.tensor(biases, dtype=torch.float32), options.dropout)

    def lessons(bags: Bags) -> multilabel.Lessons:
        def terms(places: Sequence[int], shows: Tensor) -> Tensor:
            seen = torch.from_numpy(np.ascontiguousarray(bags.gather(places), dtype=np.float32))
            return losses(layer(seen.to(device)), shows, pool)

        return multilabel.Lessons(bags.shows, terms)

    judged = multilabel.learn(layer, lessons(train), lessons(tune), options, runtime, device)
    return Learned(layer.weights.detach().cpu().numpy(), layer.biases.detach().cpu().numpy(), judged)
