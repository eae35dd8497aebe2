"""Saying captions: greedily, or by beam search over many photos at once.

The beams of a photo share its memory; photos that are done leave the batch. A sentence is never empty, and one that
does not end by itself is cut at the longest length allowed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.resources.vocabulary import END, PAD, START, UNKNOWN


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One sentence: its symbols, their log-probabilities, that of its end (None where it was cut), and evidence."""

    symbols: tuple[int, ...]
    scores: tuple[float, ...]
    end: float | None
    why: tuple[StepEvidence, ...]  # one a symbol, without the dimension of sentences

    @property
    def log_probability(self) -> float:
        return sum(self.scores) + (self.end or 0.0)

    def rank(self, normalisation: str) -> float:
        """What hypotheses are ordered by: log-probability ("none") or its mean over words and end ("mean")."""
        return self.log_probability / (1 if normalisation == "none" else len(self.symbols) + (self.end is not None))


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be said: at most `longest` symbols, none of them `banned`, and no `unrepeated` of them in a row twice
    (0: whatever one likes; Paulus et al., ICLR 2018, forbid three). What is forbidden leaves its probability to nobody:
    scores stay those of the network."""

    longest: int
    banned: tuple[int, ...] = (PAD, START, UNKNOWN)
    unrepeated: int = 0

    def apply(self, scores: Tensor, said: Tensor) -> Tensor:
        """Log-probabilities (sentences, symbols) with -inf for what may not follow what was said (sentences, steps)."""
        allowed, step = scores.clone(), said.shape[1]
        allowed[:, list(self.banned) if step else [*self.banned, END]] = -math.inf
        before = self.unrepeated - 1  # so many symbols and the next one would be said again
        for start in range(step - before if self.unrepeated else 0):
            again = (said[:, start : start + before] == said[:, step - before :]).all(dim=1).nonzero().flatten()
            allowed[again, said[again, start + before]] = -math.inf
        return allowed


def greedy(network: Captioner, memory: Tensors, rules: Rules) -> list[Hypothesis]:
    """The most probable symbol, time after time: one hypothesis a photo."""
    said: dict[int, Hypothesis] = {}
    state = network.start(memory)
    photo = torch.arange(len(memory[0]), device=memory[0].device)
    word, trail = torch.full_like(photo, START), _Trail.begin(len(photo), photo.device)
    for _ in range(rules.longest):
        scores, state, why = network.step(memory, state, word)  # (photos, symbols)
        score, word = rules.apply(scores, trail.words).max(dim=1)
        trail = trail.grow(word, score, why)
        ended = word == END
        if ended.any():
            said |= {int(photo[row]): trail.hypothesis(row) for row in ended.nonzero().flatten().tolist()}
            going = (~ended).nonzero().flatten()
            memory, state, trail = _rows(memory, going), _rows(state, going), trail.take(going)
            photo, word = photo[going], word[going]
        if len(photo) == 0:
            break
    said |= {int(photo[row]): trail.hypothesis(row) for row in range(len(photo))}
    return [said[row] for row in sorted(said)]


def beam(
    network: Captioner, memory: Tensors, rules: Rules, width: int, normalisation: str = "none", n_best: int = 1
) -> list[list[Hypothesis]]:
    """The best sentences of each photo, best first, at least one and at most `n_best`.

    A photo follows `width` sentences less those that have ended, as in Xu et al.'s program; it is done when none is
    left or none can still come among the `n_best`. Width 1 is `greedy`.
    """
    device, shape = memory[0].device, (-1, width)
    ended: list[list[Hypothesis]] = [[] for _ in memory[0]]
    photo = list(range(len(ended)))  # of each block of `width` rows
    state = tuple(part.repeat_interleave(width, dim=0) for part in network.start(memory))
    total = torch.full((len(photo), width), -math.inf, device=device)
    total[:, 0] = 0.0  # all beams of a photo begin alike: one of them will do
    word = torch.full((total.numel(),), START, device=device)
    trail = _Trail.begin(len(word), device)
    for _ in range(rules.longest):
        scores, state, why = network.step(memory, state, word)  # (photos * width, symbols)
        scores = rules.apply(scores, trail.words)
        symbols = scores.shape[1]
        total, place = (total.view(-1, 1) + scores).view(len(photo), -1).topk(width, dim=1)  # (photos, width)
        room = torch.tensor([width - len(ended[row]) for row in photo], device=device)
        total = total.masked_fill(torch.arange(width, device=device) >= room.unsqueeze(1), -math.inf)
        first = width * torch.arange(len(photo), device=device).unsqueeze(1)
        parent, word = (first + place // symbols).flatten(), (place % symbols).flatten()
        state, trail = _rows(state, parent), trail.take(parent).grow(word, scores[parent, word], why.take(parent))
        ends = (word.view(shape) == END) & total.isfinite()
        for row in ends.flatten().nonzero().flatten().tolist():
            ended[photo[row // width]].append(trail.hypothesis(row))
        total = total.masked_fill(ends, -math.inf)
        hopes = (total.amax(dim=1) / (1 if normalisation == "none" else rules.longest)).tolist()
        going = [i for i, row in enumerate(photo) if not _decided(ended[row], hopes[i], normalisation, n_best)]
        if len(going) < len(photo):
            photo = [photo[i] for i in going]
            kept = torch.tensor(going, dtype=torch.long, device=device)
            rows = (width * kept.unsqueeze(1) + torch.arange(width, device=device)).flatten()
            memory, state, total = _rows(memory, kept), _rows(state, rows), total[kept]
            word, trail = word[rows], trail.take(rows)
        if not photo:
            break
    for row in total.isfinite().flatten().nonzero().flatten().tolist():
        ended[photo[row // width]].append(trail.hypothesis(row))
    return [sorted(found, key=lambda one: (-one.rank(normalisation), one.symbols))[:n_best] for found in ended]


def _decided(ended: Sequence[Hypothesis], hope: float, normalisation: str, n_best: int) -> bool:
    """Whether nothing still being said can come among the n best; `hope` bounds what it could reach."""
    if hope == -math.inf:
        return True
    ranks = sorted((one.rank(normalisation) for one in ended), reverse=True)
    return len(ranks) >= n_best and ranks[n_best - 1] >= hope


def _rows(parts: Tensors, index: Tensor) -> Tensors:
    return tuple(part[index] for part in parts)


@dataclass(frozen=True, slots=True)
class _Trail:
    """What each sentence has said so far, and why."""

    words: Tensor  # (sentences, steps)
    scores: Tensor  # (sentences, steps)
    why: tuple[StepEvidence, ...] = ()  # one a step

    @classmethod
    def begin(cls, sentences: int, device: torch.device) -> "_Trail":
        nothing = torch.empty((sentences, 0), device=device)
        return cls(nothing.long(), nothing)

    def take(self, rows: Tensor) -> "_Trail":
        return _Trail(self.words[rows], self.scores[rows], tuple(why.take(rows) for why in self.why))

    def grow(self, word: Tensor, score: Tensor, why: StepEvidence) -> "_Trail":
        words = torch.cat([self.words, word.unsqueeze(1)], dim=1)
        return _Trail(words, torch.cat([self.scores, score.unsqueeze(1)], dim=1), (*self.why, why))

    def hypothesis(self, row: int) -> Hypothesis:
        """What sentence `row` came to; its end, where there is one, is no symbol of it."""
        words, scores = self.words[row].tolist(), self.scores[row].tolist()
        end = scores.pop() if words[-1] == END else None
        why = tuple(step.take(row) for step in self.why[: len(scores)])
        return Hypothesis(tuple(words[: len(scores)]), tuple(scores), end, why)
