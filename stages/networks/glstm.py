"""Guiding the long short-term memory: gLSTM (Jia et al., ICCV 2015, section 3.2).

    x_{-1} = W_img CNN(I)                                   x_t = W_e S_t,  S_0 = START
    i_t = sigma(W_ix x_t + W_im m_{t-1} + W_iq g)           f_t, o_t likewise                            (6)-(8)
    c_t = f_t c_{t-1} + i_t tanh(W_cx x_t + W_cm m_{t-1} + W_cq g)                                       (9)
    m_t = o_t c_t                                           p_{t+1} = softmax(W_p m_t)                   (10)

Show and Tell, with guidance g that is the same at every step, the photo's own among them, and enters all four maps: it
is multiplied once a photo. No biases, and no tanh on c, as there. CNN(I) and g are standardised over the training
photos, which amounts to a bias beside W_img and one in each gate. What enters the LSTM and what leaves it is dropped
out, never what it keeps.
"""

from typing import ClassVar

from torch import Tensor, nn

from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.lstm import opened
from stages.networks.standardise import Standard


class GLstm(Captioner):
    """Inputs: annotation vectors (photos, locations, channels), whose mean is CNN(I), and guidance (photos, guidance).

    Args:
        symbols: words and special ids.
        channels: size of an annotation vector.
        guidance: size of g.
        word: size of a word vector, and of the photo's.
        lstm: size of the memory m.
        dropout: share of units left out in training.
    """

    evidence_kind: ClassVar[str] = "state"

    def __init__(self, symbols: int, channels: int, guidance: int, *, word: int, lstm: int, dropout: float) -> None:
        super().__init__()
        self.standardise, self.standardise_guidance = Standard(channels), Standard(guidance)
        self.photo_to_word = nn.Linear(channels, word, bias=False)  # W_img
        self.embedding = nn.Embedding(symbols, word)  # W_e
        self.word_to_gates = nn.Linear(word, 4 * lstm, bias=False)  # W_ix, W_fx, W_ox, W_cx
        self.memory_to_gates = nn.Linear(lstm, 4 * lstm, bias=False)  # W_im, W_fm, W_om, W_cm
        self.guidance_to_gates = nn.Linear(guidance, 4 * lstm, bias=False)  # W_iq, W_fq, W_oq, W_cq
        self.memory_to_symbols = nn.Linear(lstm, symbols, bias=False)  # W_p
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)

    def calibrate(self, inputs: Tensors) -> None:
        self.standardise.fit(inputs[0].mean(dim=1))
        self.standardise_guidance.fit(inputs[1])

    def encode(self, inputs: Tensors) -> Tensors:
        locations, guidance = inputs  # (photos, locations, channels), (photos, guidance)
        guided = self.guidance_to_gates(self.dropout(self.standardise_guidance(guidance)))  # (photos, 4 lstm)
        seen = self.dropout(self.photo_to_word(self.standardise(locations.mean(dim=1))))  # (photos, word)
        gates = self.word_to_gates(seen) + guided  # W_im m is 0
        return *_cell(gates, gates.new_zeros(len(gates), gates.shape[1] // 4)), guided

    def start(self, memory: Tensors) -> Tensors:
        return memory[:2]

    def drive(self, words: Tensor) -> Tensor:
        driven: Tensor = self.word_to_gates(self.dropout(self.embedding(words)))
        return driven

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        guided = memory[2]
        shown, cell = state
        gates = driven + self.memory_to_gates(shown)
        gates = (gates.view(len(guided), -1, gates.shape[1]) + guided.unsqueeze(1)).flatten(0, 1)  # (sentences, 4 lstm)
        shown, cell = _cell(gates, cell)
        return shown, (shown, cell), StepEvidence()

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        probable: Tensor = self.memory_to_symbols(self.dropout(outputs)).log_softmax(dim=1)
        return probable


def _cell(gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """m and c (sentences, lstm) from the gates' sums (sentences, 4 lstm) and the last c."""
    enter, keep, show, new = opened(gates)
    cell = keep * cell + enter * new
    return show * cell, cell
