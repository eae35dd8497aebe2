"""From scenes to captions with any captioner: what the stage files of neural captioners share."""

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from pipeline.errors import BadData
from pipeline.records import Caption, Evidence, Scene
from pipeline.stage import Examples, Resources, Runtime
from pipeline.text import detokenise, tokenise
from stages.language.cider import cider_d
from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.decoding import Decoder
from stages.networks.device import resolve
from stages.networks.ensemble import Ensemble
from stages.networks.hypothesis import Hypothesis
from stages.networks.int8 import in_int8
from stages.networks.options import Epoch, SpeakingOptions, TrainingOptions, best
from stages.networks.processes import joined
from stages.networks.search import Rules, greedy
from stages.networks.self_critical import Reward, improve
from stages.networks.training import Gather, Judge, Lessons, seeded, train
from stages.resources.idf import Idf
from stages.resources.vocabulary import Vocabulary

Build = Callable[[int, Sequence[int]], Captioner]
"""A network for so many symbols and inputs of such widths (the last dimension of each tensor of Gather)."""
_CHUNK = 64  # photos of tune decoded together
_LOOKED_AT = 256  # training photos that a network is calibrated by
_DIGITS = 4  # of evidence, which is looked at and not computed with


@dataclass(frozen=True, slots=True)
class Trained:
    """A captioner that has learned, what it was built for, how long its captions were (mean and deviation of their
    symbols, the end among them), and how its training went: the one that was judged, the one after it on all photos, if
    there was one, and of the former how many epochs each member had."""

    network: Captioner
    symbols: int
    widths: tuple[int, ...]
    log: tuple[Epoch, ...]
    lengths: tuple[float, float]
    refitted: tuple[Epoch, ...]
    members: tuple[int, ...]

    def save(self, directory: Path) -> None:
        """Write the weights, and the rest as JSON, into a stage's directory."""
        weights = {name: value.cpu().contiguous() for name, value in self.network.state_dict().items()}
        save_file(weights, directory / "network.safetensors")
        logs = {"epochs": self.log, "refitted": self.refitted}
        told = {name: [asdict(epoch) for epoch in log] for name, log in logs.items()}
        sizes = {"symbols": self.symbols, "widths": self.widths, "lengths": self.lengths, "members": self.members}
        plain = {**sizes, **told}
        (directory / "training.json").write_text(json.dumps(plain, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, build: Build, members: int) -> "Trained":
        """Read back what `save` wrote, into networks built by the same config."""
        plain = json.loads((directory / "training.json").read_text(encoding="utf-8"))
        network = _as_one([build(plain["symbols"], plain["widths"]) for _ in range(members)])
        network.load_state_dict(load_file(directory / "network.safetensors"))
        log, refitted = (tuple(Epoch(**epoch) for epoch in plain[name]) for name in ("epochs", "refitted"))
        (mean, deviation), lasted = plain["lengths"], tuple(plain.get("members", [len(log)]))
        return cls(network.eval(), plain["symbols"], tuple(plain["widths"]), log, (mean, deviation), refitted, lasted)


def fit_captioner(
    build: Build,
    gather: Gather,
    examples: Mapping[str, Examples],
    resources: Resources,
    options: TrainingOptions,
    runtime: Runtime,
) -> Trained:
    """Build a captioner and train it on `train`, stopping on the CIDEr-D of its greedy captions of `tune`.

    Photos without captions are left out; with no captions in `tune`, training lasts all its epochs. CIDEr-D's idf is
    that of the training captions. With `refit`, what is kept learned anew from both for as many epochs as were best.
    Members of an ensemble are trained one after another; the log has all their epochs.

    Raises:
        BadData: if no training photo has a caption.
    """
    device, vocabulary = resolve(runtime.device), resources.of(Vocabulary)
    lessons, tune = (_lessons(examples[split], vocabulary, gather) for split in ("train", "tune"))
    photos = lessons.photos
    if not photos:
        raise BadData("no training photo has a caption: a captioner needs some to learn from")
    some = gather([lessons.scenes[photo] for photo in photos[:: math.ceil(len(photos) / _LOOKED_AT)]])
    widths = tuple(part.shape[-1] for part in some)

    def begun(seed: int) -> Captioner:
        with seeded(seed, 0, device):
            network = build(len(vocabulary), widths)
        with torch.no_grad():
            network.calibrate(network.see(some))
        network.label_smoothing = options.label_smoothing
        return network

    judge = _judge(examples["tune"], gather, resources, device)
    reward = Reward.of(_words(examples["train"]), vocabulary) if options.self_critical else None
    networks: list[Captioner] = []
    logs: list[tuple[Epoch, ...]] = []
    again: tuple[Epoch, ...] = ()
    with joined(device):
        for member, seed in enumerate(options.seeds):
            own = replace(options, seed=seed)
            alone = _apart(runtime, f"member-{member}") if member else runtime
            network = begun(seed)
            epochs = train(network, lessons, judge, own, alone, device)
            if reward:
                epochs = improve(network, lessons, reward, judge, epochs, own, alone, device)
            if options.refit and judge:
                network, found = begun(seed), best(epochs) + 1
                again += train(network, lessons + tune, None, own, _apart(alone, "refit"), device, found)
            networks.append(network)
            logs.append(epochs)
    symbols = np.array([len(ids) + 1 for group in lessons.captions for ids in group])
    lengths = float(symbols.mean()), float(symbols.std())
    log, lasted = tuple(chain.from_iterable(logs)), tuple(map(len, logs))
    return Trained(_as_one(networks), len(vocabulary), widths, log, lengths, again, lasted)


def predict_captions(
    trained: Trained,
    gather: Gather,
    scenes: Sequence[Scene],
    vocabulary: Vocabulary,
    options: SpeakingOptions,
    runtime: Runtime,
) -> list[tuple[Caption, ...]]:
    """The captions of every scene, best first, with the score and the evidence of every word."""
    device, network = resolve(runtime.device), trained.network
    decode = Decoder(options, vocabulary, trained.lengths)
    network.to(device).eval()
    network = in_int8(network, device) if options.int8 else network
    starts = range(0, len(scenes), runtime.batch)
    captions: list[tuple[Caption, ...]] = []
    for start in runtime.progress(starts, "captions", len(starts)):
        chunk = [scenes[i] for i in range(start, min(start + runtime.batch, len(scenes)))]
        with torch.inference_mode():
            memory = network.encode(network.see(_on(device, gather(chunk))))
            for photo, hypotheses in enumerate(decode(network, memory, chunk)):
                captions.append(tuple(_caption(network, memory, photo, one, vocabulary) for one in hypotheses))
    return captions


def _as_one(networks: Sequence[Captioner]) -> Captioner:
    return networks[0] if len(networks) == 1 else Ensemble(networks)


def _lessons(examples: Examples, vocabulary: Vocabulary, gather: Gather) -> Lessons:
    captions = [[vocabulary.encode(words) for words in group] for group in _words(examples)]
    return Lessons(examples.scenes, captions, vocabulary.longest, gather)


def _apart(runtime: Runtime, name: str) -> Runtime:
    """Where a further training keeps its files."""
    scratch, events = (place and place / name for place in (runtime.scratch, runtime.events))
    return replace(runtime, scratch=scratch, events=events)


def _words(examples: Examples) -> list[list[tuple[str, ...]]]:
    """The words of every photo's captions, leaving out captions without any."""
    return [[words for caption in truth.captions if (words := tokenise(caption))] for truth in examples.truth]


def _judge(examples: Examples, gather: Gather, resources: Resources, device: str) -> Judge | None:
    """The CIDEr-D of greedy captions, mean over the photos; None where there are no references."""
    vocabulary, frequencies = resources.of(Vocabulary), resources.of(Idf).frequencies
    pairs = [(place, group) for place, group in enumerate(_words(examples)) if group]
    references = [group for _, group in pairs]

    def judge(network: Captioner) -> float:
        said: list[tuple[str, ...]] = []
        with torch.inference_mode():
            for start in range(0, len(pairs), _CHUNK):
                chunk = [examples.scenes[place] for place, _ in pairs[start : start + _CHUNK]]
                memory = network.encode(network.see(_on(device, gather(chunk))))
                found = greedy(network, memory, Rules(vocabulary.longest))
                said += [network.spell(memory, row, one.symbols, vocabulary) for row, one in enumerate(found)]
        return float(cider_d(said, references, frequencies).mean())

    return judge if references else None


def _on(device: str, inputs: Tensors) -> Tensors:
    return tuple(part.to(device) for part in inputs)


def _caption(network: Captioner, memory: Tensors, photo: int, said: Hypothesis, vocabulary: Vocabulary) -> Caption:
    words = network.spell(memory, photo, said.symbols, vocabulary)
    evidence = tuple(
        dataclasses.replace(_evidence(network, memory, photo, why), detection=network.pointed(memory, photo, symbol))
        for symbol, why in zip(said.symbols, said.why, strict=True)
    )
    return Caption(detokenise(words), words, said.scores, said.log_probability, evidence)


def _evidence(network: Captioner, memory: Tensors, photo: int, why: StepEvidence) -> Evidence:
    """One word's evidence as a record; weights over a grid carry its shape."""
    terms = tuple((name, round(float(term), _DIGITS)) for name, term in why.terms)
    if why.weights is None:
        return Evidence(network.kind, terms=terms)
    weights, shape = network.places(memory, photo, why.weights)
    return Evidence(network.kind, tuple(round(weight, _DIGITS) for weight in weights.tolist()), shape, terms=terms)
