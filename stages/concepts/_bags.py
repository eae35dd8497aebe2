"""A linear layer learned from photos as bags of regions, by the element-wise logistic loss of Wu et al. (2016).

With y_ij = +1 where photo i shows concept j and -1 where not, and p_ij what the layer answers,

    J = 1/N sum_i sum_j log(1 + exp(-y_ij p_ij)).

A photo of one region is the paper's predictor of the whole photo. Of several regions, `max` takes the largest answer,
as the paper does; `noisy_or` takes the photo to show what at least one region shows, each by itself:
P_ij = 1 - prod_r (1 - sigma(p_ijr)), with -log P or -log(1 - P) in place of the term above.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipeline.records import Array
from pipeline.stage import Runtime
from stages.concepts._options import BagOptions
from stages.networks.device import resolve
from stages.networks.training import seeded

Gather = Callable[[Sequence[int]], Array]
"""Places of photos -> their regions, (photos, regions, channels), already standardised."""
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class Bags:
    """So many photos, their regions, and what they show: (photos, concepts) bool."""

    count: int
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
        signs = 2 * shows - 1  # y, in {-1, +1}
        return torch.nn.functional.softplus(-signs * answers.amax(dim=1))
    none = -torch.nn.functional.softplus(answers).sum(dim=1)  # log prod (1 - sigma(p)): (photos, concepts)
    some = torch.log(-torch.expm1(none.clamp(max=-1e-30)))
    return -torch.where(shows > 0, some, none)


def learn(train: Bags, tune: Bags, options: BagOptions, pool: str, runtime: Runtime) -> Learned:
    """The layer after the epoch with the lowest J of `tune`; after the last where `tune` has no photo with captions."""
    device, (regions, channels) = resolve(runtime.device), train.gather([0]).shape[1:]
    shares = (train.shows.sum(axis=0) + 1) / (train.count + 2)
    each = 1 - (1 - shares) ** (1 / regions) if pool == "noisy_or" else shares
    weights = torch.zeros(channels, train.shows.shape[1], device=device, requires_grad=True)
    biases = torch.tensor(np.log(each / (1 - each)), dtype=torch.float32, device=device, requires_grad=True)
    groups: list[dict[str, Any]] = [{"params": [weights]}, {"params": [biases], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=options.learning_rate, weight_decay=options.weight_decay)
    best, judged = (weights.detach().clone(), biases.detach().clone()), list[float]()
    for epoch in runtime.progress(range(options.epochs), "fit concepts, epochs", options.epochs):
        with seeded(options.seed, epoch + 1, device):
            for places in torch.split(torch.randperm(train.count), options.batch):
                seen, shows = _batch(train, places.tolist(), device)
                left = torch.nn.functional.dropout(seen, options.dropout)
                loss = losses(left @ weights + biases, shows, pool).sum(dim=1).mean()
                optimiser.zero_grad(set_to_none=True)
                torch.autograd.backward(loss)
                optimiser.step()
        judged.append(_judged(tune, weights, biases, pool, device))
        if not tune.count or judged[-1] < min(judged[:-1], default=float("inf")):
            best = weights.detach().clone(), biases.detach().clone()
        if tune.count and len(judged) - 1 - judged.index(min(judged)) >= options.patience:
            break
    return Learned(best[0].cpu().numpy(), best[1].cpu().numpy(), tuple(judged))


def _judged(tune: Bags, weights: Tensor, biases: Tensor, pool: str, device: str) -> float:
    """J of `tune`."""
    total = 0.0
    with torch.inference_mode():
        for start in range(0, tune.count, _CHUNK):
            seen, shows = _batch(tune, range(start, min(start + _CHUNK, tune.count)), device)
            total += losses(seen @ weights + biases, shows, pool).sum().item()
    return total / max(tune.count, 1)


def _batch(bags: Bags, places: Sequence[int], device: str) -> tuple[Tensor, Tensor]:
    seen = torch.from_numpy(np.ascontiguousarray(bags.gather(places), dtype=np.float32))
    shows = torch.from_numpy(bags.shows[list(places)].astype(np.float32))
    return seen.to(device), shows.to(device)
