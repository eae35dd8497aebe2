"""SCA-CNN: attention to channels and to places inside a convolutional network (Chen et al., CVPR 2017).

    V^l = CNN^l(X^{l-1}),  X^l = V^l weighed by channel and by place, for each of L layers               (1)
    v = mean_i V_i                      b = tanh((W_c (x) v + b_c) + W_hc h_{t-1})       beta = softmax(w_c . b)
    a = tanh((W_s V + b_s) + W_hs h_{t-1})                                               alpha = softmax(w_s . a)
    C-S: beta of V, then alpha of beta V            S-C: alpha of V, then beta of alpha V
    h_t = LSTM(h_{t-1}, mean_i X^L_i, y_{t-1})      p(y_t) = softmax(L_o (E y_{t-1} + L_h h_t))          (2)

The layers after the first are run again at every word, on maps that the word's attention has changed. Where the
network has a head after its last map, X^L goes through it before the mean. h_0 and c_0 are tanh of a linear map of the
mean without attention, which the paper leaves open. Biases inside a softmax cancel and are left out.

Weights are multiplied by the number of channels, or of places, as the authors' program does: even weights then leave
the maps as they are. The equations divide them by both numbers, 15,680 for 320 x 7 x 7; layers that were trained on the
maps themselves then see nothing but their own biases. What enters the LSTM is standardised, which amounts to a bias
in its gates. h_t and the sum before L_o are dropped out.

`variant="released_code"` follows the authors' program where it leaves the paper: what enters the LSTM, and the initial
layers, is brought to a length of 1; a zero vector and no start symbol as the first word; tanh and biases in (2).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stages.networks.attention import exponential, scores
from stages.networks.captioner import Captioner, StepEvidence, Tensors, mean_of
from stages.networks.lstm import keep_at_first, lstm_step
from stages.networks.standardise import Standard
from stages.resources.vocabulary import START

Order = Literal["C-S", "S-C"]
_TOLD = 5  # channels told as evidence, the heaviest


@dataclass(frozen=True, slots=True)
class ChannelEvidence(StepEvidence):
    """Weights over places, and over channels: of one sentence, the heaviest channels become its terms."""

    channels: Tensor | None = None  # (sentences, channels)

    def take(self, rows: Tensor | int) -> StepEvidence:
        if self.weights is None or self.channels is None:
            return StepEvidence()
        weights, channels = self.weights[rows], self.channels[rows]
        if channels.ndim > 1:
            return ChannelEvidence(weights, channels=channels)
        heaviest = channels.topk(min(_TOLD, len(channels)))
        return StepEvidence(weights, tuple((f"channel {i}", channels[i]) for i in heaviest.indices.tolist()))

    @classmethod
    def mean(cls, several: Sequence[Self]) -> Self:
        weights = mean_of([each.weights for each in several])
        return cls(weights, channels=mean_of([each.channels for each in several]))


class Modulation(nn.Module):
    """The attention of one layer: Phi_c and Phi_s, one after the other."""

    def __init__(self, channels: int, lstm: int, attention: int, order: Order) -> None:
        super().__init__()
        self.channels_first = order == "C-S"
        self.channel_key = nn.Linear(1, attention)  # W_c, b_c
        self.place_key = nn.Linear(channels, attention)  # W_s, b_s
        self.query = nn.Linear(lstm, 2 * attention, bias=False)  # W_hc, W_hs
        self.channel_weight = nn.Parameter(torch.empty(attention))  # w_c
        self.place_weight = nn.Parameter(torch.empty(attention))  # w_s
        for weight in (self.channel_weight, self.place_weight):
            nn.init.uniform_(weight, -(attention**-0.5), attention**-0.5)

    def keys(self, maps: Tensor) -> Tensor:
        """What maps (n, places, channels) offer to the attention that comes first: (n, channels or places, units)."""
        return self._channel_keys(maps) if self.channels_first else self._place_keys(maps)

    def forward(self, maps: Tensor, keys: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Maps (photos, places, channels) as the states (sentences, lstm) want them, (sentences, places, channels);
        alpha (sentences, places) and beta (sentences, channels)."""
        channel_query, place_query = self.query(hidden).chunk(2, dim=1)
        places, channels = maps.shape[1:]
        if self.channels_first:
            beta = scores(keys, channel_query, self.channel_weight).softmax(dim=2)  # (photos, beams, channels)
            seen = (maps.unsqueeze(1) * (channels * beta).unsqueeze(2)).flatten(0, 1)
            alpha = scores(self._place_keys(seen), place_query, self.place_weight).softmax(dim=2)  # (sentences, 1, m)
            seen = seen * (places * alpha).transpose(1, 2)
        else:
            alpha = scores(keys, place_query, self.place_weight).softmax(dim=2)  # (photos, beams, places)
            seen = (maps.unsqueeze(1) * (places * alpha).unsqueeze(3)).flatten(0, 1)
            beta = scores(self._channel_keys(seen), channel_query, self.channel_weight).softmax(dim=2)
            seen = seen * (channels * beta)
        return seen, alpha.flatten(0, 1), beta.flatten(0, 1)

    def _channel_keys(self, maps: Tensor) -> Tensor:
        return exponential(self.channel_key(maps.mean(dim=1).unsqueeze(2)))

    def _place_keys(self, maps: Tensor) -> Tensor:
        return exponential(self.place_key(maps))


