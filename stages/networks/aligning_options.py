"""What the training of an alignment model lets one choose. Imports no torch."""

from dataclasses import dataclass

from pipeline.config import option


@dataclass(frozen=True, slots=True)
class AligningOptions:
    """Sizes and batches by default are the paper's; it chose rates by trial, without naming them."""

    size: int = option(1000, "of the space of regions and words, and of the states on the way", low=1)
    dropout: float = option(0.5, "share of units left out in training", low=0.0, high=0.95)
    batch: int = option(100, "photos in a training step, each with one sentence", low=2)
    learning_rate: float = option(4e-4, "of Adam", low=1e-8, high=1.0)
    clip: float = option(5.0, "most that a number of the gradient may be", low=1e-6)
    epochs: int = option(20, "most passes over the sentences", low=1)
    patience: int = option(3, "epochs without better retrieval on tune before training stops", low=1)
    seed: int = option(0, "of the first weights, the order of the photos and dropout", low=0)
