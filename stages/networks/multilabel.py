"""Training what tells concepts by the element-wise logistic loss of Wu et al. (2016), stopped by that of `tune`.

With y_ij = +1 where photo i shows concept j and -1 where not, and p_ij what the network answers,

    J = 1/N sum_i sum_j log(1 + exp(-y_ij p_ij)).

Every epoch draws its order and its dropout from the seed and its own number, hence a run resumed from the checkpoint in
`runtime.scratch` equals one that was never interrupted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.records import Array
from pipeline.stage import Runtime
from stages.networks.memory import freed_memory_kept
from stages.networks.multilabel_options import MultilabelOptions
from stages.networks.resumable import keep, kept, made_by
from stages.networks.training import seeded


@dataclass(frozen=True, slots=True)
class Lessons:
    """What photos show, (photos, concepts) bool, and how the terms of J come of the places of some of them and of what
    these show, 0 or 1: (photos, concepts) both."""

    shows: Array
    terms: Callable[[Sequence[int], Tensor], Tensor]

    def loss(self, places: Sequence[int], device: str) -> Tensor:
        """The terms of J of the photos at some places."""
        shows = torch.from_numpy(self.shows[list(places)].astype(np.float32)).to(device)
        return self.terms(places, shows)


class Layer(nn.Module):
    """One answer a concept, of channels some of which are left out in training."""

    def __init__(self, channels: int, biases: Tensor, dropout: float) -> None:
        super().__init__()
        self.weights, self.biases = nn.Parameter(torch.zeros(channels, len(biases))), nn.Parameter(biases)
        self.dropout = nn.Dropout(dropout)

    def forward(self, seen: Tensor) -> Tensor:
        """(..., channels) -> (..., concepts)."""
        answers: Tensor = self.dropout(seen) @ self.weights + self.biases
        return answers


def logistic(answers: Tensor, shows: Tensor) -> Tensor:
    """log(1 + exp(-y p)) of answers p and what is shown, 0 or 1, of the same shape."""
    signs = 2 * shows - 1  # y, in {-1, +1}
    return nn.functional.softplus(-signs * answers)


def odds(shows: Array) -> Array:
    """(concepts,) log odds that a photo shows a concept, by the rule of succession."""
    shares = (shows.sum(axis=0) + 1) / (len(shows) + 2)
    return np.asarray(np.log(shares / (1 - shares)))


@freed_memory_kept()
def learn(
    network: nn.Module, train: Lessons, tune: Lessons, options: MultilabelOptions, runtime: Runtime, device: str
) -> tuple[float, ...]:
    """Train in place and keep the weights of the epoch with the lowest J of `tune`; of the last where it has no photo.

    Matrices and kernels decay, vectors do not.

    Returns:
        J of `tune` after each epoch.

    Raises:
        StoreError: if the checkpoint is damaged or cannot be written.
    """
    run = _Run(network.to(device), options, runtime.scratch, device)
    left = range(len(run.judged), options.epochs)
    for epoch in runtime.progress(left, "fit concepts, epochs", len(left)):
        if len(tune.shows) and run.stale >= options.patience:
            break
        network.train()
        with seeded(options.seed, epoch + 1, device):
            for places in torch.split(torch.randperm(len(train.shows)), options.batch):
                loss = train.loss(places.tolist(), device).sum(dim=1).mean()
                run.optimiser.zero_grad(set_to_none=True)
                torch.autograd.backward(loss)
                run.optimiser.step()
        network.eval()
        run.note(_judged(tune, options.batch, device), last=not len(tune.shows))
    network.load_state_dict(run.best)
    network.eval()
    return tuple(run.judged)


class _Run:
    """How far a training has come."""

    def __init__(self, network: nn.Module, options: MultilabelOptions, scratch: Path | None, device: str) -> None:
        weights = list(network.parameters())
        groups: list[dict[str, Any]] = [
            {"params": [weight for weight in weights if weight.ndim > 1]},
            {"params": [weight for weight in weights if weight.ndim < 2], "weight_decay": 0.0},
        ]
        self.network, self.path = network, scratch / "multilabel.pt" if scratch else None
        self.optimiser = torch.optim.AdamW(groups, lr=options.learning_rate, weight_decay=options.weight_decay)
        self.judged, self.best = list[float](), _copy(network)
        self.recipe = made_by(options, network)
        found = kept(self.path, device)
        if found.get("recipe") == self.recipe:
            network.load_state_dict(found["network"])
            self.optimiser.load_state_dict(found["optimiser"])
            self.judged, self.best = found["judged"], found["best"]

    @property
    def stale(self) -> int:
        """Epochs since the best."""
        return len(self.judged) - 1 - self.judged.index(min(self.judged)) if self.judged else 0

    def note(self, judged: float, last: bool) -> None:
        """An epoch is over: keep its weights if they are the best, or only the `last` counts."""
        self.judged.append(judged)
        if last or not self.stale:
            self.best = _copy(self.network)
        state = {"recipe": self.recipe, "network": self.network.state_dict(), "optimiser": self.optimiser.state_dict()}
        keep(self.path, state | {"judged": self.judged, "best": self.best})


def _judged(tune: Lessons, batch: int, device: str) -> float:
    """J of `tune`."""
    total, count = 0.0, len(tune.shows)
    with torch.inference_mode():
        for start in range(0, count, batch):
            total += tune.loss(range(start, min(start + batch, count)), device).sum().item()
    return total / max(count, 1)


def _copy(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
