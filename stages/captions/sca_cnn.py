"""Captions by attention to channels and places inside the network that looks: SCA-CNN (Chen et al., CVPR 2017).

Sizes of word and state by default are the paper's. Its attention has 512 units, here 128, a quarter of the time;
`maps=cnn_maps:cut=6` is one layer of attention, `cut=5` two, and so on. See `stages/networks/sca_cnn.py` for the
equations and for what `variant=released_code` changes.
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
    from stages.networks.sca_cnn import ScaCnn as Network


@dataclass(frozen=True, slots=True)
class Config(CaptionerOptions):
    word: int = option(100, "size of a word vector", low=1)
    lstm: int = option(1000, "size of the LSTM's state", low=1)
    attention: int = option(128, "units of each attention's hidden layer", low=1)
    dropout: float = option(0.5, "share of units left out in training", low=0.0, high=0.95)
    order: Literal["C-S", "S-C"] = option("C-S", "which comes first, attention to channels (C) or to places (S)")
    fine_tune: bool = option(False, "let the network that looks learn too, from the maps on")
    variant: Literal["paper", "released_code"] = option("paper", "the paper's equations or the authors' program")


class ScaCnn(NeuralCaptioner[Config]):
    """Says sentences word by word; the evidence of each word is where it looked and which channels it looked through.

    Raises:
        BadData: for maps that are not of a cut of the packaged backbone.
    """

    name = "sca_cnn"
    config_type = Config

    def looks_at(self) -> tuple[str, ...]:
        return ("maps",)

    def gather(self, scenes: Sequence[Scene]) -> "Tensors":
        from stages.networks.inputs import map_inputs

        return map_inputs(scenes)

    def network(self, symbols: int, widths: Sequence[int]) -> "Network":
        from stages.networks.sca_cnn import ScaCnn as Network
        from stages.vision.cuts import CHANNELS, FEATURES, cut_of, tail

        cut, options = cut_of(widths[0]), self.config
        return Network(
            symbols,
            list(tail(cut)),
            (*CHANNELS[cut:], FEATURES),
            word=options.word,
            lstm=options.lstm,
            attention=options.attention,
            dropout=options.dropout,
            order=options.order,
            fine_tune=options.fine_tune,
            variant=options.variant,
        )

    @property
    def parameters(self) -> int:
        """Without those of the network that looks, unless it learns too."""
        return sum(one.numel() for one in self.trained_.network.parameters() if one.requires_grad)
