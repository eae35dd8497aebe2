"""Self-critical sequence training (Rennie et al., CVPR 2017): after cross-entropy, what raises the CIDEr-D of samples.

    grad L = - (r(w^s) - b) grad log p(w^s)      (5)-(7), w^s sampled, mean over samples and photos

b is the reward of the greedy caption of the photo, the paper's choice, or the mean reward of its other samples (Kool et
al. 2019, "Buy 4 REINFORCE samples, get a baseline for free"). The end of a sentence counts as a word of the reward:
captions would otherwise learn to stop at "with a". Words have the probabilities they are sampled with: those among what
may be said, under the very dropout that was in force, so that the gradient is that of the steps that spoke. (Said again
under another dropout, samples of the one network are pushed down in the other, where nothing stops them.) Places s that
hard attention drew are part of a sample: log p(w^s) is then log p(s) + log p(w^s | s). The greedy caption is said
without dropout; all is computed in full precision. Processes that train together share batches.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.stage import Runtime
from stages.language.cider import DocumentFrequencies, Words, cider_d
from stages.networks import processes
from stages.networks.captioner import DRAWN, Captioner, StepEvidence, Tensors
from stages.networks.checkpoint import Run
from stages.networks.deferred import Deferred
from stages.networks.events import events
from stages.networks.hypothesis import Hypothesis
from stages.networks.memory import freed_memory_kept
from stages.networks.options import Epoch, TrainingOptions
from stages.networks.sampling import by_chance
from stages.networks.search import Pick, Rules, follow, greedy
from stages.networks.training import Judge, Lessons, adam, apart, seeded
from stages.resources.vocabulary import END, SPECIAL, Vocabulary


@dataclass(frozen=True, slots=True)
class Reward:
    """CIDEr-D of what is said of training photos, its idf that of all their captions; ends count as words."""

    references: Sequence[Sequence[Words]]
    frequencies: DocumentFrequencies
    vocabulary: Vocabulary

    @classmethod
    def of(cls, captions: Sequence[Sequence[Words]], vocabulary: Vocabulary) -> "Reward":
        """That of the captions of each photo, as words."""
        references = [[(*words, SPECIAL[END]) for words in group] for group in captions]
        return cls(references, DocumentFrequencies.count(group for group in references if group), vocabulary)

    def __call__(
        self, network: Captioner, memory: Tensors, photos: Sequence[int], said: Sequence[Sequence[Hypothesis]]
    ) -> Tensor:
        """(photos, sentences) rewards of as many sentences for each of these photos."""
        spelt = [
            (*network.spell(memory, row, one.symbols, self.vocabulary), *(() if one.end is None else (SPECIAL[END],)))
            for row, group in enumerate(said)
            for one in group
        ]
        owner = np.repeat(np.arange(len(photos)), len(said[0]))
        scores = cider_d(spelt, [self.references[photo] for photo in photos], self.frequencies, owner.tolist())
        return torch.from_numpy(scores).view(len(photos), -1)


@freed_memory_kept()
def improve(
    network: Captioner,
    lessons: Lessons,
    reward: Reward,
    judge: Judge | None,
    log: Sequence[Epoch],
    options: TrainingOptions,
    runtime: Runtime,
    device: str,
) -> tuple[Epoch, ...]:
    """Go on training in place where cross-entropy ended and keep the weights of the best epoch of both.

    Continues from its own checkpoint in `runtime.scratch` where there is one.

    Returns:
        `log` and what each further epoch came to; its loss is the mean reward of the samples with a minus.
    """
    optimiser = adam(network, options.self_critical_rate, options.weight_decay)
    scratch, first = runtime.scratch and runtime.scratch / "self_critical", processes.rank() == 0
    run = Run.resume(network, optimiser, options, scratch, device)
    if not run.log:
        run.log, run.best = list(log), {name: value.clone() for name, value in network.state_dict().items()}
    with events(runtime.events if first else None, len(run.log)) as tell:
        while len(run.log) < len(log) + options.self_critical:
            began, score = time.perf_counter(), None
            network.begin(len(run.log) + 1)
            with seeded(options.seed, len(run.log) + 1, device):
                gained = _epoch(run, lessons, reward, options, runtime, device)
            if judge:
                (score,) = processes.summed([judge(run.speaker.eval()) if first else 0.0], device)
            run.note(Epoch(-gained, score, time.perf_counter() - began, rewarded=True))
            tell(len(run.log), run.log[-1])
            if first:
                run.save()
    network.load_state_dict(run.best)
    network.eval()
    return tuple(run.log)


def _epoch(
    run: Run, lessons: Lessons, reward: Reward, options: TrainingOptions, runtime: Runtime, device: str
) -> float:
    """Every photo once, in random order; the mean reward of the samples."""
    network, total = run.network.train(), 0.0
    photos, common = torch.tensor(lessons.photos), torch.Generator().manual_seed(torch.initial_seed())
    steps = torch.split(photos[torch.randperm(len(photos), generator=common)], options.batch * options.accumulate)
    apart()
    for step in runtime.progress(steps, "self-critical training", len(steps)):
        chance = torch.rand(len(step), options.samples, lessons.longest, generator=common)
        run.optimiser.zero_grad(set_to_none=True)
        for part in torch.split(torch.arange(len(step)), options.batch):
            mine = processes.share(part.tolist())
            if not mine:
                continue
            loss, gained = _reinforced(network, step[mine].tolist(), chance[mine], lessons, reward, options, device)
            torch.autograd.backward(loss * (len(mine) / len(step)))
            total += gained
        processes.gather_gradients(network)
        nn.utils.clip_grad_norm_(network.parameters(), options.clip)
        run.optimiser.step()
        if run.average is not None:
            run.average.update_parameters(network)
    (total,) = processes.summed([total], device)
    return total / (len(photos) * options.samples)


def _reinforced(
    network: Captioner,
    photos: Sequence[int],
    chance: Tensor,
    lessons: Lessons,
    reward: Reward,
    options: TrainingOptions,
    device: str,
) -> tuple[Tensor, float]:
    """The surrogate loss of some photos' samples, drawn by `chance`, and their rewards together."""
    rules = Rules(lessons.longest)
    inputs = tuple(part.to(device) for part in lessons.gather([lessons.scenes[photo] for photo in photos]))
    memory = network.encode(network.see(inputs))
    said, log_p = spoken(network, memory, rules, chance.shape[1], by_chance(chance.to(device)))
    with torch.no_grad():
        rewards = reward(network, memory, photos, said)
        if options.baseline == "greedy":
            network.eval()
            memory = network.encode(network.see(inputs))
            gains = rewards - reward(network, memory, photos, [[one] for one in greedy(network, memory, rules)])
            network.train()
        else:
            gains = over_the_others(rewards)
    return surrogate(log_p, gains), float(rewards.sum())


