"""Gradients of weights that every word uses, computed once a batch instead of once a word.

The gradient of W in y_t = W x_t is the sum over t of dy_t x_t': one product of all words' dy and x together, in place
of one for each word that has to be added to the last. It is the same sum in another order.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

Made = list[tuple[Tensor, Tensor]]
"""x (n, in) and dy (n, out) of each use of some weights."""


class Deferred(TorchFunctionMode):
    """Within it, linear maps of (n, in) by weights that learn put off their weights' gradients until all uses are
    through. One is for one pass: what it shared between its steps goes with it."""

    def __init__(self) -> None:
        super().__init__()
        self._shared: dict[tuple[int, int], tuple[Tensor, Tensor | None, Made]] = {}

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func is F.linear and not kwargs and torch.is_grad_enabled():
            x, weight, bias = (*args, None)[:3]
            if x.ndim == 2 and weight.requires_grad and isinstance(weight, nn.Parameter):  # it outlives its id
                return _Use.apply(x, *self._share(weight, bias))
        return func(*args, **(kwargs or {}))

    def _share(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None, Made]:
        key = id(weight), id(bias)
        if key not in self._shared:
            made: Made = []
            self._shared[key] = (*_Share.apply(weight, bias, made), made)
        return self._shared[key]


class _Share(Function):
    """The weights as all uses see them, in the precision they compute in; followed back after the last of them."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, bias: Tensor | None, made: Made) -> tuple[Tensor, Tensor | None]:
        ctx.set_materialize_grads(False)
        ctx.made, ctx.biased, ctx.kind = made, bias is not None, weight.dtype
        kind = _computed_in(weight)
        return weight.to(kind).view_as(weight), bias if bias is None else bias.to(kind).view_as(bias)

    @staticmethod
    def backward(ctx: Any, *_: Tensor | None) -> tuple[Tensor | None, Tensor | None, None]:
        if not ctx.made:
            return None, None, None
        x, out = (torch.cat(parts) for parts in zip(*ctx.made, strict=True))
        ctx.made.clear()
        return (out.t() @ x).to(ctx.kind), out.sum(dim=0).to(ctx.kind) if ctx.biased else None, None


class _Use(Function):
    """W x + b of one step."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, made: Made) -> Tensor:
        given = x.to(weight.dtype)
        ctx.save_for_backward(given, weight)
        ctx.made, ctx.kind = made, x.dtype
        return F.linear(given, weight, bias)

    @staticmethod
    def backward(ctx: Any, out: Tensor) -> tuple[Tensor | None, None, None, None]:
        x, weight = ctx.saved_tensors
        ctx.made.append((x, out))
        return (out @ weight).to(ctx.kind) if ctx.needs_input_grad[0] else None, None, None, None


def _computed_in(weight: Tensor) -> torch.dtype:
    kind = weight.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else weight.dtype
