"""Captions whose visual words are pointed at in the photo: Neural Baby Talk (Lu et al., CVPR 2018).

Any detector's boxes will do, and any `regions` in their order of confidence. Nobody has to say which box a word of a
caption means; see `stages/networks/neural_baby_talk.py` for the equations and for what is learned in its place. Sizes
by default are those of the authors' program. With `word_vectors:nouns=apart`, as in the plan, each word of a class has
a vector of its own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from safetensors.numpy import load_file, save_file

from pipeline.config import option
from pipeline.records import Array, Scene
from pipeline.stage import Examples, Resources
from stages.captions._neural import NeuralCaptioner
from stages.language.synonyms import canonical
from stages.networks.options import CaptionerOptions
from stages.networks.slots import Slots, slots
from stages.resources.vocabulary import Vocabulary
from stages.resources.word_vectors import WordVectors

if TYPE_CHECKING:
    from stages.networks.captioner import Tensors
    from stages.networks.neural_baby_talk import NeuralBabyTalk as Network

_SLOTS, _VECTORS = "slots.json", "vectors.safetensors"


@dataclass(frozen=True, slots=True)
class Config(CaptionerOptions):
    word: int = option(300, "size of a word vector that is learned, and of a box's", low=1)
    lstm: int = option(1024, "size of each LSTM's state and of a region's vector", low=1)
    attention: int = option(512, "units of each attention's hidden layer", low=1)
    dropout: float = option(0.5, "share of units left out in training", low=0.0, high=0.95)


class NeuralBabyTalk(NeuralCaptioner[Config]):
    """Says sentences word by word; the evidence of each word is where it looked, how textual it is ("sentinel") and, if
    it was pointed at, its detection: these are the slots of the template."""

    name = "neural_baby_talk"
    config_type = Config
    slots_: Slots
    vectors_: Array  # (words + classes of slots_, dimensions)

    def looks_at(self) -> tuple[str, ...]:
        return ("grid", "regions", "detections")

    def uses(self) -> tuple[str, ...]:
        return (*super().uses(), WordVectors.name)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        found = {item.label for scene in examples["train"].scenes for item in scene.detections}
        self.slots_ = slots(resources.of(Vocabulary), found)
        self.vectors_ = _vectors(self.slots_, resources.of(WordVectors))
        return super().fit(examples, resources)

    def gather(self, scenes: Sequence[Scene]) -> "Tensors":
        from stages.networks.inputs import grid_inputs, placed_inputs

        return grid_inputs(scenes) + placed_inputs(scenes, self.slots_)

    def network(self, symbols: int, widths: Sequence[int]) -> "Network":
        from stages.networks.neural_baby_talk import NeuralBabyTalk as Network

        options = self.config
        return Network(
            symbols,
            widths[0],
            widths[1],
            self.slots_,
            self.vectors_,
            word=options.word,
            lstm=options.lstm,
            attention=options.attention,
            dropout=options.dropout,
        )

    def save_state(self, directory: Path) -> None:
        super().save_state(directory)
        (directory / _SLOTS).write_text(json.dumps(asdict(self.slots_)), encoding="utf-8")
        save_file({"vectors": self.vectors_}, directory / _VECTORS)

    def load_state(self, directory: Path) -> Self:
        plain = json.loads((directory / _SLOTS).read_text(encoding="utf-8"))
        self.slots_ = Slots(**{name: tuple(value) for name, value in plain.items()})
        self.vectors_ = load_file(directory / _VECTORS)["vectors"]
        return super().load_state(directory)


def _vectors(known: Slots, meanings: WordVectors) -> Array:
    """(words + classes, dimensions) float32: a word's own vector, else that of what it is merged with; a class's is the
    mean of its words'."""
    own, merged = meanings.of(known.words), meanings.of([canonical(word) for word in known.words])
    words = np.where(own.any(axis=1, keepdims=True), own, merged)
    of_class = np.arange(len(known.classes))[:, None] == np.array(known.belongs, dtype=int)  # (classes, words)
    classes = of_class @ words / np.maximum(of_class.sum(axis=1, keepdims=True), 1)
    return np.concatenate([words, classes]).astype(np.float32)
