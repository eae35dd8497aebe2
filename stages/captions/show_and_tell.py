"""Captions by an LSTM that sees the whole photo once: Show and Tell (Vinyals et al., CVPR 2015).

Sizes by default are the paper's; see `stages/networks/show_and_tell.py` for the equations and for what
`variant=standard_lstm` changes.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.config import option
from stages.captions._neural import GridCaptioner
from stages.networks.options import GridCaptionerOptions

if TYPE_CHECKING:
    from stages.networks.show_and_tell import ShowAndTell as Network


@dataclass(frozen=True, slots=True)
class Config(GridCaptionerOptions):
    word: int = option(512, "size of a word vector, and of the photo's", low=1)
    lstm: int = option(512, "size of the LSTM's memory", low=1)
    dropout: float = option(0.5, "share of units left out in training, before and after the LSTM", low=0.0, high=0.95)
    variant: Literal["paper", "standard_lstm"] = option("paper", "the paper's cell, or tanh(c) and biases as in most")


class ShowAndTell(GridCaptioner[Config]):
    """Says sentences word by word, from the mean of the grid; every word rests on the LSTM's state alone."""

    name = "show_and_tell"
    version = 2
    config_type = Config

    def over_grid(self, symbols: int, channels: int) -> "Network":
        from stages.networks.show_and_tell import ShowAndTell as Network

        options = self.config
        return Network(
            symbols,
            channels,
            word=options.word,
            lstm=options.lstm,
            dropout=options.dropout,
            variant=options.variant,
        )
