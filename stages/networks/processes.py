"""Several processes that train one network together, each on its share of every batch; or one, where there is no group.

The group is the one that torchrun, or `pipeline.together`, tells of in the environment. Every process knows all photos
and draws the same order, so that it knows its share by itself: what is exchanged are gradients, buffers and numbers.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import distributed, nn


@contextmanager
def joined(device: str) -> Iterator[None]:
    """Be one of the group while this lasts; without one, or within one already, nothing happens."""
    if distributed.is_initialized() or int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    if device.startswith("cuda"):
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()


def rank() -> int:
    """Which process this is. The first, 0, judges and writes."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def share(photos: Sequence[int]) -> Sequence[int]:
    """Those of a batch that are this process's; maybe none."""
    return photos[rank() :: distributed.get_world_size()] if distributed.is_initialized() else photos


def gather_gradients(network: nn.Module) -> None:
    """Give every process the sum of all their gradients, and the first one's buffers."""
    if not distributed.is_initialized():
        return
    for weight in network.parameters():
        if weight.grad is None and weight.requires_grad:
            weight.grad = torch.zeros_like(weight)
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
    together = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(together)
    for gradient, part in zip(gradients, torch.split(together, [each.numel() for each in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient))
    for buffer in network.buffers():
        distributed.broadcast(buffer, 0)


def summed(numbers: Sequence[float], device: str) -> list[float]:
    """The sums of the numbers of all processes."""
    if not distributed.is_initialized():
        return list(numbers)
    exchanged = torch.tensor(numbers, dtype=torch.float64, device=device)
    distributed.all_reduce(exchanged)
    sums: list[float] = exchanged.tolist()
    return sums
