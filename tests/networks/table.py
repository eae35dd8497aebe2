"""A captioner whose sentences can all be written down, and what exhaustive search finds in it."""

import itertools
from collections.abc import Callable

import torch
from torch import Tensor

from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.resources.vocabulary import END, PAD, START, UNKNOWN

torch.set_num_threads(1)
LONGEST = 4


class Table(Captioner):
    """The next word hangs on the photo, on how many words were said and on the last of them: a random table."""

    def __init__(self, symbols: int, seed: int = 0, end: float = 0.0) -> None:
        super().__init__()
        self.symbols = symbols
        table = torch.randn(8, LONGEST + 1, symbols, symbols, generator=torch.Generator().manual_seed(seed))
        table[..., END] += end
        self.table = (2 * table).log_softmax(dim=-1)

    def encode(self, inputs: Tensors) -> Tensors:
        return inputs

    def start(self, memory: Tensors) -> Tensors:
        return (torch.zeros(len(memory[0]), dtype=torch.long),)

    def drive(self, words: Tensor) -> Tensor:
        return words

    def advance(self, memory: Tensors, state: Tensors, driven: Tensor) -> tuple[Tensor, Tensors, StepEvidence]:
        (photo,), (said,) = memory, state
        photo = photo.repeat_interleave(len(said) // len(photo))
        weights = torch.stack([photo.float(), said.float(), driven.float()], dim=1)
        return self.table[photo, said, driven], (said + 1,), StepEvidence(weights, (("said", said.float()),))

    def read_out(self, words: Tensor, outputs: Tensor) -> Tensor:
        return outputs


class Slotted(Table):
    """Whose last two symbols are the photo's own, heard as the words two before them."""

    def heard(self, symbols: Tensor) -> Tensor:
        return torch.where(symbols >= self.symbols - 2, symbols - 2, symbols)


Said = tuple[int, ...]


def as_heard(net: Table, ids: Said) -> Said:
    """The words that symbols are heard as."""
    return tuple(net.heard(torch.tensor(ids, dtype=torch.long)).tolist())


def sentences(net: Table, photo: int) -> list[tuple[float, Said, int]]:
    """Every sentence that may be said of a photo: its log-probability, its symbols, its length with the end."""
    words = [word for word in range(net.symbols) if word not in (PAD, START, END, UNKNOWN)]
    found = []
    for length in range(1, LONGEST + 1):
        for ids in itertools.product(words, repeat=length):
            path = [START, *ids, *([END] if length < LONGEST else [])]
            score = sum(net.table[photo, t, path[t], path[t + 1]].item() for t in range(len(path) - 1))
            found.append((score, ids, len(path) - 1))
    return found


def exhaustive(
    net: Table, photo: int, divisor: Callable[[int], float] = lambda n: 1, allowed: Callable[[Said], bool] = bool
) -> list[tuple[float, Said]]:
    """Every sentence that is allowed, with its log-probability over the divisor of its length, best first."""
    return sorted(((score / divisor(n), ids) for score, ids, n in sentences(net, photo) if allowed(ids)), reverse=True)
