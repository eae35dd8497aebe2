"""Self-critical sequence training (Rennie et al., CVPR 2017): after cross-entropy, what raises the CIDEr-D of samples.

    grad L = - (r(w^s) - b) grad log p(w^s)      (5)-(7), w^s sampled, mean over samples and photos

b is the reward of the greedy caption of the photo, the paper's choice, or the mean reward of its other samples (Kool et
al. 2019, "Buy 4 REINFORCE samples, get a baseline for free"). The end of a sentence counts as a word of the reward:
captions would otherwise learn to stop at "with a". Words have the probabilities they are sampled with, hence without
dropout and among those that may be said; all is computed in full precision. Samples are found without gradients and
then said again by teacher forcing, all of them in one pass. Processes that train together share batches.
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
from stages.networks.captioner import Captioner, Tensors
from stages.networks.checkpoint import Run
from stages.networks.events import events
from stages.networks.hypothesis import Hypothesis
from stages.networks.options import CaptionerOptions, Epoch
from stages.networks.sampling import sample
from stages.networks.search import Rules, greedy
from stages.networks.training import Judge, Lessons, packed, seeded
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


def improve(
    network: Captioner,
    lessons: Lessons,
    reward: Reward,
    judge: Judge | None,
    log: Sequence[Epoch],
    options: CaptionerOptions,
    runtime: Runtime,
    device: str,
) -> tuple[Epoch, ...]:
    """Go on training in place where cross-entropy ended and keep the weights of the best epoch of both.

    Continues from its own checkpoint in `runtime.scratch` where there is one.

    Returns:
        `log` and what each further epoch came to; its loss is the mean reward of the samples with a minus.
    """
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=options.self_critical_rate, weight_decay=options.weight_decay, fused=True
    )
    scratch, first = runtime.scratch and runtime.scratch / "self_critical", processes.rank() == 0
    run = Run.resume(network, optimiser, options, scratch, device)
    if not run.log:
        run.log, run.best = list(log), {name: value.clone() for name, value in network.state_dict().items()}
    network.eval()
    with events(runtime.events if first else None, len(run.log)) as tell:
        while len(run.log) < len(log) + options.self_critical:
            began, score = time.perf_counter(), None
            with seeded(options.seed, len(run.log) + 1, device):
                gained = _epoch(run, lessons, reward, options, runtime, device)
            if judge:
                (score,) = processes.summed([judge(run.speaker.eval()) if first else 0.0], device)
            run.note(Epoch(-gained, score, time.perf_counter() - began))
            tell(len(run.log), run.log[-1])
            if first:
                run.save()
    network.load_state_dict(run.best)
    return tuple(run.log)


def _epoch(
    run: Run, lessons: Lessons, reward: Reward, options: CaptionerOptions, runtime: Runtime, device: str
) -> float:
    """Every photo once, in random order; the mean reward of the samples."""
    network = run.network
    photos = torch.tensor(lessons.photos)
    batches = torch.split(photos[torch.randperm(len(photos))], options.batch)
    total = 0.0
    for batch in runtime.progress(batches, "self-critical training", len(batches)):
        chance = torch.rand(len(batch), options.samples, lessons.longest)
        mine = list(processes.share(range(len(batch))))
        run.optimiser.zero_grad(set_to_none=True)
        if mine:
            loss, gained = _reinforced(network, batch[mine].tolist(), chance[mine], lessons, reward, options, device)
            torch.autograd.backward(loss * (len(mine) / len(batch)))
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
    options: CaptionerOptions,
    device: str,
) -> tuple[Tensor, float]:
    """The surrogate loss of some photos' samples, drawn by `chance`, and their rewards together."""
    rules = Rules(lessons.longest)
    inputs = lessons.gather([lessons.scenes[photo] for photo in photos])
    memory = network.encode(tuple(part.to(device) for part in inputs))
    with torch.no_grad():
        said = sample(network, memory, rules, chance)
        rewards = reward(network, memory, photos, said)
        if options.baseline == "greedy":
            spoken = [[one] for one in greedy(network, memory, rules)]
            gains = rewards - reward(network, memory, photos, spoken)
        else:
            gains = over_the_others(rewards)
    return surrogate(network, memory, said, gains, rules), float(rewards.sum())


def over_the_others(rewards: Tensor) -> Tensor:
    """What each sample (photos, samples) gains over the mean of the other samples of its photo."""
    many = rewards.shape[1]
    return (rewards - rewards.mean(dim=1, keepdim=True)) * many / (many - 1)


def surrogate(
    network: Captioner, memory: Tensors, said: Sequence[Sequence[Hypothesis]], gains: Tensor, rules: Rules
) -> Tensor:
    """What has the gradient of the module: -gain log p(sentence), mean over the sentences. Gains: (photos, sentences);
    p is that of saying a sentence under the rules."""
    flat = [
        (row, (*one.symbols, *(() if one.end is None else (END,))), gain)
        for row, (group, its) in enumerate(zip(said, gains.tolist(), strict=True))
        for one, gain in zip(group, its, strict=True)
    ]
    flat.sort(key=lambda sentence: len(sentence[1]), reverse=True)
    sentences = packed([(row, symbols) for row, symbols, _ in flat], str(memory[0].device))
    outputs = network.unroll(memory, sentences).outputs
    scores = network.read_out(sentences.inputs, outputs)  # (words, symbols)
    first, before = sentences.active[0], sentences.inputs.unsqueeze(1)
    allowed = [rules.apply(scores[:first], before[:first, :0]), rules.apply(scores[first:], before[first:])]
    log_p = torch.cat(allowed).log_softmax(dim=1).gather(1, sentences.targets.unsqueeze(1)).squeeze(1)  # (words,)
    gain = scores.new_tensor([its for _, _, its in flat])  # (sentences,)
    weight = torch.cat([gain[:active] for active in sentences.active])  # (words,)
    return -(weight * log_p).sum() / len(flat)
