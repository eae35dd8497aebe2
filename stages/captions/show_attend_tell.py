"""Captions by soft attention over a grid of features: Show, Attend and Tell (Xu et al., ICML 2015).

Sizes by default are those of the authors' program; see `stages/networks/show_attend_tell.py` for the equations and for
what `variant=released_code` changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pipeline.config import option
from pipeline.records import Caption, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.networks.options import CaptionerOptions
from stages.resources.vocabulary import Vocabulary

if TYPE_CHECKING:
    from stages.networks.captioning import Trained
    from stages.networks.show_attend_tell import ShowAttendTell as Network


@dataclass(frozen=True, slots=True)
class Config(CaptionerOptions):
    word: int = option(512, "size of a word vector", low=1)
    lstm: int = option(1800, "size of the LSTM's state", low=1)
    attention: int = option(512, "units of the attention's hidden layer", low=1)
    dropout: float = option(0.5, "share of units left out in training", low=0.0, high=0.95)
    penalty: float = option(1.0, "lambda of doubly stochastic attention", low=0.0)
    variant: Literal["paper", "released_code"] = option("paper", "the paper's equations or the authors' program")


class ShowAttendTell(Stage[Config, tuple[Caption, ...]]):
    """Says sentences word by word; the evidence of each word is where it looked and how much it minded (the gate)."""

    name = "show_attend_tell"
    writes = "captions"
    config_type = Config
    fit_on = ("train", "tune")
    trained_: "Trained"

    def reads(self) -> tuple[str, ...]:
        return ("grid",)

    def uses(self) -> tuple[str, ...]:
        return ("vocabulary", "idf")

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        from stages.networks.captioning import fit_captioner, grid_inputs

        self.trained_ = fit_captioner(self._network, grid_inputs, examples, resources, self.config, self.runtime)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        from stages.networks.captioning import grid_inputs, predict_captions

        vocabulary = resources.of(Vocabulary)
        return predict_captions(self.trained_.network, grid_inputs, scenes, vocabulary, self.config, self.runtime)

    def save_state(self, directory: Path) -> None:
        self.trained_.save(directory)

    def load_state(self, directory: Path) -> Self:
        from stages.networks.captioning import Trained

        self.trained_ = Trained.load(directory, self._network)
        return self

    def _network(self, symbols: int, widths: Sequence[int]) -> "Network":
        from stages.networks.show_attend_tell import ShowAttendTell as Network

        options = self.config
        return Network(
            symbols,
            widths[0],
            word=options.word,
            lstm=options.lstm,
            attention=options.attention,
            dropout=options.dropout,
            penalty=options.penalty,
            variant=options.variant,
        )
