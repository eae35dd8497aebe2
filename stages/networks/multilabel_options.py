"""How what tells concepts is trained. Imports no torch."""

from dataclasses import dataclass

from pipeline.config import option


@dataclass(frozen=True, slots=True)
class MultilabelOptions:
    """Training by what photos show, stopped by the loss of `tune`; see `stages.networks.multilabel`."""

    epochs: int = option(30, "times over the photos, at most", low=1, high=10_000)
    patience: int = option(4, "epochs without a lower loss of tune after which it ends", low=1, high=10_000)
    batch: int = option(64, "photos of a step", low=1, high=100_000)
    learning_rate: float = option(0.001, "Adam's rate", low=1e-8, high=10.0)
    weight_decay: float = option(0.1, "decay of the weights (AdamW)", low=0.0, high=100.0)
    dropout: float = option(0.3, "share of channels left out in training", low=0.0, high=0.95)
    seed: int = option(0, "seed of the order and of what is left out", low=0, high=2**31 - 1)
