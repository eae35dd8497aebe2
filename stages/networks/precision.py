"""Computing in fewer bits: matrix products in bf16 or fp16, weights and what they come to in fp32.

Gradients in fp16 would be lost below 6e-8: the loss is scaled up before it is followed back, and they are scaled down
again (Micikevicius et al., ICLR 2018). A processor without such units computes the same, slower than in fp32.
"""

import torch

from stages.networks.options import TrainingOptions

_TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def autocast(options: TrainingOptions, device: str) -> torch.autocast:
    """Where a captioner computes in the precision chosen."""
    fewer = _TYPES.get(options.precision)
    return torch.autocast(torch.device(device).type, dtype=fewer, enabled=fewer is not None)


def scaler(options: TrainingOptions, device: str) -> torch.amp.GradScaler:
    """What scales the loss; it does nothing but in fp16."""
    return torch.amp.GradScaler(torch.device(device).type, enabled=options.precision == "fp16")
