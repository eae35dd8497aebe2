"""One training loop for every captioner: Adam on teacher-forced sentences, stopped by how well it then speaks.

Weights decay apart from the gradient (Loshchilov and Hutter, ICLR 2019); a decay of 0 is Adam.

All captions of a photo are learned in the same step, so that the photo is encoded once; the longest lead, and each
leaves when it is said, so that nothing is ever computed for padding. Every epoch draws its order and its dropout from
the seed and its own number, and the learning rate follows from that number and the place in the epoch, hence a run
resumed from a checkpoint equals one that was never interrupted.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.columns import Joined
from pipeline.errors import BadOption
from pipeline.records import Scene
from pipeline.stage import Runtime
from stages.networks import processes
from stages.networks.captioner import Captioner, Sentences, Tensors
from stages.networks.checkpoint import Run
from stages.networks.events import events
from stages.networks.memory import freed_memory_kept
from stages.networks.options import Epoch, TrainingOptions
from stages.networks.precision import autocast
from stages.networks.schedule import own_words, rate
from stages.networks.scheduled_sampling import unroll_sampled
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

    def __add__(self, other: "Lessons") -> "Lessons":
        """These photos and then the other's; nothing is copied."""
        return replace(self, scenes=Joined(self.scenes, other.scenes), captions=Joined(self.captions, other.captions))

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
    """The captions of photos as Sentences; equally long ones stay in order. One that had to be cut is not taught to end
    there."""
    pairs = [(row, ids) for row, group in enumerate(captions) for ids in group]
    whole = [(row, (*ids, END) if len(ids) <= longest else ids[:longest]) for row, ids in pairs]
    said = sorted(whole, key=lambda sentence: len(sentence[1]), reverse=True)
    photo, targets = [row for row, _ in said], [ids for _, ids in said]
    active = tuple(sum(len(ids) > step for ids in targets) for step in range(len(targets[0])))
    places = [(row, step) for step, many in enumerate(active) for row in range(many)]
    before = [targets[row][step - 1] if step else START for row, step in places]
    after = [targets[row][step] for row, step in places]
    rows, inputs, answers = (torch.tensor(ids, device=device) for ids in (photo, before, after))
    return Sentences(rows, inputs, answers, active)


@freed_memory_kept()
def train(
    network: Captioner,
    lessons: Lessons,
    judge: Judge | None,
    options: TrainingOptions,
    runtime: Runtime,
    device: str,
    epochs: int = 0,
) -> tuple[Epoch, ...]:
    """Train in place and keep the weights of the epoch the judge liked best (without a judge, the last).

    Continues from the checkpoint in `runtime.scratch` where there is one. Within a group of processes each learns from
    its share of every batch, the first judges and writes checkpoints, and all end with the same weights.

    Args:
        epochs: how many there are to be, where these are the first of the options' epochs.

    Returns:
        What each epoch came to.

    Raises:
        StoreError: if a checkpoint is damaged or cannot be written.
        MissingDependency: if events are wanted for TensorBoard, and it is not here.
        BadOption: if every gradient of a training in fp16 overflowed, so that no step was taken.
    """
    network.to(device)
    optimiser = adam(network, options.learning_rate, options.weight_decay)
    run = Run.resume(network, optimiser, options, runtime.scratch, device)
    first, most = processes.rank() == 0, epochs or options.epochs
    with events(runtime.events if first else None, len(run.log)) as tell:
        while len(run.log) < most and run.stale < options.patience:
            began = time.perf_counter()
            network.begin(len(run.log) + 1)
            with seeded(options.seed, len(run.log) + 1, device):
                loss = _epoch(run, lessons, options, runtime, device, most)
            score = None
            if judge:
                (score,) = processes.summed([judge(run.speaker.eval()) if first else 0.0], device)
            run.note(Epoch(loss, score, time.perf_counter() - began))
            tell(len(run.log), run.log[-1])
            if first:
                run.save()
    if run.scaler.is_enabled() and not any(state["step"] for state in optimiser.state.values()):
        raise BadOption("precision=fp16: all gradients overflowed, nothing was learned; take precision=bf16 or fp32")
    network.load_state_dict(run.best)
    network.eval()
    return tuple(run.log)


def adam(network: Captioner, rate: float, decay: float) -> torch.optim.AdamW:
    """What follows the gradients: eyes at their share of the rate, kept as "share" in their group."""
    seeing = [] if network.eyes is None else list(network.eyes.parameters())
    rest = [weight for weight in network.parameters() if all(weight is not one for one in seeing)]
    groups: list[dict[str, Any]] = [{"params": rest}]
    if network.eyes is not None:
        groups.append({"params": seeing, "lr": rate * network.eyes.share, "share": network.eyes.share})
    return torch.optim.AdamW(groups, lr=rate, weight_decay=decay, fused=True)


@contextmanager
def seeded(seed: int, turn: int, device: str) -> Iterator[None]:
    """Random numbers of one turn (0: the first weights; then the epochs); the caller's are left as they were."""
    with torch.random.fork_rng(devices=[device] if device.startswith("cuda") else []):
        torch.manual_seed(seed * 1_000_003 + turn)
        yield


def apart() -> None:
    """Of processes that have drawn alike so far, such as the order of photos, each draws its own dropout from here."""
    if processes.rank():
        torch.manual_seed(torch.initial_seed() + (processes.rank() << 40))


def _epoch(run: Run, lessons: Lessons, options: TrainingOptions, runtime: Runtime, device: str, most: int) -> float:
    """Every photo once, in random order; the mean loss a word."""
    number, network = len(run.log) + 1, run.network.train()
    share = own_words(options, number)
    photos = torch.tensor(lessons.photos)
    steps = torch.split(photos[torch.randperm(len(photos))], options.batch * options.accumulate)
    apart()
    total, words = 0.0, 0.0
    what = f"training, epoch {number} of at most {most}"
    for place, step in enumerate(runtime.progress(steps, what, len(steps))):
        for group in run.optimiser.param_groups:
            group["lr"] = rate(options, number - 1 + place / len(steps)) * group.get("share", 1.0)
        run.optimiser.zero_grad(set_to_none=True)
        together = sum(len(lessons.captions[photo]) for photo in step.tolist())
        for part in torch.split(step, options.batch):
            mine = processes.share(part.tolist())
            if not mine:
                continue
            inputs, sentences = lessons.batch(mine, device)
            sentences = replace(sentences, step=together)
            with autocast(options, device):
                loss = _loss(network, inputs, sentences, share)
            torch.autograd.backward(run.scaler.scale(loss * (len(sentences.photo) / together)))
            total += loss.item() * len(sentences.photo)
            words += len(sentences.targets)
        processes.gather_gradients(network)
        run.scaler.unscale_(run.optimiser)
        nn.utils.clip_grad_norm_(network.parameters(), options.clip)
        run.scaler.step(run.optimiser)
        run.scaler.update()
        if run.average is not None:
            run.average.update_parameters(network)
    total, words = processes.summed([total, words], device)
    return total / words


def _loss(network: Captioner, inputs: Tensors, sentences: Sentences, share: float) -> Tensor:
    """That of some sentences, of whose words `share` are the captioner's own."""
    memory = network.encode(network.see(inputs))
    if share:
        return network.loss(*unroll_sampled(network, memory, sentences, share))
    return network.loss(network.unroll(memory, sentences), sentences)
