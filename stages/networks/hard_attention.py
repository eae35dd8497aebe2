"""Show, Attend and Tell with hard attention (Xu et al., ICML 2015, section 4.1).

    s_t ~ Multinoulli(alpha_t)                              z_t = beta_t a_{s_t}                         (8), (9)
    dL = mean over sentences of d log p(y | s)
         + lambda_r (log p(y | s) - b) d log p(s) + lambda_e d H[s]                                      (12)
    b <- 0.9 b + 0.1 log p(y | s)                                                                        4.1

Everything else is soft attention's, see `show_attend_tell.py`, but for the doubly stochastic penalty, which there is
none of; the gate beta stands in the authors' program for both. Each sentence is, with probability 1/2, learned with the
expectation sum_i alpha_ti a_i in place of samples; then the gradient passes through alpha, and log p(s) counts for
nothing. log p(y | s) is that of whole sentences, b the mean of those before this batch and begins as that of the first.
lambda_r and lambda_e are by default the authors' program's, 1/10 and .002; the paper names no values.

When speaking, the most probable location is looked at, so that a photo has one caption; or the expectation.
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from stages.networks.captioner import DRAWN, Sentences, Tensors, Unrolled
from stages.networks.show_attend_tell import ShowAttendTell

_KEPT = 0.9  # of the baseline, at every batch


class HardAttention(ShowAttendTell):
    """Inputs: annotation vectors (photos, locations, channels).

    Args:
        symbols: words and special ids.
        channels: size D of an annotation vector.
        word: size m of a word vector.
        lstm: size n of the state.
        attention: units of the attention's hidden layer.
        dropout: share of units left out in training.
        reward: lambda_r.
        entropy: lambda_e.
        expected: probability that a sentence is learned with the expectation.
        speaking: what is seen when speaking.
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
        reward: float,
        entropy: float,
        expected: float = 0.5,
        speaking: Literal["most_probable", "expectation"] = "most_probable",
        variant: Literal["paper", "released_code"] = "paper",
    ) -> None:
        super().__init__(
            symbols,
            channels,
            word=word,
            lstm=lstm,
            attention=attention,
            dropout=dropout,
            penalty=0.0,
            variant=variant,
        )
        self.reward, self.entropy, self.expected, self.speaking = reward, entropy, expected, speaking
        self.register_buffer("baseline", torch.zeros(()))  # b
        self.register_buffer("batches", torch.zeros(()))  # that b has seen
        self.baseline: Tensor
        self.batches: Tensor

    def start(self, memory: Tensors) -> Tensors:
        hidden, cell = super().start(memory)
        softly = torch.rand(len(hidden), 1, device=hidden.device) < self.expected  # (sentences, 1)
        return hidden, cell, softly if self.training else torch.zeros_like(softly)

    def look(self, alpha: Tensor, state: Tensors) -> tuple[Tensor, tuple[tuple[str, Tensor], ...]]:
        if not self.training:
            if self.speaking == "expectation":
                return alpha, ()
            return F.one_hot(alpha.argmax(dim=2), alpha.shape[2]).to(alpha.dtype), ()
        softly = state[2].view(*alpha.shape[:2], 1)  # (photos, beams, 1)
        drawn = torch.multinomial(alpha.detach().flatten(0, 1), 1).view_as(softly)  # s_t
        log_alpha = alpha.clamp_min(torch.finfo(alpha.dtype).tiny).log()
        chosen = log_alpha.gather(2, drawn).masked_fill(softly, 0.0).flatten()  # log p(s_t)
        entropy = -(alpha * log_alpha).sum(dim=2).flatten()
        sampled = torch.zeros_like(alpha).scatter_(2, drawn, 1.0)
        return torch.where(softly, alpha, sampled), ((DRAWN, chosen), ("entropy", entropy))

    def loss(self, said: Unrolled, sentences: Sentences) -> Tensor:
        scores, many = self.read_out(sentences.inputs, said.outputs), len(sentences.photo)
        surprise = self.surprise(scores, sentences) / many
        if not self.training:
            return surprise
        rows = torch.cat([torch.arange(active) for active in sentences.active]).to(scores.device)  # (words,)
        known = scores.detach().gather(1, sentences.targets.unsqueeze(1)).squeeze(1)
        likely = known.new_zeros(many).index_add_(0, rows, known)  # log p(y | s), (sentences,)
        looks, entropies = (_all_steps(said, term) for term in (DRAWN, "entropy"))  # (words,)
        before = self.baseline.clone() if self.batches else likely.mean()
        reinforced = ((likely - before)[rows] * looks).sum() / many
        self.baseline.copy_(_KEPT * before + (1 - _KEPT) * likely.mean())
        self.batches += 1
        return surprise - self.reward * reinforced - self.entropy * entropies.sum() / many


def _all_steps(said: Unrolled, term: str) -> Tensor:
    """A named number of every step, packed like the words: (words,)."""
    return torch.cat([dict(why.terms)[term] for why in said.evidence])
