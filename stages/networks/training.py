"""One training loop for every captioner: Adam on teacher-forced sentences, stopped by how well it then speaks.

Weights decay apart from the gradient (Loshchilov and Hutter, ICLR 2019); a decay of 0 is Adam.

All captions of a photo are learned in the same step, so that the photo is encoded once; the longest lead, and each
leaves when it is said, so that nothing is ever computed for padding. Every epoch draws its order and its dropout from
the seed and its own number, and the learning rate follows from that number and the place in the epoch, hence a run
resumed from a checkpoint equals one that was never interrupted.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn

from pipeline.records import Scene
from pipeline.stage import Runtime
from stages.networks.captioner import Captioner, Sentences, Tensors
from stages.networks.checkpoint import Run
from stages.networks.options import CaptionerOptions, Epoch
from stages.resources.vocabulary import END, START

Gather = Callable[[Sequence[Scene]], Tensors]
"""Photos -> what the captioner's `encode` wants of them, one row a photo."""
Judge = Callable[[Captioner], float]
"""How well a captioner, in evaluation mode, speaks; more is better."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Photos and, for each, its captions as symbols without start and end, perhaps none; cut after `longest` words."""

    scenes: Sequence[Scene]
    captions: Sequence[Sequence[tuple[int, ...]]]
    longest: int
    gather: Gather

    @property
    def photos(self) -> list[int]:
        """Those that have a caption."""
        return [photo for photo, captions in enumerate(self.captions) if captions]

    def batch(self, photos: Sequence[int], device: str) -> tuple[Tensors, Sentences]:
        """The inputs and the sentences of some photos."""
        inputs = self.gather([self.scenes[photo] for photo in photos])
        captions = [self.captions[photo] for photo in photos]
        return tuple(part.to(device) for part in inputs), pack(captions, self.longest, device)


def pack(captions: Sequence[Sequence[tuple[int, ...]]], longest: int, device: str = "cpu") -> Sentences:
    """The captions of photos as Sentences. One that had to be cut is not taught to end there."""
    pairs = [(row, ids) for row, group in enumerate(captions) for ids in group]
    return packed([(row, (*ids, END) if len(ids) <= longest else ids[:longest]) for row, ids in pairs], device)


def packed(sentences: Sequence[tuple[int, tuple[int, ...]]], device: str) -> Sentences:
    """Sentences as they are to be said, each with its photo's row; equally long ones stay in order."""
    said = sorted(sentences, key=lambda sentence: len(sentence[1]), reverse=True)
    photo, targets = [row for row, _ in said], [ids for _, ids in said]
    active = tuple(sum(len(ids) > step for ids in targets) for step in range(len(targets[0])))
    places = [(row, step) for step, many in enumerate(active) for row in range(many)]
    before = [targets[row][step - 1] if step else START for row, step in places]
    after = [targets[row][step] for row, step in places]
    rows, inputs, answers = (torch.tensor(ids, device=device) for ids in (photo, before, after))
    return Sentences(rows, inputs, answers, active)


def train(
    network: Captioner, lessons: Lessons, judge: Judge | None, options: CaptionerOptions, runtime: Runtime, device: str
) -> tuple[Epoch, ...]:
    """Train in place and keep the weights of the epoch the judge liked best (without a judge, the last).

    Continues from the checkpoint in `runtime.scratch` where there is one.

    Returns:
        What each epoch came to.
    """
    network.to(device)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay, fused=True
    )
    run = Run.resume(network, optimiser, options, runtime.scratch, device)
    while len(run.log) < options.epochs and run.stale < options.patience:
        began = time.perf_counter()
        with seeded(options.seed, len(run.log) + 1, device):
            loss = _epoch(network, optimiser, lessons, options, runtime, device, len(run.log) + 1)
        network.eval()
        score = judge(network) if judge else None
        run.note(Epoch(loss, score, time.perf_counter() - began))
        run.save()
    network.load_state_dict(run.best)
    network.eval()
    return tuple(run.log)


def rate(options: CaptionerOptions, passes: float) -> float:
    """The learning rate after so many passes over the photos, of `epochs` in all.

    `cosine` is (1 + cos(pi passes / epochs)) / 2 of the first rate: Loshchilov and Hutter (ICLR 2017), (5), without
    restarts.
    """
    if options.schedule == "constant":
        return options.learning_rate
    return options.learning_rate * (1 + math.cos(math.pi * passes / options.epochs)) / 2


@contextmanager
def seeded(seed: int, turn: int, device: str) -> Iterator[None]:
    """Random numbers of one turn (0: the first weights; then the epochs); the caller's are left as they were."""
    with torch.random.fork_rng(devices=[device] if device.startswith("cuda") else []):
        torch.manual_seed(seed * 1_000_003 + turn)
        yield


def _epoch(
    network: Captioner,
    optimiser: torch.optim.Optimizer,
    lessons: Lessons,
    options: CaptionerOptions,
    runtime: Runtime,
    device: str,
    number: int,
) -> float:
    """Every photo once, in random order; the mean loss a word."""
    network.train()
    photos = torch.tensor(lessons.photos)
    batches = torch.split(photos[torch.randperm(len(photos))], options.batch)
    total, words = 0.0, 0
    what = f"training, epoch {number} of at most {options.epochs}"
    for place, batch in enumerate(runtime.progress(batches, what, len(batches))):
        for group in optimiser.param_groups:
            group["lr"] = rate(options, number - 1 + place / len(batches))
        inputs, sentences = lessons.batch(batch.tolist(), device)
        memory = network.encode(inputs)
        loss = network.loss(network.unroll(memory, sentences), sentences)
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), options.clip)
        optimiser.step()
        total += loss.item() * len(sentences.photo)
        words += len(sentences.targets)
    return total / words
