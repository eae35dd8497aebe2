"""Captions by attention that knows when to look: a visual sentinel (Lu et al., CVPR 2017).

Sizes by default are the paper's; see `stages/networks/adaptive.py` for the equations and for what
`variant=released_code` changes.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from pipeline.config import option
from stages.captions._neural import GridCaptioner
from stages.networks.options import GridCaptionerOptions

if TYPE_CHECKING:
    from stages.networks.adaptive import Adaptive as Network


@dataclass(frozen=True, slots=True)
class Config(GridCaptionerOptions):
    word: int = option(512, "size of a word vector, and of the whole photo's", low=1)
    lstm: int = option(512, "size of the LSTM's state and of a location's vector", low=1)
    attention: int = option(49, "units of the attention's hidden layer", low=1)
    dropout: float = option(0.5, "share of units left out in training", low=0.0, high=0.95)
    variant: Literal["paper", "released_code"] = option("paper", "the paper's equations or the authors' program")


class Adaptive(GridCaptioner[Config]):
    """Says sentences word by word; the evidence of each word is where it would look and how much it rather relied on
    what it already knew (the sentinel's share beta)."""

    name = "adaptive"
    config_type = Config
    sentinel: ClassVar[bool] = True

    def over_grid(self, symbols: int, channels: int) -> "Network":
        from stages.networks.adaptive import Adaptive as Network

        options = self.config
        return Network(
            symbols,
            channels,
            word=options.word,
            lstm=options.lstm,
            attention=options.attention,
            dropout=options.dropout,
            sentinel=self.sentinel,
            variant=options.variant,
        )
