"""Show, Attend and Tell with soft attention (Xu et al., ICML 2015).

    e_ti  = w . tanh(W_a a_i + W_h h_{t-1} + b)             alpha_t = softmax(e_t)                       (4), (5)
    beta  = sigma(w_b . h_{t-1} + b), a scalar              z_t = beta_t sum_i alpha_ti a_i              4.2.1, (13)
    i, f, o, g = sigma, sigma, sigma, tanh of T [E y_{t-1}; h_{t-1}; z_t]                                (1)
    c_t = f c_{t-1} + i g                                   h_t = o tanh(c_t)                            (2), (3)
    c_0 = tanh(W mean_i a_i + b)                            h_0 likewise                                 3.1.2
    p(y_t) = softmax(L_o (E y_{t-1} + L_h h_t + L_z z_t))                                                (7)
    loss  = -log p(y) + lambda sum_i (1 - sum_t alpha_ti)^2                                              (14)

`variant="released_code"` follows the authors' program where it leaves the paper: a zero vector and no start symbol
as the first word; a second, rectified layer in the initial MLPs, shared by both; tanh(W W_a a_i + b) for W_a a_i in
(4); tanh, and biases, in the deep output; the penalty summed over the batch and averaged over the locations (lambda is
then n / L times the paper's, for n sentences and L locations). Both drop out h_t and the deep output's sum, as the
program does and the paper leaves open.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stages.networks.attention import exponential, scores
from stages.networks.captioner import Captioner, Sentences, StepEvidence, Tensors, Unrolled
from stages.resources.vocabulary import START


class ShowAttendTell(Captioner):
    """Inputs: annotation vectors (photos, locations, channels).

    Args:
        symbols: words and special ids.
        channels: size D of an annotation vector.
        word: size m of a word vector.
        lstm: size n of the state.
        attention: units of the attention's hidden layer.
        dropout: share of units left out in training.
        penalty: lambda of doubly stochastic attention.
    """

    def __init__(
        self,
        symbols: int,
        channels: int,
        *,
        word: int,
        lstm: int,
        attention: int,
        dropout: float,
        penalty: float,
        variant: Literal["paper", "released_code"] = "paper",
    ) -> None:
        super().__init__()
        self.penalty, self.released = penalty, variant == "released_code"
        self.sizes = 4 * lstm, attention, 1  # what the state adds to: the four gates, the query, the selector
        self.embedding = nn.Embedding(symbols, word)  # E
        self.initial = nn.Linear(channels, 2 * lstm)  # both MLPs' output layers: h_0, c_0
        self.initial_hidden = nn.Linear(channels, channels) if self.released else None
        self.location_key = nn.Linear(channels, attention, bias=False)  # W_a
        self.location_key_deep = nn.Linear(attention, attention) if self.released else None
        self.word_to_gates = nn.Linear(word, 4 * lstm, bias=False)
        self.from_state = nn.Linear(lstm, sum(self.sizes))  # the gates' part of T, W_h, w_b and their biases
        self.context_to_gates = nn.Linear(channels, 4 * lstm, bias=False)
        self.attention = nn.Parameter(torch.empty(attention))  # w
        self.state_to_word = nn.Linear(lstm, word, bias=self.released)  # L_h
        self.context_to_word = nn.Linear(channels, word, bias=self.released)  # L_z
        self.word_to_symbols = nn.Linear(word, symbols, bias=self.released)  # L_o
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        nn.init.uniform_(self.attention, -(attention**-0.5), attention**-0.5)

    def encode(self, inputs: Tensors) -> Tensors:
        (locations,) = inputs  # (photos, locations, channels)
        mean = locations.mean(dim=1)  # (photos, channels)
        if self.initial_hidden is not None:
            mean = self.dropout(F.relu(self.initial_hidden(mean)))
        hidden, cell = self.initial(mean).tanh().chunk(2, dim=1)  # (photos, lstm)
        keys = self.location_key(locations)  # (photos, locations, attention)
        if self.location_key_deep is not None:
            keys = self.location_key_deep(keys).tanh()
        return locations, exponential(keys), hidden, cell

    def start(self, memory: Tensors) -> Tensors:
        _, _, hidden, cell = memory
        return hidden, cell

    def drive(self, words: Tensor) -> Tensor:
        driven: Tensor = self.word_to_gates(self._embedded(words))
        return driven

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        locations, keys, *_ = memory
        hidden, cell, *kept = state
        recurrent, query, selector = self.from_state(hidden).split(self.sizes, dim=1)
        alpha = scores(keys, query, self.attention).softmax(dim=2)  # (photos, beams, locations)
        beta = selector.sigmoid()  # (sentences, 1)
        seen, terms = self.look(alpha, state)
        context = beta * (seen @ locations).flatten(0, 1)  # (sentences, channels)
        gates = driven + recurrent + self.context_to_gates(context)  # (sentences, 4 lstm)
        size = hidden.shape[1]
        enter, keep, show = gates[:, : 3 * size].sigmoid().chunk(3, dim=1)
        cell = keep * cell + enter * gates[:, 3 * size :].tanh()
        hidden = show * cell.tanh()
        why = StepEvidence(alpha.flatten(0, 1), (("gate", beta.squeeze(1)), *terms))
        return torch.cat([hidden, context], dim=1), (hidden, cell, *kept), why

    def look(self, alpha: Tensor, state: Tensors) -> tuple[Tensor, tuple[tuple[str, Tensor], ...]]:
        """How much of each location is seen (photos, beams, locations), and what of that is evidence beside alpha."""
        return alpha, ()

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        hidden, context = outputs.tensor_split([self.sizes[0] // 4], dim=1)
        deep = self._embedded(words) + self.state_to_word(self.dropout(hidden)) + self.context_to_word(context)
        deep = self.dropout(deep.tanh() if self.released else deep)  # (n, word)
        probable: Tensor = self.word_to_symbols(deep).log_softmax(dim=1)
        return probable

    def loss(self, said: Unrolled, sentences: Sentences) -> Tensor:
        alphas = [why.weights for why in said.evidence if why.weights is not None]
        most = len(sentences.photo)
        looked = torch.stack([F.pad(alpha, (0, 0, 0, most - len(alpha))) for alpha in alphas]).sum(dim=0)
        missed = (1 - looked) ** 2  # (sentences, locations)
        penalty = missed.mean() * sentences.together if self.released else missed.sum(dim=1).mean()
        return super().loss(said, sentences) + self.penalty * penalty

    def _embedded(self, words: Tensor) -> Tensor:
        vectors: Tensor = self.embedding(words)
        return vectors * (words != START).unsqueeze(1) if self.released else vectors
