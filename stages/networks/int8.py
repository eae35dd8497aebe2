"""Captioners whose matrix products run in 8-bit integers: weights once, activations as they come, on the CPU alone.

Activations are scaled by the smallest and the largest number of all that are multiplied at once, so that what is said
of a photo hangs on the photos of its batch: the same photos in batches of the same size have the same captions.
"""

import copy
import warnings

import torch
from torch import nn

from pipeline.errors import BadOption, MissingDependency
from stages.networks.captioner import Captioner

_ENGINES = ("x86", "fbgemm", "onednn", "qnnpack")  # the quickest first


def in_int8(network: Captioner, device: str) -> Captioner:
    """A copy that speaks with 8-bit products; where two words are nearly as probable it may say the other one, also
    from batch to batch.

    Raises:
        BadOption: on any device but the CPU.
        MissingDependency: where this torch can no longer do it.
    """
    if device != "cpu":
        raise BadOption(f"int8=true is for the CPU, not for {device}: leave it out, or run with --device cpu")
    engines = [name for name in _ENGINES if name in torch.backends.quantized.supported_engines]
    quantise = getattr(getattr(torch, "ao", None), "quantization", None)
    if quantise is None or not engines:
        raise MissingDependency(f"torch {torch.__version__} has no 8-bit products here: leave out int8=true")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that torch means to move them to another package
        torch.backends.quantized.engine = engines[0]
        quick: Captioner = quantise.quantize_dynamic(copy.deepcopy(network), {nn.Linear}, dtype=torch.qint8)
    return quick
