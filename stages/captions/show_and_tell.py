"""Captions by an LSTM that sees the whole photo once: Show and Tell (Vinyals et al., CVPR 2015).

Sizes by default are the paper's; see `stages/networks/show_and_tell.py` for the equations and for what
`variant=standard_lstm` changes.
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
    from stages.networks.show_and_tell import ShowAndTell as Network


@dataclass(frozen=True, slots=True)
class Config(CaptionerOptions):
    word: int = option(512, "size of a word vector, and of the photo's", low=1)
    lstm: int = option(512, "size of the LSTM's memory", low=1)
    dropout: float = option(0.5, "share of units left out in training, before and after the LSTM", low=0.0, high=0.95)
    variant: Literal["paper", "standard_lstm"] = option("paper", "the paper's cell, or tanh(c) and biases as in most")


class ShowAndTell(Stage[Config, tuple[Caption, ...]]):
    """Says sentences word by word, from the mean of the grid; every word rests on the LSTM's state alone."""

    name = "show_and_tell"
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
        from stages.networks.show_and_tell import ShowAndTell as Network

        options = self.config
        return Network(
            symbols,
            widths[0],
            word=options.word,
            lstm=options.lstm,
            dropout=options.dropout,
            variant=options.variant,
        )
