"""Captions by soft attention over a grid of features: Show, Attend and Tell (Xu et al., ICML 2015).

Sizes by default are those of the authors' program; see `stages/networks/show_attend_tell.py` for the equations and for
what `variant=released_code` changes.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.config import option
from stages.captions._neural import GridCaptioner
from stages.networks.options import GridCaptionerOptions

if TYPE_CHECKING:
    from stages.networks.show_attend_tell import ShowAttendTell as Network


@dataclass(frozen=True, slots=True)
class Config(GridCaptionerOptions):
    word: int = option(512, "size of a word vector", low=1)
    lstm: int = option(1800, "size of the LSTM's state", low=1)
    attention: int = option(512, "units of the attention's hidden layer", low=1)
    dropout: float = option(0.5, "share of units left out in training", low=0.0, high=0.95)
    penalty: float = option(1.0, "lambda of doubly stochastic attention", low=0.0)
    variant: Literal["paper", "released_code"] = option("paper", "the paper's equations or the authors' program")


class ShowAttendTell(GridCaptioner[Config]):
    """Says sentences word by word; the evidence of each word is where it looked and how much it minded (the gate)."""

    name = "show_attend_tell"
    config_type = Config

    def over_grid(self, symbols: int, channels: int) -> "Network":
        from stages.networks.show_attend_tell import ShowAttendTell as Network

        options = self.config
        return Network(
            symbols,
            channels,
            word=options.word,
            lstm=options.lstm,
            attention=options.attention,
            dropout=options.dropout,
            penalty=options.penalty,
            variant=options.variant,
        )
