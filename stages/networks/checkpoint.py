"""How far a training has come: its weights and their average, its optimiser, its log and the best weights so far, kept
in one file."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from stages.networks.average import Average
from stages.networks.captioner import Captioner
from stages.networks.options import Epoch, TrainingOptions, best
from stages.networks.precision import scaler
from stages.networks.resumable import keep, kept, made_by


@dataclass(slots=True)
class Run:
    """How far a training has come, and its checkpoint."""

    network: Captioner
    average: Average | None
    optimiser: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    recipe: str
    path: Path | None
    log: list[Epoch]
    best: dict[str, Tensor]

    @classmethod
    def resume(
        cls,
        network: Captioner,
        optimiser: torch.optim.Optimizer,
        options: TrainingOptions,
        scratch: Path | None,
        device: str,
    ) -> "Run":
        """Continue where the same options and sizes left off; otherwise begin.

        Raises:
            StoreError: if the checkpoint is damaged.
        """
        mine = made_by(options, network)
        average = Average(network, options.average) if options.average else None
        path = scratch / "checkpoint.pt" if scratch else None
        run = cls(network, average, optimiser, scaler(options, device), mine, path, [], {})
        state = kept(path, device)
        if state.get("recipe") == mine:
            network.load_state_dict(state["network"])
            if average is not None:
                average.load_state_dict(state["average"])
            optimiser.load_state_dict(state["optimiser"])
            run.scaler.load_state_dict(state["scaler"])
            run.log, run.best = [Epoch(*entry) for entry in state["log"]], state["best"]
        return run

    @property
    def speaker(self) -> Captioner:
        """The captioner that is judged and kept: the average where there is one."""
        return self.network if self.average is None else self.average.captioner

    @property
    def stale(self) -> int:
        """Epochs since the best; those before the backbone begins to learn do not count."""
        before = 0 if self.network.eyes is None else self.network.eyes.first - 1
        return len(self.log) - max(best(self.log) + 1, before)

    def note(self, epoch: Epoch) -> None:
        self.log.append(epoch)
        if best(self.log) == len(self.log) - 1:
            self.best = {name: value.detach().clone() for name, value in self.speaker.state_dict().items()}

    def save(self) -> None:
        """Write the checkpoint in one piece.

        Raises:
            StoreError: if it cannot be written.
        """
        state = {
            "recipe": self.recipe,
            "network": self.network.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "log": [dataclasses.astuple(epoch) for epoch in self.log],
            "best": self.best,
        }
        keep(self.path, state)
