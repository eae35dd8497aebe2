"""Filling slots: which word is said of a region, and in which number (Lu et al., CVPR 2018, section 3.2).

    P_b = softmax(W_b ReLU(f_b [v_i; h_t]))                   P_g = softmax(U^T W_g ReLU(f_g [v_i; h_t]) + b_g)

U are word vectors and not learned. P_g is over the words of the region's class alone, so that no slot calls a horse an
aircraft, and has a bias, for words of one class keep much the same company.
"""

import math

import torch
from torch import Tensor, nn

from pipeline.records import Array
from stages.networks.slots import Slots
from stages.resources.vocabulary import UNKNOWN


class Filling(nn.Module):
    """Slots as tensors, and what fills them.

    Attributes:
        form_of: (symbols,) the form that a word of the vocabulary is, the singular where both are; -1 for none.
        belongs: (words + 1,) the class of each word, and last -2, the class of no word.
        spelt: (forms,) the symbol by which each form is heard: its own, or that of its word's other form.
        nameable: (classes + 1,) whether there are words for a class, and last that there are none for no class.
        meaning: (classes + 1, dimensions) vectors of the classes, and last of none.

    Args:
        symbols: words and special ids.
        slots: what may fill a slot.
        vectors: (words + classes, dimensions), those of the slots' words, then of their classes.
        size: of a region's vector and of the state.
        dropout: share of units left out in training.
    """

    form_of: Tensor
    belongs: Tensor
    spelt: Tensor
    nameable: Tensor
    foreign: Tensor
    fine: Tensor
    meaning: Tensor

    def __init__(self, symbols: int, slots: Slots, vectors: Array, size: int, dropout: float) -> None:
        super().__init__()
        for name, value in _tensors(symbols, slots, torch.as_tensor(vectors, dtype=torch.float32)).items():
            self.register_buffer(name, value, persistent=False)  # the stage's to save
        self.number_of_region, self.number_of_state = nn.Linear(size, size), nn.Linear(size, size, bias=False)  # f_b
        self.to_number = nn.Linear(size, 2)  # W_b
        self.word_of_region, self.word_of_state = nn.Linear(size, size), nn.Linear(size, size, bias=False)  # f_g
        self.to_meaning = nn.Linear(size, vectors.shape[1], bias=False)  # W_g
        self.frequent = nn.Parameter(torch.zeros(len(slots.words)))  # b_g
        self.dropout = nn.Dropout(dropout)

    def remember(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        """What no state changes of regions (photos, regions, size): the parts of f_b and f_g."""
        return self.number_of_region(regions), self.word_of_region(regions)

    def forward(self, remembered: tuple[Tensor, Tensor], kind: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """log P_b (sentences, regions, 2) and log P_g (sentences, regions, words), of regions of classes `kind`
        (photos, regions), in states (photos * beams, size); the beams of a photo follow one another."""
        number, word = (part.unsqueeze(1) for part in remembered)  # (photos, 1, regions, size)
        many, beams = len(kind), len(state) // max(1, len(kind))
        said = self.number_of_state(state).view(many, beams, 1, state.shape[1])
        numbers = self.to_number(self.dropout((number + said).relu())).log_softmax(dim=3)
        said = self.word_of_state(state).view(many, beams, 1, state.shape[1])
        meant = self.to_meaning(self.dropout((word + said).relu()))  # (photos, beams, regions, dimensions)
        fit = (meant @ self.fine.T + self.frequent).masked_fill(self.foreign[kind].unsqueeze(1), -math.inf)
        return numbers.flatten(0, 1), fit.log_softmax(dim=3).flatten(0, 1)


def _tensors(symbols: int, slots: Slots, vectors: Tensor) -> dict[str, Tensor]:
    form_of = torch.full((symbols,), -1)
    for form, one in reversed(list(enumerate(slots.ids))):
        form_of[one] = form
    form_of[UNKNOWN] = -1
    ids = torch.tensor(slots.ids, dtype=torch.long).view(-1, 2)
    belongs = torch.tensor((*slots.belongs, -2))
    of_class = torch.arange(len(slots.classes) + 1).unsqueeze(1) == belongs[:-1]  # (classes + 1, words)
    nameable, words = of_class.any(dim=1), len(slots.words)
    return {
        "form_of": form_of,
        "belongs": belongs,
        "spelt": torch.where(ids == UNKNOWN, ids.flip(1), ids).flatten(),
        "nameable": nameable,
        "foreign": ~of_class & nameable.unsqueeze(1),
        "fine": vectors[:words],  # U
        "meaning": torch.cat([vectors[words:], vectors.new_zeros(1, vectors.shape[1])]),  # e
    }
