"""Captions from the concepts found in a photo: att-LSTM (Wu et al., CVPR 2016).

Whatever the plan writes as `concepts` is read; the list of them is that of the training photos. Sizes by default are
the paper's; see `stages/networks/att_lstm.py` for the equations and for what `image=true` adds.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pipeline.config import option
from pipeline.errors import BadData
from pipeline.records import Scene
from pipeline.stage import Examples, Resources
from stages.captions._neural import NeuralCaptioner
from stages.networks.options import CaptionerOptions

if TYPE_CHECKING:
    from stages.networks.att_lstm import AttLstm as Network
    from stages.networks.captioner import Tensors

_FILE = "concepts.json"


@dataclass(frozen=True, slots=True)
class Config(CaptionerOptions):
    image: bool = option(False, "the mean of the grid is seen too, after the concepts (Yao et al. 2017)")
    word: int = option(256, "size of a word vector, and of that of the concepts", low=1)
    lstm: int = option(256, "size of the LSTM's state", low=1)
    dropout: float = option(0.5, "share of units left out in training, before and after the LSTM", low=0.0, high=0.95)


class AttLstm(NeuralCaptioner[Config]):
    """Says sentences word by word, from the probabilities of concepts; every word rests on the state alone."""

    name = "att_lstm"
    config_type = Config
    concepts_: tuple[str, ...]  # in the order the network knows them

    def looks_at(self) -> tuple[str, ...]:
        return ("concepts", "grid") if self.config.image else ("concepts",)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        """Learn from captions and the concepts of their photos.

        Raises:
            BadData: if no training photo has a concept, or none a caption.
        """
        scenes = examples["train"].scenes
        self.concepts_ = tuple(sorted({name for scene in scenes for name, _ in scene.read("concepts")}))
        if not self.concepts_:
            raise BadData("no training photo has a concept: att_lstm needs some; choose another stage of concepts")
        return super().fit(examples, resources)

    def gather(self, scenes: Sequence[Scene]) -> "Tensors":
        from stages.networks.inputs import concept_inputs, grid_inputs

        concepts = concept_inputs(scenes, self.concepts_)
        return concepts + grid_inputs(scenes) if self.config.image else concepts

    def network(self, symbols: int, widths: Sequence[int]) -> "Network":
        from stages.networks.att_lstm import AttLstm as Network

        options, channels = self.config, widths[1] if self.config.image else 0
        return Network(symbols, widths[0], channels, word=options.word, lstm=options.lstm, dropout=options.dropout)

    def save_state(self, directory: Path) -> None:
        super().save_state(directory)
        (directory / _FILE).write_text(json.dumps(self.concepts_), encoding="utf-8")

    def load_state(self, directory: Path) -> Self:
        self.concepts_ = tuple(json.loads((directory / _FILE).read_text(encoding="utf-8")))
        return super().load_state(directory)
