"""Neural Baby Talk: sentences whose visual words are pointed at (Lu et al., CVPR 2018).

    v_i = ReLU(W_r [f_i; ReLU(W_l l_i); e_i])     of a region: its features, box and score, the vector of its class
    a_j = ReLU(W_a g_j) of the grid               h1_t = LSTM([h2_{t-1}; mean_j a_j; W_e w_t], h1_{t-1})
    h2_t = LSTM([sum_j alpha_j a_j + sum_i alpha'_i v_i; h1_t], h2_{t-1}), from zeros; alpha and alpha' ask with h1_t
    u_i = w_h . tanh(W_v v_i + W_z h2_t)                       P_r = softmax([w_h . tanh(W_s s_t + W_z h2_t); u])
    s_t = sigma(W_x x2_t + W_h h2_{t-1}) tanh(m2_t)                                the sentinel of Lu et al. (2017)
    p(textual y) = P_r[sentinel] softmax(W_q h2_t)
    p(word s in number b, from region i) = P_r[i] P_b[b] P_g[s]

Every region's every word in either number is a symbol of its own, so that a slot is filled as it is chosen and what can
be said sums to 1. The next step is fed with the vector of the word itself. The whole photo is looked at like a region
but never pointed at, nor, except in training, is a region that was pointed at before. P_b and P_g are those of
`stages/networks/filling.py`.

What is minimised, -log p of each word: a textual one's as above, and for a word of a class of which the photo has
regions with a score of CERTAIN or more, those `pos`, log 1/m sum_{i in pos} P_r[i] P_b[b*] P_g[s*]. Nobody says which
of the boxes a caption means: that a word names the class of a box is weak alignment, where the paper has the boxes that
people drew. Label smoothing is on textual words, over the words of the vocabulary, and never on what fills a slot.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from pipeline.records import Array
from stages.networks.attention import exponential, scores
from stages.networks.captioner import Captioner, Sentences, StepEvidence, Tensors, Unrolled
from stages.networks.filling import Filling
from stages.networks.lstm import keep_at_first, lstm_step
from stages.networks.slots import Slots
from stages.networks.standardise import Standard
from stages.resources.vocabulary import Vocabulary

CERTAIN = 0.4
"""Score from which on a detection is what a word of its class speaks of, in training."""


class NeuralBabyTalk(Captioner):
    """Inputs: grid (photos, locations, channels); regions (photos, regions, dim), the whole photo first; (photos,
    regions, 1) with 1 for those that are there; and of each (photos, regions, 7): left, top, right and bottom as shares
    of the photo, score, class in `slots` and index of the detection, both -1 where there is none.

    Symbols beyond the vocabulary: `symbols` + region * forms + form. Evidence: where it looked at the grid, and P_r of
    the sentinel.

    Args:
        symbols: words and special ids.
        channels: size of a location's vector.
        dim: size of a region's vector.
        slots: what may fill a slot.
        vectors: (words + classes, dimensions), those of the slots' words, then of their classes.
        word: size of a word vector that is learned.
        lstm: size of both states, of a_j and of v_i.
        attention: units of each attention's hidden layer.
        dropout: share of units left out in training.
    """

    evidence_kind: ClassVar[str] = "pointing"

    def __init__(
        self,
        symbols: int,
        channels: int,
        dim: int,
        slots: Slots,
        vectors: Array,
        *,
        word: int,
        lstm: int,
        attention: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.size, self.symbols, self.forms = lstm, symbols, slots.forms
        self.standardise, self.standardise_regions = Standard(channels), Standard(dim)
        self.location = nn.Linear(channels, lstm)  # a_j
        self.place = nn.Linear(5, word)  # W_l
        self.region = nn.Linear(dim + word + vectors.shape[1], lstm)  # W_r
        self.embedding = nn.Embedding(symbols, word)  # W_e
        self.word_to_first = nn.Linear(word, 4 * lstm, bias=False)
        self.mean_to_first = nn.Linear(lstm, 4 * lstm)  # and the biases of the first LSTM
        self.states_to_first = nn.Linear(2 * lstm, 4 * lstm, bias=False)  # of h2 and h1
        self.look = _Look(lstm, attention)  # at the grid
        self.look_at_regions = _Look(lstm, attention)
        self.seen_to_second = nn.Linear(lstm, 5 * lstm)  # and the biases of the second LSTM and of the sentinel
        self.states_to_second = nn.Linear(2 * lstm, 5 * lstm, bias=False)  # of h1 and h2
        self.point = _Look(lstm, attention)  # W_v, W_z, w_h
        self.sentinel_key = nn.Linear(lstm, attention, bias=False)  # W_s
        self.to_symbols = nn.Linear(lstm, symbols)  # W_q
        self.filling = Filling(symbols, slots, vectors, lstm, dropout)
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        keep_at_first(self.mean_to_first.bias, lstm)
        keep_at_first(self.seen_to_second.bias, lstm)

    def calibrate(self, inputs: Tensors) -> None:
        self.standardise.fit(inputs[0].flatten(0, 1))
        self.standardise_regions.fit(inputs[1][inputs[2].squeeze(2) > 0])

    def encode(self, inputs: Tensors) -> Tensors:
        grid, regions, there, about = inputs
        kind = about[:, :, 5].long()  # (photos, regions)
        locations = self.dropout(self.location(self.standardise(grid)).relu())  # (photos, locations, lstm)
        placed = self.place(about[:, :, :5]).relu()
        known = torch.cat([self.standardise_regions(regions), placed, self.filling.meaning[kind]], dim=2)
        seen = self.dropout(self.region(known).relu()) * there  # (photos, regions, lstm)
        pointable = there.squeeze(2) * self.filling.nameable[kind]
        certain = torch.where((about[:, :, 4] >= CERTAIN) & (pointable > 0), kind, -1)
        return (
            locations,
            self.look.remember(locations),
            self.mean_to_first(locations.mean(dim=1)),
            seen,
            self.look_at_regions.remember(seen),
            there.squeeze(2).log(),
            self.point.remember(seen),
            pointable.log(),
            *self.filling.remember(seen),
            kind,
            certain,
            about[:, :, 6].long(),
        )

    def start(self, memory: Tensors) -> Tensors:
        nothing = memory[0].new_zeros(len(memory[0]), self.size)
        return nothing, nothing, nothing, nothing, torch.zeros_like(memory[5])  # and which are pointed at

    def drive(self, words: Tensor) -> Tensor:
        """What the word itself puts in, and last the region it was said of, -1 for none."""
        region = torch.where(words >= self.symbols, (words - self.symbols) // max(1, len(self.forms)), -1).unsqueeze(1)
        driven = self.word_to_first(self.dropout(self.embedding(self.heard(words))))
        return torch.cat([driven, region.to(driven.dtype)], dim=1)

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        locations, keys, whole, regions, region_keys, there, point_keys, pointable, *_ = memory
        first, first_cell, second, second_cell, pointed = state
        many = len(locations)
        places = torch.arange(pointed.shape[1], device=pointed.device)
        pointed = torch.maximum(pointed, (driven[:, -1:] == places).to(pointed.dtype))
        gates = driven[:, :-1] + self.states_to_first(torch.cat([second, first], dim=1))
        gates = (gates.view(many, -1, gates.shape[1]) + whole.unsqueeze(1)).flatten(0, 1)
        first, first_cell = lstm_step(gates, first_cell)
        alpha = self.look(keys, first).softmax(dim=2)  # (photos, beams, locations)
        weights = (self.look_at_regions(region_keys, first) + there.unsqueeze(1)).softmax(dim=2)
        seen = (alpha @ locations + weights @ regions).flatten(0, 1)  # (sentences, lstm)
        gates = self.seen_to_second(seen) + self.states_to_second(torch.cat([first, second], dim=1))
        inner, outer = gates.tensor_split([4 * self.size], dim=1)
        second, second_cell = lstm_step(inner, second_cell)
        sentinel = self.sentinel_key(outer.sigmoid() * second_cell.tanh()) + self.point.query(second)
        fit = (self.point(point_keys, second) + pointable.unsqueeze(1)).flatten(0, 1)
        if not self.training:  # people may well name a thing twice
            fit = fit.masked_fill(pointed > 0, -math.inf)
        pointer = torch.cat([(sentinel.tanh() @ self.point.weight).unsqueeze(1), fit], dim=1).log_softmax(dim=1)
        why = StepEvidence(alpha.flatten(0, 1), (("sentinel", pointer[:, 0].exp()),))
        return torch.cat([second, pointer], dim=1), (first, first_cell, second, second_cell, pointed), why

    def complete(self, memory: Tensors, outputs: Tensor) -> Tensor:
        """With what may be said of each region; in training, only of words that name one is it asked."""
        number, word, kind = memory[8:11]
        filled = self.filling((number, word), kind, outputs[:, : self.size])
        return torch.cat([outputs, *(part.flatten(1) for part in filled)], dim=1)

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        state, pointer, numbers, fine = self._told(outputs)
        textual = self.to_symbols(self.dropout(state)).log_softmax(dim=1) + pointer[:, :1]
        slots = pointer[:, 1:, None, None] + fine.unsqueeze(3) + numbers.unsqueeze(2)  # (n, regions, words, 2)
        return torch.cat([textual, slots.flatten(1)], dim=1)

    def _told(self, outputs: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """h2, log P_r (n, 1 + regions), log P_b (n, regions, 2) and log P_g (n, regions, words)."""
        words = len(self.forms) // 2
        regions = (outputs.shape[1] - self.size - 1) // (3 + words)
        state, pointer, numbers, fine = torch.split(outputs, [self.size, 1 + regions, 2 * regions, words * regions], 1)
        many = len(outputs)
        return state, pointer, numbers.reshape(many, regions, 2), fine.reshape(many, regions, words)

    def loss(self, said: Unrolled, sentences: Sentences) -> Tensor:
        """-log p(sentence | photo), mean over the sentences, slots being where a word names a region's class."""
        state, pointer = said.outputs.tensor_split([self.size], dim=1)
        photo = torch.cat([sentences.photo[:active] for active in sentences.active])  # (words,)
        form = self.filling.form_of[sentences.targets]
        positive = said.memory[-2][photo] == self.filling.belongs[form // 2].unsqueeze(1)  # (words, regions)
        visual = positive.any(dim=1)
        textual = dataclasses.replace(sentences, targets=sentences.targets[~visual])
        scores = self.to_symbols(self.dropout(state[~visual])).log_softmax(dim=1) + pointer[~visual, :1]
        number, word, kind = (part[photo[visual]] for part in said.memory[8:11])
        numbers, fine = self.filling((number, word), kind, state[visual])  # (visual words, regions, 2 or words)
        place, meant = torch.arange(len(kind), device=form.device), form[visual]
        filled: Tensor = pointer[visual, 1:] + numbers[place, :, meant % 2] + fine[place, :, meant // 2]
        filled = filled.masked_fill(~positive[visual], -math.inf).logsumexp(dim=1) - positive[visual].sum(dim=1).log()
        return (self.surprise(scores, textual) - filled.sum()) / len(sentences.photo)

    def spell(self, memory: Tensors, photo: int, symbols: Sequence[int], vocabulary: Vocabulary) -> tuple[str, ...]:
        own = {one: self.forms[(one - self.symbols) % len(self.forms)] for one in symbols if one >= self.symbols}
        return tuple(own.get(one) or vocabulary.decode([one])[0] for one in symbols)

    def heard(self, symbols: Tensor) -> Tensor:
        own, ids = symbols >= self.symbols, symbols.clone()
        ids[own] = self.filling.spelt[(symbols[own] - self.symbols) % max(1, len(self.forms))]
        return ids

    def pointed(self, memory: Tensors, photo: int, symbol: int) -> int | None:
        if symbol < self.symbols:
            return None
        return int(memory[-1][photo, (symbol - self.symbols) // len(self.forms)])


class _Look(nn.Module):
    """w . tanh(W_k key + W_q query) over what was remembered: (photos, beams, keys)."""

    def __init__(self, size: int, attention: int) -> None:
        super().__init__()
        self.key = nn.Linear(size, attention, bias=False)
        self.query = nn.Linear(size, attention, bias=False)
        self.weight = nn.Parameter(torch.empty(attention).uniform_(-(attention**-0.5), attention**-0.5))

    def remember(self, things: Tensor) -> Tensor:
        """(photos, things, size) -> their keys, as `scores` wants them."""
        return exponential(self.key(things))

    def forward(self, keys: Tensor, state: Tensor) -> Tensor:
        return scores(keys, self.query(state), self.weight)
