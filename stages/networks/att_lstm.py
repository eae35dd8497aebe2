"""Captions from explicit concepts: att-LSTM (Wu et al., CVPR 2016, section 3.3).

    x_{-1} = W_ea V_att(I)                                  x_t = W_es S_t,  S_0 = START
    i, f, o, g = sigma, sigma, sigma, tanh of W_x x_t + W_h h_{t-1} + b
    c_t = f c_{t-1} + i g                                   h_t = o tanh(c_t)
    p_{t+1} = softmax(W_p h_t + b_p)

V_att(I) are the probabilities of concepts, as they are, seen once before START; no image feature is seen at all, and
what would be predicted from the concepts alone is discarded. With `channels`, the photo follows its concepts,
x_{-2} = W_ea V_att(I) and x_{-1} = W_img CNN(I): the LSTM-A3 of Yao et al. (ICCV 2017). V_att(I) and CNN(I) are
standardised over the training photos, which amounts to biases beside W_ea and W_img. In place of the paper's penalty
on the weights stands the option `weight_decay`, which takes from them apart from the gradient. What enters the LSTM and
what leaves it is dropped out, never what it keeps.
"""

from typing import ClassVar

from torch import Tensor, nn

from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.lstm import keep_at_first, lstm_step
from stages.networks.standardise import Standard


class AttLstm(Captioner):
    """Inputs: probabilities (photos, concepts) and, with `channels`, annotation vectors (photos, locations, channels).

    Args:
        symbols: words and special ids.
        concepts: how many there are.
        channels: size of an annotation vector; 0: the photo itself is not seen.
        word: size of a word vector, and of that of the concepts.
        lstm: size of the state.
        dropout: share of units left out in training.
    """

    evidence_kind: ClassVar[str] = "state"

    def __init__(self, symbols: int, concepts: int, channels: int, *, word: int, lstm: int, dropout: float) -> None:
        super().__init__()
        self.standardise = Standard(concepts)
        self.standardise_photo = Standard(channels) if channels else None
        self.concepts_to_word = nn.Linear(concepts, word, bias=False)  # W_ea
        self.photo_to_word = nn.Linear(channels, word, bias=False) if channels else None  # W_img
        self.embedding = nn.Embedding(symbols, word)  # W_es
        self.word_to_gates = nn.Linear(word, 4 * lstm)  # and the biases of the gates
        self.state_to_gates = nn.Linear(lstm, 4 * lstm, bias=False)
        self.state_to_symbols = nn.Linear(lstm, symbols)
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        keep_at_first(self.word_to_gates.bias, lstm)

    def calibrate(self, inputs: Tensors) -> None:
        self.standardise.fit(inputs[0])
        if self.standardise_photo is not None:
            self.standardise_photo.fit(inputs[1].mean(dim=1))

    def encode(self, inputs: Tensors) -> Tensors:
        probable = inputs[0]  # (photos, concepts)
        gates = self.word_to_gates(self.dropout(self.concepts_to_word(self.standardise(probable))))  # (photos, 4 lstm)
        hidden, cell = lstm_step(gates, gates.new_zeros(len(gates), gates.shape[1] // 4))  # W_h h is 0
        if self.photo_to_word is not None and self.standardise_photo is not None:
            seen = self.photo_to_word(self.standardise_photo(inputs[1].mean(dim=1)))  # (photos, word)
            hidden, cell = lstm_step(self.word_to_gates(self.dropout(seen)) + self.state_to_gates(hidden), cell)
        return hidden, cell

    def start(self, memory: Tensors) -> Tensors:
        return memory

    def drive(self, words: Tensor) -> Tensor:
        driven: Tensor = self.word_to_gates(self.dropout(self.embedding(words)))
        return driven

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        hidden, cell = state
        hidden, cell = lstm_step(driven + self.state_to_gates(hidden), cell)
        return hidden, (hidden, cell), StepEvidence()

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        probable: Tensor = self.state_to_symbols(self.dropout(outputs)).log_softmax(dim=1)
        return probable
