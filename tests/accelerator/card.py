"""A graphics card that is not there: tensors that say they lie on it, compute on the CPU, and keep its rules.

What is on the card meets nothing on the CPU but numbers, copies and indices, and becomes no NumPy array. So code that
would fail on CUDA for want of a `.to(device)` or `.cpu()` fails here, on any machine, and what it computes is, to the
last digit, what the CPU does. Registers itself with torch for the whole process: import it in a process of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils import backend_registration
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

CARD = "card:0"
_aten = torch.ops.aten
_COPIES = {_aten._to_copy.default, _aten.copy_.default}
_INDEX = {_aten.index.Tensor, _aten.index_put.default, _aten.index_put_.default, _aten._index_put_impl_.default}


class OnCard(torch.Tensor):
    """A tensor on the card, around one on the CPU."""

    inner: torch.Tensor

    @staticmethod
    def __new__(cls, inner: torch.Tensor) -> "OnCard":
        wrapper: OnCard = torch.Tensor._make_wrapper_subclass(
            cls,
            inner.size(),
            strides=inner.stride(),
            storage_offset=inner.storage_offset(),
            dtype=inner.dtype,
            device=torch.device(CARD),
        )
        wrapper.inner = inner
        return wrapper

    def tolist(self) -> Any:
        return self.inner.tolist()

    def numpy(self, *, force: bool = False) -> Any:
        raise TypeError("a tensor on the card has no NumPy array: copy it by .cpu() first")

    def __array__(self, *_: Any) -> Any:
        return self.numpy()

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        return _computed(func, args, kwargs or {})


class _Everywhere(TorchDispatchMode):
    """Sees also what begins on the card: functions that are given no tensor."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        return _computed(func, args, kwargs or {})


@contextmanager
def card() -> Iterator[str]:
    """The card is there while this lasts; gives the name of its device."""
    with _Everywhere():
        yield CARD


def _computed(func: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    tensors = [one for one in tree_flatten((args, kwargs))[0] if isinstance(one, torch.Tensor)]
    here = [one for one in tensors if isinstance(one, OnCard)]
    apart = [one for one in tensors if not isinstance(one, OnCard) and one.dim() > 0]
    if func in _INDEX:
        if isinstance(args[0], OnCard):
            apart = [] if len(args) < 3 or isinstance(args[2], OnCard) or args[2].dim() == 0 else [args[2]]
        elif here:
            raise RuntimeError(f"{func}: a tensor on the CPU is indexed by one on the card")
    if here and apart and func not in _COPIES:
        raise RuntimeError(f"{func}: expected all tensors to be on the same device, found the card and the CPU")
    asked = kwargs.get("device")
    if asked is not None:
        kwargs = {**kwargs, "device": torch.device("cpu")}
        onto = torch.device(asked).type == torch.device(CARD).type
    else:
        onto = isinstance(args[0], OnCard) if func is _aten.copy_.default else bool(here)
    plain_args, plain_kwargs = tree_map(_plain, (args, kwargs))
    known = {id(one.inner): one for one in here}  # what is changed in place stays the tensor it was

    def wrapped(value: Any) -> Any:
        if not isinstance(value, torch.Tensor) or not onto:
            return value
        return known[id(value)] if id(value) in known else OnCard(value)

    return tree_map(wrapped, func(*plain_args, **plain_kwargs))


def _plain(value: Any) -> Any:
    return value.inner if isinstance(value, OnCard) else value


def _copied(source: torch.Tensor, target: torch.Tensor, non_blocking: bool = False) -> torch.Tensor:
    _plain(target).copy_(_plain(source))
    return target


def _begun(func: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    return lambda *args, **kwargs: OnCard(func(*args, **{**kwargs, "device": "cpu"}))


class _Module(backend_registration._DummyBackendModule):
    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]


backend_registration._setup_privateuseone_for_python_backend(CARD.split(":")[0], _Module())
_KERNELS = torch.library.Library("aten", "IMPL")  # what torch.tensor calls past every mode
_KERNELS.impl("empty.memory_format", _begun(_aten.empty.memory_format), "PrivateUse1")
_KERNELS.impl("empty_strided", _begun(_aten.empty_strided.default), "PrivateUse1")
_KERNELS.impl("_copy_from", _copied, "PrivateUse1")
