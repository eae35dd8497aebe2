"""From scenes to captions with any captioner: what the stage files of neural captioners share."""

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from pipeline.errors import BadData
from pipeline.records import Caption, Evidence, Scene
from pipeline.stage import Examples, Resources, Runtime
from pipeline.text import detokenise, tokenise
from stages.language.cider import cider_d
from stages.networks.captioner import Captioner, StepEvidence, Tensors
from stages.networks.device import resolve
from stages.networks.options import CaptionerOptions, Epoch
from stages.networks.search import Hypothesis, Rules, beam, greedy
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
    """A captioner that has learned, what it was built for, and how its training went."""

    network: Captioner
    symbols: int
    widths: tuple[int, ...]
    log: tuple[Epoch, ...]

    def save(self, directory: Path) -> None:
        """Write the weights, and the rest as JSON, into a stage's directory."""
        weights = {name: value.cpu().contiguous() for name, value in self.network.state_dict().items()}
        save_file(weights, directory / "network.safetensors")
        plain = {"symbols": self.symbols, "widths": self.widths, "epochs": [asdict(epoch) for epoch in self.log]}
        (directory / "training.json").write_text(json.dumps(plain, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, build: Build) -> "Trained":
        """Read back what `save` wrote, into a network built by the same config."""
        plain = json.loads((directory / "training.json").read_text(encoding="utf-8"))
        network = build(plain["symbols"], plain["widths"])
        network.load_state_dict(load_file(directory / "network.safetensors"))
        log = tuple(Epoch(**epoch) for epoch in plain["epochs"])
        return cls(network.eval(), plain["symbols"], tuple(plain["widths"]), log)


def fit_captioner(
    build: Build,
    gather: Gather,
    examples: Mapping[str, Examples],
    resources: Resources,
    options: CaptionerOptions,
    runtime: Runtime,
) -> Trained:
    """Build a captioner and train it on `train`, stopping on the CIDEr-D of its greedy captions of `tune`.

    Photos without captions are left out; with no captions in `tune`, training lasts all its epochs. CIDEr-D's idf is
    that of the training captions.

    Raises:
        BadData: if no training photo has a caption.
    """
    device, vocabulary = resolve(runtime.device), resources.of(Vocabulary)
    captions = [[vocabulary.encode(words) for words in group] for group in _words(examples["train"])]
    lessons = Lessons(examples["train"].scenes, captions, vocabulary.longest, gather)
    if not lessons.photos:
        raise BadData("no training photo has a caption: a captioner needs some to learn from")
    photos = lessons.photos
    some = gather([lessons.scenes[photo] for photo in photos[:: math.ceil(len(photos) / _LOOKED_AT)]])
    widths = tuple(part.shape[-1] for part in some)
    with seeded(options.seed, 0, device):
        network = build(len(vocabulary), widths)
    network.calibrate(some)
    network.label_smoothing = options.label_smoothing
    judge = _judge(examples["tune"], gather, resources, device)
    log = train(network, lessons, judge, options, runtime, device)
    return Trained(network, len(vocabulary), widths, log)


def predict_captions(
    network: Captioner,
    gather: Gather,
    scenes: Sequence[Scene],
    vocabulary: Vocabulary,
    options: CaptionerOptions,
    runtime: Runtime,
) -> list[tuple[Caption, ...]]:
    """The captions of every scene, best first, with the score and the evidence of every word."""
    device, rules = resolve(runtime.device), Rules(vocabulary.longest, unrepeated=options.unrepeated)
    network.to(device).eval()
    starts = range(0, len(scenes), runtime.batch)
    captions: list[tuple[Caption, ...]] = []
    for start in runtime.progress(starts, "captions", len(starts)):
        chunk = [scenes[i] for i in range(start, min(start + runtime.batch, len(scenes)))]
        with torch.inference_mode():
            memory = network.encode(_on(device, gather(chunk)))
            found = beam(network, memory, rules, options.beam, options.length_normalisation, options.n_best)
            for photo, hypotheses in enumerate(found):
                captions.append(tuple(_caption(network, memory, photo, one, vocabulary) for one in hypotheses))
    return captions


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
                memory = network.encode(_on(device, gather(chunk)))
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
        return Evidence(network.evidence_kind, terms=terms)
    weights, shape = network.places(memory, photo, why.weights)
    return Evidence(
        network.evidence_kind, tuple(round(weight, _DIGITS) for weight in weights.tolist()), shape, terms=terms
    )
