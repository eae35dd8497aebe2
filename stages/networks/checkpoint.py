"""How far a training has come: its weights and their average, its optimiser, its log and the best weights so far, kept
in one file."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from pipeline.config import recipe
from pipeline.errors import StoreError
from stages.networks.average import Average
from stages.networks.captioner import Captioner
from stages.networks.options import CaptionerOptions, Epoch, best
from stages.networks.precision import scaler


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
        options: CaptionerOptions,
        scratch: Path | None,
        device: str,
    ) -> "Run":
        """Continue where the same options and sizes left off; otherwise begin.

        Raises:
            StoreError: if the checkpoint is damaged.
        """
        shapes = [list(parameter.shape) for parameter in network.parameters()]
        made_by = json.dumps([recipe(options, "fit"), shapes])
        average = Average(network, options.average) if options.average else None
        path = scratch / "checkpoint.pt" if scratch else None
        run = cls(network, average, optimiser, scaler(options, device), made_by, path, [], {})
        if run.path and run.path.exists():
            try:
                kept: dict[str, Any] = torch.load(run.path, map_location=device, weights_only=True)
            except (OSError, RuntimeError, EOFError, UnpicklingError) as error:
                raise StoreError(
                    f"checkpoint {str(run.path)!r} is damaged ({error}): delete it to begin anew"
                ) from None
            if kept["recipe"] == run.recipe:
                network.load_state_dict(kept["network"])
                if average is not None:
                    average.load_state_dict(kept["average"])
                optimiser.load_state_dict(kept["optimiser"])
                run.scaler.load_state_dict(kept["scaler"])
                run.log, run.best = [Epoch(*entry) for entry in kept["log"]], kept["best"]
        return run

    @property
    def speaker(self) -> Captioner:
        """The captioner that is judged and kept: the average where there is one."""
        return self.network if self.average is None else self.average.captioner

    @property
    def stale(self) -> int:
        """Epochs since the best."""
        return len(self.log) - 1 - best(self.log) if self.log else 0

    def note(self, epoch: Epoch) -> None:
        self.log.append(epoch)
        if self.stale == 0:
            self.best = {name: value.detach().clone() for name, value in self.speaker.state_dict().items()}

    def save(self) -> None:
        """Write the checkpoint in one piece.

        Raises:
            StoreError: if it cannot be written.
        """
        if not self.path:
            return
        state = {
            "recipe": self.recipe,
            "network": self.network.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "log": [dataclasses.astuple(epoch) for epoch in self.log],
            "best": self.best,
        }
        part = self.path.with_suffix(".part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            torch.save(state, part)
            part.replace(self.path)
        except (OSError, RuntimeError) as error:
            raise StoreError(f"checkpoint {str(self.path)!r} cannot be written: {error}; make room there") from None
