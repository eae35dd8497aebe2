"""Deep visual-semantic alignment of regions and words (Karpathy and Fei-Fei, CVPR 2015, section 3.1).

    v_i = W_m CNN(I_i) + b_m                                                                             (1)
    x_t = the word's vector, which is not learned        e_t = f(W_e x_t + b_e)                          (2), (3)
    hf_t = f(e_t + W_f hf_{t-1} + b_f)                   hb_t = f(e_t + W_b hb_{t+1} + b_b)              (4), (5)
    s_t = f(W_d (hf_t + hb_t) + b_d)                     f = ReLU                                        (6)
    S_kl = sum over the words t of sentence l of max over the regions i of photo k of v_i . s_t          (8)
    C = sum_k [sum_l max(0, S_kl - S_kk + 1) + sum_l max(0, S_lk - S_kk + 1)]                            (9)

CNN(I_i) is standardised over the regions of some training photos, which amounts to another b_m. Dropout is on it, on
e_t and on hf_t + hb_t, never on what is kept from word to word.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from stages.networks.standardise import Standard


class Alignment(nn.Module):
    """Regions and words in one space.

    Args:
        vectors: of every symbol, (symbols, dim).
        channels: size of a region's features.
        size: of v_i, of s_t and of everything between.
        dropout: share of units left out in training.
    """

    def __init__(self, vectors: Tensor, channels: int, *, size: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("vectors", vectors)
        self.vectors: Tensor
        self.standardise = Standard(channels)
        self.region = nn.Linear(channels, size)  # W_m, b_m
        self.word = nn.Linear(vectors.shape[1], size)  # W_e, b_e
        self.onward = nn.Linear(size, size)  # W_f, b_f
        self.back = nn.Linear(size, size)  # W_b, b_b
        self.joined = nn.Linear(size, size)  # W_d, b_d
        self.dropout = nn.Dropout(dropout)

    def look(self, regions: Tensor) -> Tensor:
        """v_i: (photos, regions, channels) -> (photos, regions, size)."""
        seen: Tensor = self.region(self.dropout(self.standardise(regions)))
        return seen

    def listen(self, sentences: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """s_t of all words of some sentences, one sentence after the other, (words, size), and whose each is, (words,).

        Each sentence has a word at least; symbols are as in the vocabulary, without start and end.
        """
        device = self.vectors.device
        lengths = torch.tensor([len(sentence) for sentence in sentences], device=device)
        ids = pad_sequence([torch.tensor(sentence, device=device) for sentence in sentences], batch_first=True)
        spoken = torch.arange(ids.shape[1], device=device) < lengths.unsqueeze(1)  # (sentences, longest)
        e = self.dropout(self.word(self.vectors[ids]).relu())  # (sentences, longest, size)
        there = spoken.unsqueeze(2)
        onward = _recur(e, there, self.onward)
        back = _recur(e.flip(1), there.flip(1), self.back).flip(1)
        s = self.joined(self.dropout(onward + back)).relu()  # (sentences, longest, size)
        return s[spoken], torch.arange(len(sentences), device=device).repeat_interleave(lengths)


def scores(regions: Tensor, there: Tensor, words: Tensor, sentence: Tensor, sentences: int) -> Tensor:
    """S_kl (photos, sentences).

    Args:
        regions: v_i, (photos, regions, size).
        there: (photos, regions, 1), 1 where there is a region and 0 where a row only fills up.
        words: s_t, (words, size).
        sentence: whose each word is, (words,).
        sentences: how many.
    """
    fit = (regions @ words.T).masked_fill(there == 0, -torch.inf)  # (photos, regions, words)
    nothing = fit.new_zeros(len(regions), sentences)
    return nothing.index_add(1, sentence, fit.amax(dim=1))


def ranking_loss(scores: Tensor) -> Tensor:
    """C of (9), for S_kl (photos, sentences) where sentence k is of photo k; each photo's own terms are 1 each."""
    right = scores.diagonal()
    others = (scores - right.unsqueeze(1) + 1).relu() + (scores - right.unsqueeze(0) + 1).relu()
    return others.sum()


def _recur(e: Tensor, there: Tensor, step: nn.Linear) -> Tensor:
    """h_t = f(e_t + W h_{t-1} + b), and 0 where there is no word: (sentences, longest, size)."""
    hidden, found = torch.zeros_like(e[:, 0]), list[Tensor]()
    for one, real in zip(e.unbind(1), there.unbind(1), strict=True):
        hidden = (one + step(hidden)).relu() * real
        found.append(hidden)
    return torch.stack(found, dim=1)
