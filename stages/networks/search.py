"""Saying captions: one word after another, or by beam search over many photos at once.

The sentences of a photo share its memory; photos that are done leave the batch. A sentence is never empty, and one that
does not end by itself is cut at the longest length allowed.
"""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.frontier import Frontier, Groups
from stages.networks.hypothesis import Hypothesis, Trail
from stages.networks.ranking import Ranking
from stages.resources.vocabulary import END, PAD, START, UNKNOWN

Pick: TypeAlias = Callable[[Tensor, Tensor, int, StepEvidence], Tensor]
"""Log-probabilities (rows, symbols), the sentence of each row, the step and its evidence -> the symbol of each row
(rows,)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be said: at most `longest` symbols, none of them `banned`, no `unrepeated` words in a row twice (0:
    whatever one likes; Paulus et al., ICLR 2018, forbid three), and without `stutter` no word twice in a row (Anderson
    et al., CVPR 2018). Symbols that are heard alike are one word. What is forbidden leaves its probability to nobody:
    scores stay those of the network."""

    longest: int
    banned: tuple[int, ...] = (PAD, START, UNKNOWN)
    unrepeated: int = 0
    stutter: bool = True

    def apply(self, scores: Tensor, said: Tensor, heard: Tensor) -> Tensor:
        """Log-probabilities (sentences, symbols) with -inf for what may not follow what was said (sentences, steps);
        `heard` (symbols,) is the word that each symbol is heard as."""
        allowed, step = scores.clone(), said.shape[1]
        allowed[:, list(self.banned) if step else [*self.banned, END]] = -math.inf
        if step == 0 or (self.stutter and not self.unrepeated):
            return allowed
        words, forbidden = heard[said], torch.zeros_like(scores, dtype=torch.bool)  # words that may not come next
        if not self.stutter:
            forbidden.scatter_(1, words[:, -1:], True)
        before = self.unrepeated - 1  # so many words and the next one would be said again
        for start in range(step - before if self.unrepeated else 0):
            again = (words[:, start : start + before] == words[:, step - before :]).all(dim=1).nonzero().flatten()
            forbidden[again, words[again, start + before]] = True
        return allowed.masked_fill_(forbidden.gather(1, heard.expand(len(said), -1)), -math.inf)


def greedy(network: Captioner, memory: Tensors, rules: Rules) -> list[Hypothesis]:
    """The most probable symbol, time after time: one hypothesis a photo."""
    return [said for (said,) in follow(network, memory, rules, 1, lambda scores, *_: scores.argmax(dim=1))]


def follow(network: Captioner, memory: Tensors, rules: Rules, many: int, pick: Pick) -> list[list[Hypothesis]]:
    """`many` sentences of each photo, each on its own; `pick` says with which of the symbols allowed it goes on."""
    photos, device = len(memory[0]), memory[0].device
    said: dict[int, Hypothesis] = {}
    state = tuple(part.repeat_interleave(many, dim=0) for part in network.start(memory))
    row = torch.arange(photos * many, device=device)  # the sentence that is in each row
    word, trail, going = torch.full_like(row, START), Trail.begin(len(row), device), torch.ones_like(row).bool()
    for step in range(rules.longest):
        scores, state, why = network.step(memory, state, word)  # (photos * many, symbols)
        scores = rules.apply(scores, trail.words, network.heard(torch.arange(scores.shape[1], device=device)))
        word = pick(scores, row, step, why)
        trail = trail.grow(word, scores.detach().gather(1, word.unsqueeze(1)).squeeze(1), why)
        ends = going & (word == END)
        if ends.any():
            said |= {int(row[place]): trail.hypothesis(place) for place in ends.nonzero().flatten().tolist()}
            going = going & ~ends
            unfinished = going.view(-1, many).any(dim=1)
            memory, rows = _rows(memory, unfinished), unfinished.repeat_interleave(many).nonzero().flatten()
            state, trail, row, word, going = _rows(state, rows), trail.take(rows), row[rows], word[rows], going[rows]
        if len(row) == 0:
            break
    said |= {int(row[place]): trail.hypothesis(place) for place in going.nonzero().flatten().tolist()}
    return [[said[photo * many + one] for one in range(many)] for photo in range(photos)]


