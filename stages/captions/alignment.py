"""Captions retrieved by aligning words with regions: deep visual-semantic alignments (Karpathy and Fei-Fei, CVPR 2015).

Said is the training sentence whose words find the best regions, S_kl in `stages/networks/alignment.py`. Each word shows
the region that it lies on, where neighbours rather share one (`stages/networks/segments.py`). A training photo that is
the photo itself, by the hash of its content, is never asked.

The paper's regions are the 19 best boxes of a detector and the whole photo. Here they are `regions`, of which the whole
photo is the first, or the locations of the grid and its mean. Word vectors come from the training captions.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from pipeline.config import option
from pipeline.records import Array, Caption, Evidence, Scene, Truth
from pipeline.stage import Examples, Resources, Stage
from pipeline.text import tokenise
from stages.networks.aligning_options import AligningOptions
from stages.resources.parses import Parses
from stages.resources.vocabulary import Vocabulary
from stages.resources.word_vectors import WordVectors
from stages.vision.boxes import whole_and_boxes

if TYPE_CHECKING:
    from stages.networks.aligning import Found, Heard, Pairs
    from stages.networks.captioner import Tensors

_DIGITS = 4  # of evidence, which is looked at and not computed with


@dataclass(frozen=True, slots=True)
class Config(AligningOptions):
    over: Literal["grid", "regions"] = option("grid", "what the whole photo has beside it")
    candidates: int = option(5000, "training sentences that may be said, evenly chosen; 0: all", low=0)
    beta: float = option(10.0, "what it is worth that neighbouring words share a region", low=0.0, affects="predict")


class Alignment(Stage[Config, tuple[Caption, ...]]):
    """One caption a photo, or none where no training photo but the photo itself is known. The evidence of each word is
    its region (a place of the grid or a detection; neither where it is the whole photo) and how well they fit, v . s.
    """

    name = "alignment"
    version = 2
    writes = "captions"
    config_type = Config
    fit_on = ("train", "tune")
    recall_: tuple[float, ...]  # on tune, after each epoch
    texts_: tuple[str, ...]
    symbols_: tuple[tuple[int, ...], ...]  # of their words
    hashes_: tuple[str, ...]  # of the photos that they are of

    def reads(self) -> tuple[str, ...]:
        return (self.config.over, "detections") if self.config.over == "regions" else (self.config.over,)

    def fit_reads(self) -> tuple[str, ...]:
        return (self.config.over,)

    def uses(self) -> tuple[str, ...]:
        return ("vocabulary", "parses", "word_vectors")

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        """Align training photos with their captions, and remember these.

        Raises:
            BadData: if no photo of train, or of tune, has a caption.
        """
        from stages.networks.aligning import fit_alignment

        vocabulary, train = resources.of(Vocabulary), examples["train"]
        learned, judged = (_pairs(split.scenes, split.truth, vocabulary) for split in (train, examples["tune"]))
        vectors = resources.of(WordVectors).written(vocabulary.decode(range(len(vocabulary))), resources.of(Parses))
        self._network, self.recall_ = fit_alignment(vectors, learned, judged, self.gather, self.config, self.runtime)
        said = [
            (text, vocabulary.encode(words), scene.image.sha256)
            for scene, truth in zip(train.scenes, train.truth, strict=True)
            for text in truth.captions
            if (words := tokenise(text))
        ]
        many = min(self.config.candidates or len(said), len(said))
        self.texts_, self.symbols_, self.hashes_ = zip(*(said[len(said) * n // many] for n in range(many)), strict=True)
        vars(self).pop("_heard", None)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        import torch

        known = np.array(self.hashes_)
        with torch.inference_mode():
            return [self._captions(scene, known == (scene.image.sha256 or None)) for scene in scenes]

    def found(self, scenes: Sequence[Scene], truth: Sequence[Truth], resources: Resources) -> "Found":
        """How photos and their captions find each other among all of these."""
        from stages.networks.aligning import found

        return found(self._network, _pairs(scenes, truth, resources.of(Vocabulary)), self.gather)

    def gather(self, scenes: Sequence[Scene]) -> "Tensors":
        """Regions with the whole photo as the first, (photos, regions, channels), and which there are (.., .., 1)."""
        import torch

        from stages.networks.inputs import grid_inputs, region_inputs

        if self.config.over == "regions":
            return region_inputs(scenes)
        (grid,) = grid_inputs(scenes)
        parts = torch.cat([grid.mean(dim=1, keepdim=True), grid], dim=1)
        return parts, torch.ones(*parts.shape[:2], 1)

    def _captions(self, scene: Scene, barred: Array) -> tuple[Caption, ...]:
        from stages.networks.segments import segments

        heard, network = self._heard, self._network
        regions, there = (part.to(heard.words.device) for part in self.gather([scene]))
        scores = np.where(barred, -np.inf, heard.scores(network, regions, there)[0])  # (sentences,)
        best = int(scores.argmax())
        if scores[best] == -np.inf:
            return ()
        fit = heard.fit(network, regions[0], best)  # (words, regions)
        fit[:, there[0, :, 0].cpu().numpy() == 0] = -np.inf
        evidence = [
            self._evidence(scene, place, fit.shape[1] - 1, float(fit[word, place]))
            for word, place in enumerate(segments(fit, self.config.beta))
        ]
        return (Caption(self.texts_[best], tokenise(self.texts_[best]), evidence=tuple(evidence)),)

    def _evidence(self, scene: Scene, place: int, parts: int, fit: float) -> Evidence:
        """Of a word on the whole photo, which is place 0, or on one of so many parts."""
        terms = (("fit", round(fit, _DIGITS)),)
        if place == 0 or self.config.over == "regions":
            detection = whole_and_boxes(scene.detections)[place] if place else None
            return Evidence("alignment", detection=detection, terms=terms)
        side = math.isqrt(parts)
        weights = tuple(float(location == place) for location in range(1, 1 + parts))
        return Evidence("alignment", weights, (side, side), terms=terms)

    @cached_property
    def _heard(self) -> "Heard":
        from stages.networks.aligning import Heard
        from stages.networks.device import resolve

        return Heard.of(self._network.to(resolve(self.runtime.device)), self.symbols_)

    @property
    def parameters(self) -> int:
        return sum(learned.numel() for learned in self._network.parameters())

    def save_state(self, directory: Path) -> None:
        from safetensors.torch import save_file

        super().save_state(directory)
        weights = {name: value.cpu().contiguous() for name, value in self._network.state_dict().items()}
        save_file(weights, directory / "network.safetensors")

    def load_state(self, directory: Path) -> Self:
        from safetensors.torch import load_file

        from stages.networks.alignment import Alignment as Network

        super().load_state(directory)
        weights, options = load_file(directory / "network.safetensors"), self.config
        channels = weights["region.weight"].shape[1]
        self._network = Network(weights["vectors"], channels, size=options.size, dropout=options.dropout).eval()
        self._network.load_state_dict(weights)
        vars(self).pop("_heard", None)
        return self


def _pairs(scenes: Sequence[Scene], truth: Sequence[Truth], vocabulary: Vocabulary) -> "Pairs":
    """Photos with their captions as symbols, leaving out captions without words."""
    from stages.networks.aligning import Pairs

    words = [[tokenise(caption) for caption in item.captions] for item in truth]
    return Pairs(scenes, [[vocabulary.encode(one) for one in group if one] for group in words])
