"""What every neural captioner lets one choose, and what it remembers of its training. Imports no torch."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

from pipeline.config import option
from pipeline.errors import BadOption


@dataclass(frozen=True)
class TrainingOptions:
    """How a captioner learns."""

    batch: int = option(16, "photos computed at once in training, each with all its captions", low=1)
    accumulate: int = option(1, "batches in a training step", low=1)
    learning_rate: float = option(4e-4, "of Adam", low=1e-8, high=1.0)
    schedule: Literal["constant", "linear", "cosine"] = option(
        "constant", "of the learning rate; linear and cosine end at 0"
    )
    warm_up: float = option(0.0, "epochs, fewer than all, in which the learning rate rises from 0", low=0.0)
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
    patience: int = option(
        6, "epochs without a better CIDEr-D of tune, once it is above 0, before training stops", low=1
    )
    refit: bool = option(False, "then train anew on train and tune together, for as many epochs as were best")
    self_critical: int = option(0, "passes after that which raise the CIDEr-D of samples", low=0)
    self_critical_rate: float = option(4e-5, "of Adam in these passes", low=1e-8, high=1.0)
    samples: int = option(5, "sentences sampled of a photo in such a step", low=1)
    baseline: Literal["greedy", "others"] = option(
        "greedy", "what a sample must beat: the greedy caption or the others"
    )
    members: int = option(1, "networks, each of a seed of its own, that speak as one", low=1)
    seed: int = option(0, "of the first weights, the order of the photos and dropout", low=0)

    def __post_init__(self) -> None:
        if self.warm_up >= self.epochs:
            raise BadOption(f"warm_up={self.warm_up} never ends: take less than epochs={self.epochs}")
        if self.self_critical and self.refit:
            raise BadOption(f"self_critical={self.self_critical} goes without a second training: leave out refit=true")
        if self.self_critical and self.baseline == "others" and self.samples == 1:
            raise BadOption("samples=1 has no others to beat: take samples=2 or more, or baseline=greedy")
        if not self.self_critical:
            _refuse_changed(self, ("self_critical_rate", "samples", "baseline"), "self_critical=1 or more")

    @property
    def seeds(self) -> tuple[int, ...]:
        """That of each member; no other `seed` shares one with as many members."""
        return tuple(self.seed * self.members + member for member in range(self.members))


@dataclass(frozen=True)
class SpeakingOptions:
    """How a captioner speaks; none of this trains anything anew."""

    search: Literal["beam", "sample"] = option(
        "beam", "how sentences are found: the best ones, or `n_best` by chance", affects="predict"
    )
    beam: int = option(3, "sentences followed at once when speaking", low=1, high=100, affects="predict")
    length_normalisation: str = option(
        "none",
        "what ranks finished sentences: their log-probability over what of their length",
        choices=("none", "mean", "gnmt", "polynomial", "min_hinge", "max_hinge", "gaussian"),
        affects="predict",
    )
    length_power: float = option(0.7, "exponent of gnmt and of polynomial", low=0.0, high=10.0, affects="predict")
    unrepeated: int = option(0, "words in a row that no caption says twice; 0: any", low=0, affects="predict")
    stutter: bool = option(True, "a word may follow itself", affects="predict")
    unknown: bool = option(False, "the unknown word may be said", affects="predict")
    n_best: int = option(1, "captions given for a photo, best first; at most `beam`", low=1, affects="predict")
    groups: int = option(1, "groups of `beam` sentences each that avoid each other's words", low=1, affects="predict")
    diversity: float = option(
        0.5, "nats a word costs for each sentence of earlier groups saying it", low=0.0, high=100.0, affects="predict"
    )
    must_say: int = option(
        0, "objects of `graph`, clearest first, that a caption has to name", low=0, high=6, affects="predict"
    )
    temperature: float = option(
        1.0, "of samples; below 1, what is probable becomes more so", low=0.01, affects="predict"
    )
    top_k: int = option(
        0, "symbols that a sample may go on with, the most probable ones; 0: all", low=0, affects="predict"
    )
    top_p: float = option(1.0, "share of probability that a sample keeps to", low=1e-6, high=1.0, affects="predict")
    draw: int = option(0, "seed of samples", low=0, affects="predict")
    int8: bool = option(
        False,
        "matrix products of speaking in 8-bit integers, on the CPU; captions then hang on the photos of a batch",
        affects="predict",
    )

    def __post_init__(self) -> None:
        if self.must_say and (self.search == "sample" or self.groups > 1):
            other = "search=sample" if self.search == "sample" else f"groups={self.groups}"
            raise BadOption(f"must_say={self.must_say} goes with ordinary beam search: leave out {other}")
        if self.search == "sample":
            _refuse_changed(self, ("groups",), "search=beam")
        else:
            _refuse_changed(self, ("temperature", "top_k", "top_p", "draw"), "search=sample")
        if self.groups == 1:
            _refuse_changed(self, ("diversity",), "groups=2 or more")
        if self.length_normalisation not in ("gnmt", "polynomial"):
            _refuse_changed(self, ("length_power",), "length_normalisation=gnmt")


@dataclass(frozen=True)
class CaptionerOptions(SpeakingOptions, TrainingOptions):
    """Both, the same for every captioner; a captioner's Config extends them with its own sizes."""

    def __post_init__(self) -> None:
        TrainingOptions.__post_init__(self)
        SpeakingOptions.__post_init__(self)


@dataclass(frozen=True)
class GridCaptionerOptions(CaptionerOptions):
    """Of captioners that look at a grid and nothing else, which may look for themselves."""

    fine_tune: bool = option(
        False, "the end of the backbone learns too: `maps` are read in place of the grid", later=True
    )
    fine_tune_share: float = option(
        1.0, "of the learning rate, at which the backbone learns", low=1e-6, high=1.0, later=True
    )
    fine_tune_from: int = option(
        1, "the epoch in which the backbone begins to learn; `patience` counts from there", low=1, later=True
    )

    def __post_init__(self) -> None:
        CaptionerOptions.__post_init__(self)
        most = self.epochs + self.self_critical
        if not self.fine_tune:
            _refuse_changed(self, ("fine_tune_share", "fine_tune_from"), "fine_tune=true")
        elif self.fine_tune_from > most:
            raise BadOption(
                f"fine_tune_from={self.fine_tune_from} is never reached: take fine_tune_from={most} or less"
            )


def _refuse_changed(options: TrainingOptions | SpeakingOptions, names: Sequence[str], use: str) -> None:
    """Refuse options that differ from their defaults where nothing would come of it."""
    for item in fields(options):
        value = getattr(options, item.name)
        if item.name in names and value != item.default:
            raise BadOption(f"{item.name}={value} does nothing here: leave it out, or take it with {use}")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training photos: loss in nats a word (where `rewarded`, in self-critical passes, the mean
    reward with a minus), CIDEr-D of tune decoded greedily (None without tune)."""

    loss: float
    cider: float | None
    seconds: float
    rewarded: bool = False


def best(log: Sequence[Epoch]) -> int:
    """The place of the best epoch; of the last where nothing judged, or all were judged 0, which tells none apart."""
    scores = [epoch.cider or 0.0 for epoch in log]
    return scores.index(max(scores)) if any(scores) else len(log) - 1