def beam(
    network: Captioner,
    memory: Tensors,
    rules: Rules,
    width: int,
    ranking: Ranking | None = None,
    n_best: int = 1,
    frontier: Frontier | None = None,
) -> list[list[Hypothesis]]:
    """The best sentences of each photo, best first, at least one and at most `n_best`; none twice in the same words.

    Each block of the frontier (one, if none is given) follows `width` sentences less those that have ended in it, as in
    Xu et al.'s program; a photo is done when none is left or none can still come among the `n_best`. One block of width
    1 is `greedy`.
    """
    ranking, frontier, device = ranking or Ranking(), frontier or Groups(), memory[0].device
    merits = frontier.merits
    found: list[dict[tuple[int, ...], tuple[int, Hypothesis]]] = [{} for _ in memory[0]]
    photo = torch.arange(len(found), device=device)  # of each len(merits) * width rows
    total = torch.full((len(photo), len(merits), width), -math.inf, device=device)
    total[:, :, 0][frontier.opens(len(photo)).to(device)] = 0.0  # all of a block begin alike: one of them will do
    left = torch.full(total.shape[:2], width, device=device)
    trail = Trail.begin(total.numel(), device)

    def keep(rows: Tensor) -> None:
        for row in rows.flatten().nonzero().flatten().tolist():
            place, block = divmod(row // width, len(merits))
            said = trail.hypothesis(row)
            words = network.heard(torch.tensor(said.symbols, device=device)).tolist()
            found[int(photo[place])].setdefault(tuple(words), (merits[block], said))

    begun = network.step(memory, network.start(memory), torch.full_like(photo, START))
    alike = photo.repeat_interleave(len(merits) * width)  # the first step of a photo is one, whoever goes on from it
    scores, state, why = begun[0][alike], _rows(begun[1], alike), begun[2].take(alike)  # (sentences, symbols)
    for step in range(1, rules.longest + 1):
        symbols = scores.shape[1]
        heard = network.heard(torch.arange(symbols, device=device))
        scores = rules.apply(scores, trail.words, heard)
        total, place = frontier.choose(total.unsqueeze(3) + scores.view(*total.shape, symbols), photo, heard, left)
        total = total.masked_fill(torch.arange(width, device=device) >= left.unsqueeze(2), -math.inf)
        first = torch.arange(len(photo), device=device).view(-1, 1, 1) * len(merits) * width
        parent, word = (first + place // symbols).flatten(), (place % symbols).flatten()
        state, trail = _rows(state, parent), trail.take(parent).grow(word, scores[parent, word], why.take(parent))
        ends = (word.view(total.shape) == END) & total.isfinite()  # (photos, blocks, width)
        keep(ends)
        total, left = total.masked_fill(ends, -math.inf), left - ends.sum(dim=2)
        hopes = [ranking.hope(most, step, rules.longest) for most in total.amax(dim=(1, 2)).tolist()]
        open_ = [
            not _decided(found[row].values(), hope, ranking, n_best)
            for row, hope in zip(photo.tolist(), hopes, strict=True)
        ]
        if not all(open_):
            kept = torch.tensor(open_, device=device)
            rows = kept.repeat_interleave(len(merits) * width).nonzero().flatten()
            memory, photo, total, left = _rows(memory, kept), photo[kept], total[kept], left[kept]
            state, word, trail = _rows(state, rows), word[rows], trail.take(rows)
        if len(photo) == 0 or step == rules.longest:
            break
        scores, state, why = network.step(memory, state, word)
    keep(total.isfinite())
    return [_best_first(one.values(), ranking)[:n_best] for one in found]


def _best_first(found: Collection[tuple[int, Hypothesis]], ranking: Ranking) -> list[Hypothesis]:
    order = sorted(found, key=lambda pair: (-pair[0], -ranking.rank(pair[1]), pair[1].symbols))
    return [said for _, said in order]


def _decided(found: Collection[tuple[int, Hypothesis]], hope: float, ranking: Ranking, n_best: int) -> bool:
    """Whether nothing still being said can come among the n best; `hope` bounds what it could reach."""
    if hope == -math.inf:
        return True
    ranks = sorted((ranking.rank(said) for _, said in found), reverse=True)
    return len(ranks) >= n_best and ranks[n_best - 1] >= hope


def _rows(parts: Tensors, index: Tensor) -> Tensors:
    return tuple(part[index] for part in parts)
