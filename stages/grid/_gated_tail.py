"""The tail of a frozen backbone with CBAM in it, taught by the concepts that captions say."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.records import Array
from pipeline.stage import Runtime
from stages.networks import multilabel
from stages.networks.cbam import Cbam
from stages.networks.device import resolve
from stages.networks.multilabel_options import MultilabelOptions
from stages.networks.standardise import Standard
from stages.networks.training import seeded
from stages.vision import cuts

_LOOKED_AT = 256
"""Photos whose features say how long features are."""


class GatedTail(nn.Module):
    """What of the backbone comes after a cut, frozen, with CBAM on the residual branch of each of its blocks.

    CBAM follows the branch's last normalisation, which is folded into a convolution, and precedes the addition, where
    there is one.
    """

    def __init__(self, cut: int, gates: str, reduction: int, released_code: bool, seed: int) -> None:
        super().__init__()
        self.tail, self.gates = cuts.tail(cut).requires_grad_(False), nn.ModuleList()
        blocks: list[Any] = [block for stage in self.tail[:-1] for block in stage.children()]
        with seeded(seed, 0, "cpu"):  # not before: the first tail of a process draws weights to replace them
            for block in blocks:
                block.bn3 = Cbam(block.conv_pwl.out_channels, gates, reduction, "identity", released_code)
                self.gates.append(block.bn3)

    def forward(self, maps: Tensor) -> Tensor:
        """(batch, channels, rows, columns) at the cut -> (batch, 1280, rows, columns) features."""
        features: Tensor = self.tail(maps.contiguous(memory_format=torch.channels_last))
        return features


def teach(
    tail: GatedTail,
    looks: Array,
    shows: Array,
    taught: int,
    options: MultilabelOptions,
    runtime: Runtime,
) -> tuple[float, ...]:
    """Train the gates, and a layer that tells concepts from the mean of the features, and drop the layer.

    Args:
        looks: (photos, channels, rows, columns) maps at the cut; the first `taught` photos teach, the others stop.
        shows: (photos, concepts) bool.

    Returns:
        The logistic loss of the others after each epoch, per photo; see `multilabel.learn`.
    """
    device = resolve(runtime.device)
    tail.to(device)

    def pooled(places: Sequence[int]) -> Tensor:
        maps = torch.from_numpy(looks[list(places)].astype(np.float32)).to(device)
        means: Tensor = tail(maps).mean(dim=(2, 3))  # (batch, 1280)
        return means

    some, step = range(min(taught, _LOOKED_AT)), options.batch
    with torch.no_grad():
        seen = torch.cat([pooled(some[start : start + step]) for start in range(0, len(some), step)])
    biases = torch.tensor(multilabel.odds(shows[:taught]), dtype=torch.float32)
    standard = Standard(seen.shape[1]).to(device)
    standard.fit(seen)
    layer = multilabel.Layer(seen.shape[1], biases, options.dropout)
    learned = nn.ModuleDict({"gates": tail.gates, "standard": standard, "layer": layer})

    def lessons(places: range) -> multilabel.Lessons:
        def terms(wanted: Sequence[int], shown: Tensor) -> Tensor:
            return multilabel.logistic(layer(standard(pooled([places[place] for place in wanted]))), shown)

        return multilabel.Lessons(shows[places.start : places.stop], terms)

    train, tune = lessons(range(taught)), lessons(range(taught, len(shows)))
    return multilabel.learn(learned, train, tune, options, runtime, device)