class ScaCnn(Captioner):
    """Inputs: maps (photos, rows, columns, channels), square. Evidence: alpha and the heaviest channels of layer L.

    Args:
        symbols: words and special ids.
        tail: what each of the L layers does with X^l, (n, channels, rows, columns), the last one before the mean.
        channels: of each layer's maps, and of what the last one gives.
        word: size of a word vector.
        lstm: size of the state.
        attention: units k of each attention's hidden layer.
        dropout: share of units left out in training.
        order: which attention comes first, of channels (C) or of places (S).
        fine_tune: whether the tail learns too.
    """

    def __init__(
        self,
        symbols: int,
        tail: Sequence[nn.Module],
        channels: Sequence[int],
        *,
        word: int,
        lstm: int,
        attention: int,
        dropout: float,
        order: Order = "C-S",
        fine_tune: bool = False,
        variant: Literal["paper", "released_code"] = "paper",
    ) -> None:
        super().__init__()
        self.released = variant == "released_code"
        self.tail = nn.ModuleList(tail).requires_grad_(fine_tune)
        self.attend = nn.ModuleList(Modulation(width, lstm, attention, order) for width in channels[:-1])
        self.standardise = Standard(channels[-1])
        self.initial = nn.Linear(channels[-1], 2 * lstm)  # h_0, c_0
        self.embedding = nn.Embedding(symbols, word)  # E
        self.word_to_gates = nn.Linear(word, 4 * lstm, bias=False)
        self.state_to_gates = nn.Linear(lstm, 4 * lstm, bias=False)
        self.seen_to_gates = nn.Linear(channels[-1], 4 * lstm)  # and the biases of the LSTM
        self.state_to_word = nn.Linear(lstm, word, bias=self.released)  # L_h
        self.word_to_symbols = nn.Linear(word, symbols, bias=self.released)  # L_o
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        keep_at_first(self.seen_to_gates.bias, lstm)

    def calibrate(self, inputs: Tensors) -> None:
        with torch.no_grad():
            self.standardise.fit(self._unattended(inputs[0].flatten(1, 2)).mean(dim=1))

    def encode(self, inputs: Tensors) -> Tensors:
        maps = inputs[0].flatten(1, 2)  # (photos, places, channels)
        hidden, cell = self.initial(self._pooled(self._unattended(maps))).tanh().chunk(2, dim=1)
        return maps, self._attention(0).keys(maps), hidden, cell

    def start(self, memory: Tensors) -> Tensors:
        return memory[2:]

    def drive(self, words: Tensor) -> Tensor:
        driven: Tensor = self.word_to_gates(self._embedded(words))
        return driven

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        maps, keys, *_ = memory
        hidden, cell = state
        for layer, rest in enumerate(self.tail):
            attend = self._attention(layer)
            seen, alpha, beta = attend(maps, attend.keys(maps) if layer else keys, hidden)
            maps = _run(rest, seen)
        gates = driven + self.state_to_gates(hidden) + self.seen_to_gates(self._pooled(maps))
        hidden, cell = lstm_step(gates, cell)
        return hidden, (hidden, cell), ChannelEvidence(alpha, channels=beta)

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        deep = self._embedded(words) + self.state_to_word(self.dropout(outputs))
        deep = self.dropout(deep.tanh() if self.released else deep)
        probable: Tensor = self.word_to_symbols(deep).log_softmax(dim=1)
        return probable

    def _attention(self, layer: int) -> Modulation:
        return cast(Modulation, self.attend[layer])

    def _unattended(self, maps: Tensor) -> Tensor:
        for rest in self.tail:
            maps = _run(rest, maps)
        return maps

    def _pooled(self, maps: Tensor) -> Tensor:
        """What enters the LSTM of the last maps (n, places, channels): (n, channels)."""
        mean = maps.mean(dim=1)
        pooled: Tensor = F.normalize(mean, dim=1) if self.released else self.standardise(mean)
        return pooled

    def _embedded(self, words: Tensor) -> Tensor:
        vectors: Tensor = self.embedding(words)
        return vectors * (words != START).unsqueeze(1) if self.released else vectors


def _run(rest: nn.Module, maps: Tensor) -> Tensor:
    """A part of the tail on maps (n, places, channels), which gives maps of that form again."""
    side = math.isqrt(maps.shape[1])
    result: Tensor = rest(maps.view(len(maps), side, side, -1).permute(0, 3, 1, 2))
    return result.permute(0, 2, 3, 1).flatten(1, 2)
