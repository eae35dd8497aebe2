"""Captions by a simple recurrent network that sees the whole photo once: NeuralTalk (Karpathy and Fei-Fei, CVPR 2015).

Sizes by default are the paper's; see `stages/networks/neuraltalk.py` for the equations.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.config import option
from stages.captions._neural import GridCaptioner
from stages.networks.options import GridCaptionerOptions

if TYPE_CHECKING:
    from stages.networks.neuraltalk import NeuralTalk as Network


@dataclass(frozen=True, slots=True)
class Config(GridCaptionerOptions):
    word: int = option(300, "size of a word vector", low=1)
    hidden: int = option(512, "size of the state", low=1)
    dropout: float = option(0.5, "share of units left out in training, before and after the state", low=0.0, high=0.95)


class NeuralTalk(GridCaptioner[Config]):
    """Says sentences word by word, from the mean of the grid; every word rests on the state alone."""

    name = "neuraltalk"
    config_type = Config

    def over_grid(self, symbols: int, channels: int) -> "Network":
        from stages.networks.neuraltalk import NeuralTalk as Network

        options = self.config
        return Network(symbols, channels, word=options.word, hidden=options.hidden, dropout=options.dropout)
