"""Show and Tell, the neural image caption generator (Vinyals et al., CVPR 2015).

    x_{-1} = W_img CNN(I)                 x_t = W_e S_t,  S_0 = START                                    (10), (11)
    i_t = sigma(W_ix x_t + W_im m_{t-1})  f_t, o_t likewise                                              (4)-(6)
    c_t = f_t c_{t-1} + i_t tanh(W_cx x_t + W_cm m_{t-1})                                                (7)
    m_t = o_t c_t                         p_{t+1} = softmax(W_p m_t)                                     (8), (9), (12)
    loss = - sum_t log p_t(S_t)                                                                          (13)

The photo is the first input of an LSTM whose state is zero, and is never seen again; what would be predicted there is
discarded. W_p, which the paper leaves out of (9), takes the memory to the words. The paper's equations have no biases,
and no tanh on c in (8). CNN(I) is standardised over the training photos, which amounts to a bias beside W_img.

`variant="standard_lstm"` is the cell of most programs, the authors' later one among them: m_t = o_t tanh(c_t), biases
in the gates (1 for f at first, 0 for the rest) and in W_p. Both drop out what enters the LSTM and what leaves it
(Zaremba et al. 2014), never what it keeps.
"""

from typing import ClassVar, Literal

from torch import Tensor, nn

from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.standardise import Standard


class ShowAndTell(Captioner):
    """Inputs: annotation vectors (photos, locations, channels), whose mean over the locations is CNN(I).

    Args:
        symbols: words and special ids.
        channels: size of an annotation vector.
        word: size of a word vector, and of the photo's.
        lstm: size of the memory m.
        dropout: share of units left out in training.
    """

    evidence_kind: ClassVar[str] = "state"

    def __init__(
        self,
        symbols: int,
        channels: int,
        *,
        word: int,
        lstm: int,
        dropout: float,
        variant: Literal["paper", "standard_lstm"] = "paper",
    ) -> None:
        super().__init__()
        self.standard = variant == "standard_lstm"
        self.standardise = Standard(channels)
        self.photo_to_word = nn.Linear(channels, word, bias=False)  # W_img
        self.embedding = nn.Embedding(symbols, word)  # W_e
        self.word_to_gates = nn.Linear(word, 4 * lstm, bias=self.standard)  # W_ix, W_fx, W_ox, W_cx
        self.memory_to_gates = nn.Linear(lstm, 4 * lstm, bias=False)  # W_im, W_fm, W_om, W_cm
        self.memory_to_symbols = nn.Linear(lstm, symbols, bias=self.standard)  # W_p
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        if self.standard:
            nn.init.zeros_(self.word_to_gates.bias)
            nn.init.ones_(self.word_to_gates.bias[lstm : 2 * lstm])

    def calibrate(self, inputs: Tensors) -> None:
        self.standardise.fit(inputs[0].mean(dim=1))

    def encode(self, inputs: Tensors) -> Tensors:
        (locations,) = inputs  # (photos, locations, channels)
        seen = self.dropout(self.photo_to_word(self.standardise(locations.mean(dim=1))))  # (photos, word)
        gates = self.word_to_gates(seen)  # (photos, 4 lstm); W_im m is 0
        return self._cell(gates, gates.new_zeros(len(gates), gates.shape[1] // 4))

    def start(self, memory: Tensors) -> Tensors:
        return memory

    def drive(self, words: Tensor) -> Tensor:
        driven: Tensor = self.word_to_gates(self.dropout(self.embedding(words)))
        return driven

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        shown, cell = state
        shown, cell = self._cell(driven + self.memory_to_gates(shown), cell)
        return shown, (shown, cell), StepEvidence()

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        probable: Tensor = self.memory_to_symbols(self.dropout(outputs)).log_softmax(dim=1)
        return probable

    def _cell(self, gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        """m and c (sentences, lstm) from the gates' sums (sentences, 4 lstm) and the last c."""
        size = cell.shape[1]
        enter, keep, show = gates[:, : 3 * size].sigmoid().chunk(3, dim=1)
        cell = keep * cell + enter * gates[:, 3 * size :].tanh()
        return show * (cell.tanh() if self.standard else cell), cell
