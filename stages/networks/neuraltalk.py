"""NeuralTalk's generator, a simple recurrent network (Karpathy and Fei-Fei, CVPR 2015, section 3.2).

    b_v = W_hi CNN(I)                                                                                    (13)
    h_t = f(W_hx x_t + W_hh h_{t-1} + b_h + 1{t = 1} b_v)     x_1 = START, h_0 = 0                       (14)
    y_t = softmax(W_oh h_t + b_o)                             f = ReLU                                   (15)

The photo is seen once, with the first symbol, and can only be remembered. The authors' released program adds it to
every step instead unless told otherwise, and generates with an LSTM by default. CNN(I) is standardised over the
training photos, which amounts to one more bias at t = 1. NeuralTalk's program begins b_o at the logarithms of how often
words are said, here it begins at random. Dropout is on x_t and on h_t before the words, never on what is kept.
"""

from typing import ClassVar

from torch import Tensor, nn

from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.standardise import Standard


class NeuralTalk(Captioner):
    """Inputs: annotation vectors (photos, locations, channels), whose mean over the locations is CNN(I).

    Args:
        symbols: words and special ids.
        channels: size of an annotation vector.
        word: size of a word vector.
        hidden: size of the state h.
        dropout: share of units left out in training.
    """

    evidence_kind: ClassVar[str] = "state"

    def __init__(self, symbols: int, channels: int, *, word: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.standardise = Standard(channels)
        self.photo_to_state = nn.Linear(channels, hidden, bias=False)  # W_hi
        self.embedding = nn.Embedding(symbols, word)
        self.word_to_state = nn.Linear(word, hidden)  # W_hx, b_h
        self.state_to_state = nn.Linear(hidden, hidden, bias=False)  # W_hh
        self.state_to_symbols = nn.Linear(hidden, symbols)  # W_oh, b_o
        self.dropout = nn.Dropout(dropout)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)

    def calibrate(self, inputs: Tensors) -> None:
        self.standardise.fit(inputs[0].mean(dim=1))

    def encode(self, inputs: Tensors) -> Tensors:
        (locations,) = inputs  # (photos, locations, channels)
        return (self.photo_to_state(self.standardise(locations.mean(dim=1))),)  # (photos, hidden)

    def start(self, memory: Tensors) -> Tensors:
        """State is what the next step adds to its word: W_hh h, or b_v before the first, where h is 0."""
        return memory

    def drive(self, words: Tensor) -> Tensor:
        driven: Tensor = self.word_to_state(self.dropout(self.embedding(words)))
        return driven

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        hidden = (driven + state[0]).relu()  # (sentences, hidden)
        return hidden, (self.state_to_state(hidden),), StepEvidence()

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        probable: Tensor = self.state_to_symbols(self.dropout(outputs)).log_softmax(dim=1)
        return probable
