"""Captions by bottom-up and top-down attention, over regions or a grid (Anderson et al., CVPR 2018).

Sizes by default are the paper's; see `stages/networks/up_down.py` for the equations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.config import option
from pipeline.records import Scene
from stages.captions._neural import NeuralCaptioner
from stages.networks.options import CaptionerOptions

if TYPE_CHECKING:
    from stages.networks.captioner import Tensors
    from stages.networks.up_down import UpDown as Network


@dataclass(frozen=True, slots=True)
class Config(CaptionerOptions):
    over: Literal["grid", "regions"] = option("grid", "what is looked at: the paper's regions or its baseline, a grid")
    word: int = option(1000, "size of a word vector", low=1)
    lstm: int = option(1000, "size of each LSTM's state", low=1)
    attention: int = option(512, "units of the attention's hidden layer", low=1)
    dropout: float = option(0.0, "share of units left out in training", low=0.0, high=0.95)


class UpDown(NeuralCaptioner[Config]):
    """Says sentences word by word; the evidence of each word is how much each region, or location, counted."""

    name = "up_down"
    config_type = Config

    def looks_at(self) -> tuple[str, ...]:
        return (self.config.over,)

    def gather(self, scenes: Sequence[Scene]) -> "Tensors":
        from stages.networks.inputs import grid_inputs, region_inputs

        return grid_inputs(scenes) if self.config.over == "grid" else region_inputs(scenes)

    def network(self, symbols: int, widths: Sequence[int]) -> "Network":
        from stages.networks.up_down import UpDown as Network

        options = self.config
        return Network(
            symbols,
            widths[0],
            word=options.word,
            lstm=options.lstm,
            attention=options.attention,
            dropout=options.dropout,
            regions=options.over == "regions",
        )
