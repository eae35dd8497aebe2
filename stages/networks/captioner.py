"""The contract of every network that captions: words one after another, given what is remembered of a photo.

A captioner says four things: what it remembers of a photo (`encode`), the state before the first word (`start`), how
a word and the state lead to the next state (`drive`, `advance`), and what that makes probable (`read_out`). Stepping,
teacher forcing and the loss follow from these. Only `advance` stands inside the loop over words: what depends on the
words alone belongs in `drive`, what depends on the photo alone in `encode`, what no later state needs in `read_out`,
and each of these is computed for a whole batch of sentences in one matrix product.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stages.networks.deferred import Deferred
from stages.networks.eyes import Eyes
from stages.resources.vocabulary import Vocabulary

Tensors: TypeAlias = tuple[Tensor, ...]
"""Inputs and memory: every tensor has one row a photo. State: one row a sentence."""
Feed: TypeAlias = Callable[[int, Tensors, Tensor | None], Tensor]
"""The step and, of the sentences that still speak, the memory and the output of the step before (None at first) ->
what drives them."""

DRAWN = "log p(s)"
"""The term of evidence that is the log-probability of what a step drew by chance, such as where to look."""


@dataclass(frozen=True, slots=True)
class StepEvidence:
    """Why the words of one step are said: weights over the photo's locations, and named numbers."""

    weights: Tensor | None = None  # (sentences, locations)
    terms: tuple[tuple[str, Tensor], ...] = ()  # each (sentences,)

    def take(self, rows: Tensor | int) -> "StepEvidence":
        """That of some sentences, or of one."""
        weights = None if self.weights is None else self.weights[rows]
        return StepEvidence(weights, tuple((name, values[rows]) for name, values in self.terms))

    @classmethod
    def mean(cls, several: Sequence[Self]) -> Self:
        """That of the same sentences by several captioners."""
        terms = zip(*(each.terms for each in several), strict=True)
        named = tuple((term[0][0], torch.stack([value for _, value in term]).mean(dim=0)) for term in terms)
        return cls(mean_of([each.weights for each in several]), named)


def mean_of(parts: Sequence[Tensor | None]) -> Tensor | None:
    """The mean of the same tensor of several captioners; None where they have none."""
    there = [part for part in parts if part is not None]
    return torch.stack(there).mean(dim=0) if there else None


@dataclass(frozen=True, slots=True)
class Sentences:
    """Captions to be learned together, longest first, packed: all first words, then all second words, and so on.

    `active[t]` sentences have a word at step t, the first of the batch; a sentence leaves when it is said.
    """

    photo: Tensor  # (sentences,) row of the memory
    inputs: Tensor  # (words,) the symbol before each word
    targets: Tensor  # (words,)
    active: tuple[int, ...]
    step: int = 0  # sentences of the whole step, where these are a part of it

    @property
    def together(self) -> int:
        """Sentences that the weights change for at once."""
        return self.step or len(self.photo)


@dataclass(frozen=True, slots=True)
class Unrolled:
    """What a captioner did with Sentences: outputs packed like their words, evidence step by step, and the memory."""

    outputs: Tensor  # (words, dim)
    evidence: tuple[StepEvidence, ...]
    memory: Tensors


