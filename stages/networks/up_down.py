"""Bottom-up and top-down attention (Anderson et al., CVPR 2018, section 3.2): two LSTMs with attention between them.

    x1_t = [h2_{t-1}; mean_i v_i; W_e w_t]                  h1_t = LSTM(x1_t, h1_{t-1})                  (1), (2)
    a_ti = w_a . tanh(W_va v_i + W_ha h1_t)                 alpha_t = softmax(a_t)                       (3), (4)
    v^_t = sum_i alpha_ti v_i                                                                            (5)
    x2_t = [v^_t; h1_t]                                     h2_t = LSTM(x2_t, h2_{t-1})                  (6), (1)
    p(y_t) = softmax(W_p h2_t + b_p)                                                                     (7)

All states are zeros at first. The first LSTM sees the whole photo and what the second one knows, and decides where to
look; the second one speaks. v_i are regions, as many as a photo has, or the locations of a grid. They are standardised,
which amounts to biases beside W_va, for which the paper has none, and in the gates, which have some. The authors train
without dropout; where there is some, it is on W_e w_t and on h2_t before the words. Their decoder says no word twice in
a row: here `stutter=false` forbids that, and the default allows it.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn

from stages.networks.attention import exponential, scores
from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.lstm import keep_at_first, lstm_step
from stages.networks.standardise import Standard


class UpDown(Captioner):
    """Inputs: vectors (photos, regions, channels) and, if these are regions and no grid, a second tensor (photos,
    regions, 1) with 1 for those that are there and 0 for the rest: photos differ in how many they have.

    Args:
        symbols: words and special ids.
        channels: size of a region's vector.
        word: size of a word vector.
        lstm: size of both states.
        attention: units of the attention's hidden layer.
        dropout: share of units left out in training.
        regions: whether vectors are of regions and not of a grid.
    """

    evidence_kind: ClassVar[str] = "attention"

    def __init__(
        self,
        symbols: int,
        channels: int,
        *,
        word: int,
        lstm: int,
        attention: int,
        dropout: float,
        regions: bool = False,
    ) -> None:
        super().__init__()
        self.size, self.regions = lstm, regions
        self.standardise = Standard(channels)
        self.embedding = nn.Embedding(symbols, word)  # W_e
        self.word_to_first = nn.Linear(word, 4 * lstm, bias=False)
        self.mean_to_first = nn.Linear(channels, 4 * lstm)  # and the biases of the first LSTM
        self.states_to_first = nn.Linear(2 * lstm, 4 * lstm, bias=False)  # of h2 and h1
        self.region_key = nn.Linear(channels, attention, bias=False)  # W_va
        self.query = nn.Linear(lstm, attention, bias=False)  # W_ha
        self.attention = nn.Parameter(torch.empty(attention))  # w_a
        self.seen_to_second = nn.Linear(channels, 4 * lstm)  # and the biases of the second LSTM
        self.states_to_second = nn.Linear(2 * lstm, 4 * lstm, bias=False)  # of h1 and h2
        self.to_symbols = nn.Linear(lstm, symbols)  # W_p
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        nn.init.uniform_(self.attention, -(attention**-0.5), attention**-0.5)
        keep_at_first(self.mean_to_first.bias, lstm)
        keep_at_first(self.seen_to_second.bias, lstm)

    def calibrate(self, inputs: Tensors) -> None:
        regions, there = self._there(inputs)
        self.standardise.fit(regions[there.squeeze(2) > 0])

    def encode(self, inputs: Tensors) -> Tensors:
        regions, there = self._there(inputs)  # (photos, regions, channels), (photos, regions, 1)
        regions = self.standardise(regions) * there
        mean = regions.sum(dim=1) / there.sum(dim=1)  # (photos, channels)
        return regions, exponential(self.region_key(regions)), there.squeeze(2).log(), self.mean_to_first(mean)

    def start(self, memory: Tensors) -> Tensors:
        nothing = memory[0].new_zeros(len(memory[0]), self.size)
        return nothing, nothing, nothing, nothing

    def drive(self, words: Tensor) -> Tensor:
        driven: Tensor = self.word_to_first(self.dropout(self.embedding(words)))
        return driven

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        regions, keys, there, whole = memory
        first, first_cell, second, second_cell = state
        gates = driven + self.states_to_first(torch.cat([second, first], dim=1))
        gates = (gates.view(len(regions), -1, gates.shape[1]) + whole.unsqueeze(1)).flatten(0, 1)
        first, first_cell = lstm_step(gates, first_cell)
        fit = scores(keys, self.query(first), self.attention)  # (photos, beams, regions)
        alpha = (fit + there.unsqueeze(1)).softmax(dim=2)  # minus infinity where there is no region
        seen = (alpha @ regions).flatten(0, 1)  # (sentences, channels)
        gates = self.seen_to_second(seen) + self.states_to_second(torch.cat([first, second], dim=1))
        second, second_cell = lstm_step(gates, second_cell)
        return second, (first, first_cell, second, second_cell), StepEvidence(alpha.flatten(0, 1))

    def places(self, memory: Tensors, photo: int, weights: Tensor) -> tuple[Tensor, tuple[int, int] | None]:
        if not self.regions:
            return super().places(memory, photo, weights)
        return weights[memory[2][photo].isfinite()], None

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        probable: Tensor = self.to_symbols(self.dropout(outputs)).log_softmax(dim=1)
        return probable

    def _there(self, inputs: Tensors) -> tuple[Tensor, Tensor]:
        """Vectors, and which of them are there: all those of a grid."""
        return (inputs[0], inputs[1]) if self.regions else (inputs[0], torch.ones_like(inputs[0][:, :, :1]))