def spoken(
    network: Captioner, memory: Tensors, rules: Rules, many: int, pick: Pick
) -> tuple[list[list[Hypothesis]], Tensor]:
    """`many` sentences of each photo, as `pick` says, and (photos, many) their log-probabilities under the rules, with
    those of what else was drawn on the way, from the very steps in which they were said: these have gradients."""
    said_by, chosen = list[Tensor](), list[Tensor]()
    over = torch.zeros(len(memory[0]) * many, dtype=torch.bool, device=memory[0].device)

    def heard(scores: Tensor, row: Tensor, step: int, why: StepEvidence) -> Tensor:
        word = pick(scores.detach(), row, step, why)
        going = (~over[row]).nonzero().flatten()
        said_by.append(row[going])
        likely = scores[going].log_softmax(dim=1).gather(1, word[going].unsqueeze(1)).squeeze(1)
        drawn = dict(why.terms).get(DRAWN)
        chosen.append(likely if drawn is None else likely + drawn[going])
        over[row] |= word == END
        return word

    with Deferred():
        said = follow(network, memory, rules, many, heard)
    log_p = torch.cat(chosen)
    return said, log_p.new_zeros(len(over)).index_add(0, torch.cat(said_by), log_p).view(-1, many)


def over_the_others(rewards: Tensor) -> Tensor:
    """What each sample (photos, samples) gains over the mean of the other samples of its photo."""
    many = rewards.shape[1]
    return (rewards - rewards.mean(dim=1, keepdim=True)) * many / (many - 1)


def surrogate(log_p: Tensor, gains: Tensor) -> Tensor:
    """What has the gradient of the module: -gain log p(sentence), mean over the sentences; both (photos, sentences)."""
    return -(gains.to(log_p) * log_p).mean()
