"""CBAM: which channels, then which places of a feature map matter (Woo et al., ECCV 2018, section 3).

    M_c(F) = sigma(W_1 ReLU(W_0 avg F) + W_1 ReLU(W_0 max F))    over places, the weights shared     (2)
    M_s(F) = sigma(f7x7([avg F; max F]))                         over channels                       (3)
    F' = M_c(F) F,  F'' = M_s(F') F'                                                                 (1)

A block stands on the residual branch of a CNN's block, after its last normalisation and before the addition. Gates of
some 1/2 would quarter every branch of a network that was trained without them; `start="identity"` therefore doubles
them and sets the last layer of each to zero, so that the network is what it was until the gates learn.

`released_code` adds what the authors' code has and the paper has not: biases in the MLP, and batch normalisation (eps
1e-5, momentum .01) after the convolution. The code also takes the maximum before the mean, which matters only for
loading its weights.
"""

from typing import Literal

import torch
from torch import Tensor, nn

Start = Literal["random", "identity"]


class ChannelGate(nn.Module):
    """M_c, one number a channel; `reduction` is the paper's r."""

    def __init__(
        self, channels: int, reduction: int = 16, start: Start = "random", released_code: bool = False
    ) -> None:
        super().__init__()
        inner = max(channels // reduction, 1)
        self.reduce = nn.Linear(channels, inner, bias=released_code)
        self.expand = nn.Linear(inner, channels, bias=released_code)
        self.most = _most(start, self.expand)

    def forward(self, maps: Tensor) -> Tensor:
        """(batch, channels, rows, columns) -> (batch, channels, 1, 1)."""
        pooled = torch.stack((maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3))))  # (2, batch, channels)
        answers = self.expand(self.reduce(pooled).relu()).sum(dim=0)  # (batch, channels)
        gate: Tensor = self.most * torch.sigmoid(answers)
        return gate[:, :, None, None]


class SpatialGate(nn.Module):
    """M_s, one number a place."""

    def __init__(self, start: Start = "random", released_code: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 1, kernel_size=7, padding=3, bias=False)
        self.norm = nn.BatchNorm2d(1, eps=1e-5, momentum=0.01) if released_code else nn.Identity()
        self.most = _most(start, self.norm if released_code else self.conv)

    def forward(self, maps: Tensor) -> Tensor:
        """(batch, channels, rows, columns) -> (batch, 1, rows, columns)."""
        pooled = torch.stack((maps.mean(dim=1), maps.amax(dim=1)), dim=1)  # (batch, 2, rows, columns)
        gate: Tensor = self.most * torch.sigmoid(self.norm(self.conv(pooled)))
        return gate


class Cbam(nn.Module):
    """F'' of F; with `gates` "channel" or "spatial" one of the two, with "none" F itself."""

    def __init__(
        self,
        channels: int,
        gates: str = "both",
        reduction: int = 16,
        start: Start = "random",
        released_code: bool = False,
    ) -> None:
        super().__init__()
        self.gates = nn.ModuleList()
        if gates in ("both", "channel"):
            self.gates.append(ChannelGate(channels, reduction, start, released_code))
        if gates in ("both", "spatial"):
            self.gates.append(SpatialGate(start, released_code))

    def forward(self, maps: Tensor) -> Tensor:
        """(batch, channels, rows, columns), the same size out."""
        for gate in self.gates:
            maps = gate(maps) * maps
        return maps


def _most(start: Start, last: nn.Module) -> float:
    """The largest value of a gate; where it starts at identity, its last layer is set to zero."""
    if start == "random":
        return 1.0
    for parameter in last.parameters():
        nn.init.zeros_(parameter)
    return 2.0
