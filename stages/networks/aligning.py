"""Learning to align photos with sentences, and how well each then finds the other.

Adam in place of the paper's gradient descent with momentum, on batches of photos with one sentence each: no two
sentences of a batch are of one photo, of which (9) would take one for wrong. An epoch has every sentence once. Kept is
the epoch after which tune's photos and sentences find each other best: the mean of R@1, 5 and 10 both ways.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.errors import BadData
from pipeline.records import Array, Scene
from pipeline.stage import Runtime
from stages.analysis.retrieval import Retrieval, retrieval
from stages.networks.aligning_options import AligningOptions
from stages.networks.alignment import Alignment, ranking_loss, scores
from stages.networks.device import resolve
from stages.networks.memory import freed_memory_kept
from stages.networks.resumable import keep, kept, made_by
from stages.networks.training import Gather, seeded

_LOOKED_AT = 256  # training photos that features are standardised by
_TOGETHER = 16  # photos whose scores are computed at once
_HEARD = 512  # sentences encoded at once


@dataclass(frozen=True, slots=True)
class Pairs:
    """Photos and the sentences of each, as symbols, none empty; photos without sentences are passed over."""

    scenes: Sequence[Scene]
    sentences: Sequence[Sequence[tuple[int, ...]]]

    @property
    def photos(self) -> list[int]:
        """Those that have a sentence."""
        return [photo for photo, group in enumerate(self.sentences) if group]

    def batches(self, size: int) -> Iterator[list[tuple[int, tuple[int, ...]]]]:
        """Photos with one sentence each, drawn until every sentence was."""
        order = [torch.randperm(len(group)).tolist() for group in self.sentences]
        for turn in range(max(map(len, order), default=0)):
            photos = torch.tensor([photo for photo, group in enumerate(order) if turn < len(group)])
            for chosen in torch.split(photos[torch.randperm(len(photos))], size):
                yield [(photo, self.sentences[photo][order[photo][turn]]) for photo in chosen.tolist()]


@dataclass(frozen=True, slots=True)
class Found:
    """How sentences are found with photos, and photos with sentences."""

    sentences: Retrieval
    photos: Retrieval

    @property
    def mean_recall(self) -> float:
        return fmean([*self.sentences.recall.values(), *self.photos.recall.values()])


@freed_memory_kept()
def fit_alignment(
    vectors: Array, pairs: Pairs, tune: Pairs, gather: Gather, options: AligningOptions, runtime: Runtime
) -> tuple[Alignment, tuple[float, ...]]:
    """Build an alignment network and train it on `pairs`, stopping on `tune`.

    Continues from its checkpoint in `runtime.scratch` where there is one.

    Args:
        vectors: of every symbol, (symbols, dim).

    Returns:
        The network, and the mean recall on `tune` after each epoch.

    Raises:
        BadData: if no photo of the one or the other has a sentence.
        StoreError: if the checkpoint is damaged or cannot be written.
    """
    for split, those in (("train", pairs), ("tune", tune)):
        if not those.photos:
            raise BadData(f"no photo of {split} has a caption: alignment needs some in train and tune")
    device = resolve(runtime.device)
    photos = pairs.photos
    some, there = gather([pairs.scenes[photo] for photo in photos[:: math.ceil(len(photos) / _LOOKED_AT)]])
    with seeded(options.seed, 0, device):
        known = torch.from_numpy(vectors).float()
        network = Alignment(known, some.shape[-1], size=options.size, dropout=options.dropout)
    network.standardise.fit(some[there.squeeze(2) > 0])
    network.to(device)
    optimiser = torch.optim.Adam(network.parameters(), lr=options.learning_rate)
    path = runtime.scratch and runtime.scratch / "checkpoint.pt"
    mine = made_by(options, network)
    recalls, best = list[float](), dict[str, Tensor]()
    state = kept(path, device)
    if state.get("recipe") == mine:
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        recalls, best = state["recalls"], state["best"]
    while len(recalls) < options.epochs and _stale(recalls) < options.patience:
        with seeded(options.seed, len(recalls) + 1, device):
            _epoch(network.train(), optimiser, pairs, gather, options, runtime, f"epoch {len(recalls) + 1}")
        recalls.append(found(network.eval(), tune, gather).mean_recall)
        if recalls[-1] >= max(recalls):
            best = {name: value.detach().clone() for name, value in network.state_dict().items()}
        parts = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
        keep(path, {"recipe": mine, **parts, "recalls": recalls, "best": best})
    network.load_state_dict(best)
    return network, tuple(recalls)


def _stale(recalls: Sequence[float]) -> int:
    """Epochs since the best."""
    return recalls[::-1].index(max(recalls)) if recalls else 0


def _epoch(
    network: Alignment,
    optimiser: torch.optim.Optimizer,
    pairs: Pairs,
    gather: Gather,
    options: AligningOptions,
    runtime: Runtime,
    which: str,
) -> None:
    """Every sentence once."""
    batches, device = list(pairs.batches(options.batch)), network.vectors.device
    for batch in runtime.progress(batches, f"aligning, {which} of at most {options.epochs}", len(batches)):
        regions, there = (part.to(device) for part in gather([pairs.scenes[photo] for photo, _ in batch]))
        words, sentence = network.listen([ids for _, ids in batch])
        loss = ranking_loss(scores(network.look(regions), there, words, sentence, len(batch)))
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss / len(batch))
        nn.utils.clip_grad_value_(network.parameters(), options.clip)
        optimiser.step()


def found(network: Alignment, pairs: Pairs, gather: Gather) -> Found:
    """How photos and their sentences find each other among all of `pairs`."""
    photos, device = pairs.photos, network.vectors.device
    sentences = [(row, ids) for row, photo in enumerate(photos) for ids in pairs.sentences[photo]]
    whose = np.array([row for row, _ in sentences])
    right = np.arange(len(photos))[:, None] == whose  # (photos, sentences)
    with torch.inference_mode():
        heard = Heard.of(network, [ids for _, ids in sentences])
        fits = np.concatenate(
            [
                heard.scores(network, *(part.to(device) for part in gather([pairs.scenes[photo] for photo in some])))
                for some in (photos[start : start + _TOGETHER] for start in range(0, len(photos), _TOGETHER))
            ]
        )
    return Found(retrieval(fits, right), retrieval(fits.T, right.T))


@dataclass(frozen=True, slots=True)
class Heard:
    """Sentences as a network hears them: s_t of all words, and where each sentence begins."""

    words: Tensor  # (words, size)
    sentence: Tensor  # (words,)
    sentences: int

    @classmethod
    def of(cls, network: Alignment, sentences: Sequence[tuple[int, ...]]) -> "Heard":
        parts = [network.listen(sentences[at : at + _HEARD]) for at in range(0, len(sentences), _HEARD)]
        whose = [whose + place * _HEARD for place, (_, whose) in enumerate(parts)]
        return cls(torch.cat([words for words, _ in parts]), torch.cat(whose), len(sentences))

    def scores(self, network: Alignment, regions: Tensor, there: Tensor) -> Array:
        """S_kl of photos with all sentences: (photos, sentences)."""
        made: Array = scores(network.look(regions), there, self.words, self.sentence, self.sentences).cpu().numpy()
        return made

    def fit(self, network: Alignment, regions: Tensor, sentence: int) -> Array:
        """v_i . s_t of one photo (regions, channels) with the words of a sentence: (words, regions)."""
        made: Array = (self.words[self.sentence == sentence] @ network.look(regions).T).cpu().numpy()
        return made
