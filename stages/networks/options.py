"""What every neural captioner lets one choose, and what it remembers of its training. Imports no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.config import option


@dataclass(frozen=True, slots=True)
class CaptionerOptions:
    """Training and decoding, the same for every captioner; a captioner's Config extends it with its own sizes."""

    batch: int = option(16, "photos computed at once in training, each with all its captions", low=1)
    accumulate: int = option(1, "batches in a training step", low=1)
    learning_rate: float = option(4e-4, "of Adam", low=1e-8, high=1.0)
    schedule: Literal["constant", "linear", "cosine"] = option(
        "constant", "of the learning rate; linear and cosine end at 0"
    )
    warm_up: float = option(0.0, "epochs in which the learning rate rises from 0", low=0.0)
    average: float = option(0.0, "decay of the averaged weights, which are judged and kept; 0: none", low=0.0, high=1.0)
    scheduled_sampling: float = option(
        0.0, "probability, in the last epoch, that a step is fed the captioner's own word", low=0.0, high=1.0
    )
    precision: Literal["fp32", "bf16", "fp16"] = option(
        "fp32", "of matrix products in training; others save time on CUDA alone"
    )
    label_smoothing: float = option(0.0, "share of belief given to all symbols alike in training", low=0.0, high=0.9)
    weight_decay: float = option(0.0, "share of the weights that a step at rate 1 would take away", low=0.0, high=1.0)
    clip: float = option(5.0, "longest gradient, in norm, that a step may follow", low=1e-6)
    epochs: int = option(50, "most passes over the training photos", low=1)
    patience: int = option(6, "epochs without a better CIDEr-D of tune before training stops", low=1)
    refit: bool = option(False, "then train anew on train and tune together, for as many epochs as were best")
    seed: int = option(0, "of the first weights, the order of the photos and dropout", low=0)
    beam: int = option(3, "sentences followed at once when speaking", low=1, high=100, affects="predict")
    length_normalisation: str = option(
        "none",
        "what ranks finished sentences: log-probability, or its mean over the words",
        choices=("none", "mean"),
        affects="predict",
    )
    unrepeated: int = option(0, "words in a row that no caption says twice; 0: any", low=0, affects="predict")
    n_best: int = option(1, "captions given for a photo, best first; at most `beam`", low=1, affects="predict")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training photos: loss in nats a word, CIDEr-D of tune decoded greedily (None without tune)."""

    loss: float
    cider: float | None
    seconds: float


def best(log: Sequence[Epoch]) -> int:
    """The place of the best epoch; of the last where nothing judged."""
    known = [epoch.cider for epoch in log if epoch.cider is not None]
    return [epoch.cider for epoch in log].index(max(known)) if known else len(log) - 1
