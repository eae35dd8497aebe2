"""Captions by hard attention over a grid of features: Show, Attend and Tell (Xu et al., ICML 2015).

Sizes by default are those of the authors' program; see `stages/networks/hard_attention.py` for the equations, and
`stages/networks/show_attend_tell.py` for what `variant=released_code` changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.config import option
from pipeline.records import Caption, Scene
from pipeline.stage import Resources
from stages.captions._neural import GridCaptioner
from stages.networks.options import GridCaptionerOptions

if TYPE_CHECKING:
    from stages.networks.hard_attention import HardAttention as Network


@dataclass(frozen=True, slots=True)
class Config(GridCaptionerOptions):
    word: int = option(512, "size of a word vector", low=1)
    lstm: int = option(1800, "size of the LSTM's state", low=1)
    attention: int = option(512, "units of the attention's hidden layer", low=1)
    dropout: float = option(0.5, "share of units left out in training", low=0.0, high=0.95)
    reward: float = option(0.1, "lambda_r, of the gradient of where it looked", low=0.0)
    entropy: float = option(0.002, "lambda_e, of the entropy of where it may look", low=0.0)
    expected: float = option(0.5, "share of sentences learned with the expectation", low=0.0, high=1.0)
    speaking: Literal["most_probable", "expectation"] = option(
        "most_probable", "what is looked at when speaking, but not while it is judged in training", affects="predict"
    )
    variant: Literal["paper", "released_code"] = option("paper", "the paper's equations or the authors' program")


class HardAttention(GridCaptioner[Config]):
    """Says sentences word by word; the evidence of each word is where it may have looked and how much it minded."""

    name = "hard_attention"
    config_type = Config

    def over_grid(self, symbols: int, channels: int) -> "Network":
        from stages.networks.hard_attention import HardAttention as Network

        options = self.config
        return Network(
            symbols,
            channels,
            word=options.word,
            lstm=options.lstm,
            attention=options.attention,
            dropout=options.dropout,
            reward=options.reward,
            entropy=options.entropy,
            expected=options.expected,
            variant=options.variant,
        )

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        from stages.networks.hard_attention import HardAttention as Network

        for part in self.trained_.network.modules():  # it, or the members of an ensemble
            if isinstance(part, Network):
                part.speaking = self.config.speaking
        return super().predict(scenes, resources)
