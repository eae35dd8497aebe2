"""Captions by an LSTM that is guided at every word: gLSTM (Jia et al., ICCV 2015).

What guides is whatever the plan writes as `guidance`. Sizes by default are the paper's; see `stages/networks/glstm.py`
for the equations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.config import option
from pipeline.records import Scene
from stages.captions._neural import NeuralCaptioner
from stages.networks.options import CaptionerOptions

if TYPE_CHECKING:
    from stages.networks.captioner import Tensors
    from stages.networks.glstm import GLstm as Network


@dataclass(frozen=True, slots=True)
class Config(CaptionerOptions):
    word: int = option(256, "size of a word vector, and of the photo's", low=1)
    lstm: int = option(256, "size of the LSTM's memory", low=1)
    dropout: float = option(0.5, "share of units left out in training, before and after the LSTM", low=0.0, high=0.95)


class GLstm(NeuralCaptioner[Config]):
    """Says sentences word by word, from the mean of the grid and the guidance; every word rests on the state alone."""

    name = "glstm"
    config_type = Config

    def looks_at(self) -> tuple[str, ...]:
        return ("grid", "guidance")

    def gather(self, scenes: Sequence[Scene]) -> "Tensors":
        from stages.networks.inputs import grid_inputs, guidance_inputs

        return grid_inputs(scenes) + guidance_inputs(scenes)

    def network(self, symbols: int, widths: Sequence[int]) -> "Network":
        from stages.networks.glstm import GLstm as Network

        options = self.config
        return Network(symbols, widths[0], widths[1], word=options.word, lstm=options.lstm, dropout=options.dropout)