class Captioner(nn.Module, ABC):
    """Rows: in memory one a photo; in states, words and outputs one a sentence. Sentences of the same photo follow
    one another, equally many for each, so that they share its memory instead of copying it."""

    evidence_kind: ClassVar[str] = "attention"
    label_smoothing: float = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.eyes: Eyes | None = None

    @property
    def kind(self) -> str:
        """The kind of its evidence."""
        return self.evidence_kind

    def see(self, inputs: Tensors) -> Tensors:
        """What `encode` wants: the inputs, or, of one that looks for itself, the grid that its eyes see in maps."""
        return inputs if self.eyes is None else (self.eyes(*inputs),)

    def begin(self, epoch: int) -> None:
        """Let learn what does in this epoch, counted from 1."""
        if self.eyes is not None:
            self.eyes.open(epoch)

    def calibrate(self, inputs: Tensors) -> None:
        """Look at some training photos before anything is learned; by default nothing comes of it."""

    @abstractmethod
    def encode(self, inputs: Tensors) -> Tensors:
        """The memory of photos: everything about them that no word changes."""

    @abstractmethod
    def start(self, memory: Tensors) -> Tensors:
        """The state before the first word, one row a photo."""

    @abstractmethod
    def drive(self, words: Tensor) -> Tensor:
        """What words (n,) put into their steps whatever the state: (n, dim)."""

    @abstractmethod
    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        """One step: what to read the next word from (sentences, dim), the next state, and the evidence."""

    def complete(self, memory: Tensors, outputs: Tensor) -> Tensor:
        """Outputs (sentences, dim) with what else of their photos the next word is read from, where a loss has use for
        it at few words; by default nothing."""
        return outputs

    @abstractmethod
    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        """Log-probabilities (n, symbols) of what follows words (n,) with complete outputs (n, dim). Symbols beyond the
        vocabulary are the photo's own."""

    def step(self, memory: Tensors, state: Tensors, words: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        """Log-probabilities (sentences, symbols) of what follows `words` (sentences,), the next state, the evidence."""
        output, state, evidence = self.advance(memory, state, self.drive(words))
        return self.read_out(words, self.complete(memory, output)), state, evidence

    def unroll(self, memory: Tensors, sentences: Sentences) -> Unrolled:
        """Say given sentences, each step fed with the true word (teacher forcing). `memory` has one row a photo."""
        steps = torch.split(self.drive(sentences.inputs), list(sentences.active))
        return self.follow(memory, sentences, lambda step, *_: steps[step])

    def follow(self, memory: Tensors, sentences: Sentences, feed: Feed) -> Unrolled:
        """Say sentences as long as those given, each step driven by `feed`."""
        outputs: list[Tensor] = []
        evidence: list[StepEvidence] = []
        here = tuple(part[sentences.photo] for part in memory)  # (sentences, ...)
        state = self.start(here)
        with Deferred():
            for step, active in enumerate(sentences.active):
                if active < len(here[0]):
                    here = tuple(part[:active] for part in here)
                    state = tuple(part[:active] for part in state)
                driven = feed(step, here, outputs[-1][:active] if outputs else None)
                output, state, why = self.advance(here, state, driven)
                outputs.append(output)
                evidence.append(why)
        return Unrolled(torch.cat(outputs), tuple(evidence), memory)

    def loss(self, said: Unrolled, sentences: Sentences) -> Tensor:
        """-log p(sentence | photo), mean over the sentences; what more a paper minimises is added by its captioner.

        A step that is computed in parts follows the mean of their losses, weighted by their sentences: what is no mean
        over the sentences must look at `together`.
        """
        return self.surprise(self.read_out(sentences.inputs, said.outputs), sentences) / len(sentences.photo)

    def surprise(self, scores: Tensor, sentences: Sentences) -> Tensor:
        """-log p of all words together, given the log-probabilities (words, symbols) of what may stand in their places.

        With label smoothing, the cross-entropy against (1 - share) of the target and `share` spread evenly over all
        symbols (Szegedy et al., CVPR 2016, section 7).
        """
        surprise = F.nll_loss(scores, sentences.targets, reduction="sum")
        if self.label_smoothing:
            spread = -scores.mean(dim=1).sum()
            surprise = (1 - self.label_smoothing) * surprise + self.label_smoothing * spread
        return surprise

    def spell(self, memory: Tensors, photo: int, symbols: Sequence[int], vocabulary: Vocabulary) -> tuple[str, ...]:
        """The words of what was said of the photo in row `photo`; a captioner with slots fills them here."""
        return vocabulary.decode(symbols)

    def heard(self, symbols: Tensor) -> Tensor:
        """The ids of the words that symbols are heard as, in the same shape: of the vocabulary, themselves."""
        return symbols

    def pointed(self, memory: Tensors, photo: int, symbol: int) -> int | None:
        """Which detection of the photo in row `photo` a symbol speaks of; None for words of the vocabulary."""
        return None

    def places(self, memory: Tensors, photo: int, weights: Tensor) -> tuple[Tensor, tuple[int, int] | None]:
        """Those weights of a step that are of the photo in row `photo`, and the rows and columns of their grid, if it
        is one. By default all of them, over a square grid where their number is a square."""
        side = math.isqrt(len(weights))
        return weights, (side, side) if side and side * side == len(weights) else None
