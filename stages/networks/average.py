"""The average of the weights that a training went through, which speaks better than the last of them.

    a <- d a + (1 - d) w after every step,    d = min(decay, (1 + n) / (10 + n)) at step n

Polyak and Juditsky (1992), exponentially; d grows so that the first weights are soon forgotten (Abadi et al.,
TensorFlow, ExponentialMovingAverage).
"""

from typing import cast

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from stages.networks.captioner import Captioner


class Average(AveragedModel):
    """Of a captioner's parameters; its buffers are those of the last step."""

    def __init__(self, network: Captioner, decay: float) -> None:
        def follow(average: Tensor, weight: Tensor, steps: Tensor | int) -> Tensor:
            return torch.lerp(weight, average, min(decay, (1 + int(steps)) / (10 + int(steps))))

        super().__init__(network, avg_fn=follow)

    @property
    def captioner(self) -> Captioner:
        """The captioner with the averaged weights."""
        return cast(Captioner, self.module)
