"""Saying captions by chance: from all symbols, the k most probable ones, or those that hold most of the probability."""

from collections.abc import Sequence
from hashlib import blake2b

import torch
from torch import Tensor

from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.hypothesis import Hypothesis
from stages.networks.search import Pick, Rules, follow


def sample(
    network: Captioner,
    memory: Tensors,
    rules: Rules,
    chance: Tensor,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
) -> list[list[Hypothesis]]:
    """Sentences of each photo, each symbol drawn by its share; scores stay those of the network. See `by_chance`."""
    pick = by_chance(chance.to(memory[0].device), temperature, top_k, top_p)
    return follow(network, memory, rules, chance.shape[1], pick)


def by_chance(chance: Tensor, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> Pick:
    """What draws each symbol by its share.

    Args:
        chance: (photos, sentences, longest) numbers in [0, 1), one for each symbol that may have to be drawn, on the
            network's device.
        temperature, top_k, top_p: see `shares`.
    """
    drawn = chance.flatten(0, 1).double()  # (photos * sentences, longest)

    def pick(scores: Tensor, row: Tensor, step: int, why: StepEvidence) -> Tensor:
        below = shares(scores, temperature, top_k, top_p).cumsum(dim=1)
        wanted = drawn[row, step].unsqueeze(1) * below[:, -1:]
        return torch.searchsorted(below, wanted, right=True).squeeze(1)  # passes over what has no share

    return pick


def shares(scores: Tensor, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> Tensor:
    """What each symbol is drawn with: (sentences, symbols), not brought to a sum of 1.

    Args:
        scores: (sentences, symbols) log-probabilities.
        temperature: divides them: below 1 the probable becomes more so.
        top_k: so many of the most probable symbols can be drawn (Fan et al., ACL 2018); 0: all.
        top_p: the fewest most probable ones whose shares come to this can be drawn (Holtzman et al., ICLR 2020).
    """
    probable, order = (scores.double() / temperature).softmax(dim=1).sort(dim=1, descending=True, stable=True)
    kept = probable.cumsum(dim=1) - probable < top_p
    if top_k:
        kept[:, top_k:] = False
    return torch.zeros_like(probable).scatter_(1, order, probable * kept)


def chances(names: Sequence[str], seed: int, sentences: int, longest: int) -> Tensor:
    """Numbers for `sample`, (photos, sentences, longest), that hang on the seed and on each photo's own name alone."""
    drawn = []
    for name in names:
        digest = blake2b(f"{seed} {name}".encode(), digest_size=7).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(digest, "little"))
        drawn.append(torch.rand(sentences, longest, generator=generator))
    return torch.stack(drawn)
