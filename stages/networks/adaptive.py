"""Knowing when to look: adaptive attention with a visual sentinel (Lu et al., CVPR 2017).

    v_i = ReLU(W_a a_i)              v^g = ReLU(W_b mean_i a_i)         x_t = [w_t; v^g]                 (14)-(16)
    h_t, m_t = LSTM(x_t, h_{t-1}, m_{t-1}), from zeros                                                   (4)
    z_ti = w_h . tanh(W_v v_i + W_g h_t)                                alpha_t = softmax(z_t)           (6), (7)
    c_t = sum_i alpha_ti v_i                                                                             (8)
    g_t = sigma(W_x x_t + W_h h_{t-1})                                  s_t = g_t tanh(m_t)              (9), (10)
    alpha^_t = softmax([z_t; w_h . tanh(W_s s_t + W_g h_t)])            beta_t = alpha^_t[k + 1]         (12)
    c^_t = beta_t s_t + (1 - beta_t) c_t                                p(y_t) = softmax(W_p (c^_t + h_t))  (11), (13)

Attention asks with the h_t of the very word, and what it finds never enters the LSTM. Without the sentinel it is the
paper's spatial attention: c_t in place of c^_t, no (9)-(12). The gates of the LSTM and g_t have biases. a_i and their
mean are standardised, which amounts to biases beside W_a and W_b. The paper is silent on dropout: here it is on x_t and
on c^_t + h_t.

`variant="released_code"` follows the authors' program where it leaves the paper: w_t rectified; s_t and h_t through
layers of their own, ReLU(. s_t) and tanh(. h_t), in (8)-(13) alike; tanh(W' (c^_t + h_t)) before W_p; biases
everywhere, dropout after these layers. Its convolutional network is fine-tuned, here it
is with `fine_tune=true` alone.
"""

from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from stages.networks.attention import exponential, scores
from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.lstm import keep_at_first, lstm_step
from stages.networks.standardise import Standard


class Adaptive(Captioner):
    """Inputs: annotation vectors (photos, locations, channels). Evidence: alpha, and beta as "sentinel".

    Args:
        symbols: words and special ids.
        channels: size of an annotation vector.
        word: size of a word vector, and of v^g.
        lstm: size d of the state, of v_i and of the sentinel.
        attention: units of the attention's hidden layer (the paper's k).
        dropout: share of units left out in training.
        sentinel: whether there is one; otherwise attention is spatial.
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
        sentinel: bool = True,
        variant: Literal["paper", "released_code"] = "paper",
    ) -> None:
        super().__init__()
        self.size, self.sentinel, self.released = lstm, sentinel, variant == "released_code"
        more = self.released
        gates = (5 if sentinel else 4) * lstm  # i, f, o, g of the LSTM, and g_t of (9)
        self.standardise, self.standardise_mean = Standard(channels), Standard(channels)
        self.location = nn.Linear(channels, lstm, bias=more)  # W_a
        self.whole = nn.Linear(channels, word, bias=more)  # W_b
        self.embedding = nn.Embedding(symbols, word)
        self.word_to_gates = nn.Linear(word, gates, bias=False)
        self.whole_to_gates = nn.Linear(word, gates)  # and the biases of all gates
        self.state_to_gates = nn.Linear(lstm, gates, bias=False)
        self.location_key = nn.Linear(lstm, attention, bias=more)  # W_v
        self.query = nn.Linear(lstm, attention, bias=more)  # W_g
        self.sentinel_key = nn.Linear(lstm, attention, bias=more) if sentinel else None  # W_s
        self.attention = nn.Parameter(torch.empty(attention))  # w_h
        self.own = nn.Linear(lstm, lstm) if more and sentinel else None
        self.shown = nn.Linear(lstm, lstm) if more else None
        self.deep = nn.Linear(lstm, lstm) if more else None  # W'
        self.to_symbols = nn.Linear(lstm, symbols, bias=more)  # W_p
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        nn.init.uniform_(self.attention, -(attention**-0.5), attention**-0.5)
        keep_at_first(self.whole_to_gates.bias, lstm)

    def calibrate(self, inputs: Tensors) -> None:
        self.standardise.fit(inputs[0].flatten(0, 1))
        self.standardise_mean.fit(inputs[0].mean(dim=1))

    def encode(self, inputs: Tensors) -> Tensors:
        (locations,) = inputs  # (photos, locations, channels)
        seen = self.location(self.standardise(locations)).relu()  # (photos, locations, lstm)
        whole = self.whole(self.standardise_mean(locations.mean(dim=1))).relu()  # (photos, word)
        if self.released:
            seen = self.dropout(seen)
        return seen, exponential(self.location_key(seen)), self.whole_to_gates(self.dropout(whole))

    def start(self, memory: Tensors) -> Tensors:
        nothing = memory[0].new_zeros(len(memory[0]), self.size)
        return nothing, nothing

    def drive(self, words: Tensor) -> Tensor:
        vectors = self.embedding(words)
        driven: Tensor = self.word_to_gates(self.dropout(vectors.relu() if self.released else vectors))
        return driven

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        locations, keys, whole = memory
        hidden, cell = state
        many = len(locations)
        gates = driven + self.state_to_gates(hidden)
        gates = (gates.view(many, -1, gates.shape[1]) + whole.unsqueeze(1)).flatten(0, 1)  # (sentences, 4 or 5 lstm)
        inner, outer = gates.tensor_split([4 * self.size], dim=1)
        hidden, cell = lstm_step(inner, cell)
        asks = hidden if self.shown is None else self.dropout(self.shown(hidden).tanh())  # (sentences, lstm)
        query = self.query(asks)  # (sentences, attention)
        fit = scores(keys, query, self.attention)  # (photos, beams, locations)
        alpha = fit.softmax(dim=2)
        context = (alpha @ locations).flatten(0, 1)  # (sentences, lstm)
        terms: tuple[tuple[str, Tensor], ...] = ()
        if self.sentinel_key is not None:
            own = outer.sigmoid() * cell.tanh()
            if self.own is not None:
                own = self.dropout(self.own(own).relu())
            mine = (self.sentinel_key(own) + query).tanh() @ self.attention  # (sentences,)
            beta = (mine - fit.logsumexp(dim=2).flatten()).sigmoid()  # the last of the softmax over all k + 1
            context = torch.lerp(context, own, beta.unsqueeze(1))
            terms = (("sentinel", beta),)
        return context + asks, (hidden, cell), StepEvidence(alpha.flatten(0, 1), terms)

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        deep = outputs if self.deep is None else self.deep(outputs).tanh()
        probable: Tensor = self.to_symbols(self.dropout(deep)).log_softmax(dim=1)
        return probable
