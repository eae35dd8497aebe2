"""Checkpoints in one file: written in one piece, read back without unpickling what could be code."""

import json
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import nn

from pipeline.config import recipe
from pipeline.errors import StoreError

# What torch raises on bytes that are no checkpoint depends on the bytes.
_UNREADABLE = (OSError, RuntimeError, EOFError, UnpicklingError, LookupError, ValueError, TypeError, AttributeError)


def made_by(options: Any, network: nn.Module) -> str:
    """What a checkpoint has to have been made by to be gone on from: the same options and sizes."""
    return json.dumps([recipe(options, "fit"), [list(learned.shape) for learned in network.parameters()]])


def kept(path: Path | None, device: str) -> dict[str, Any]:
    """What `keep` wrote; empty where nothing was written.

    Raises:
        StoreError: if the file is damaged.
    """
    if not path or not path.exists():
        return {}
    try:
        state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    except _UNREADABLE as error:
        raise StoreError(f"checkpoint {str(path)!r} is damaged ({error}): delete it to begin anew") from None
    return state


def keep(path: Path | None, state: dict[str, Any]) -> None:
    """Write tensors and plain values; nothing happens without a path.

    Raises:
        StoreError: if the file cannot be written.
    """
    if not path:
        return
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(state, part)
        part.replace(path)
    except (OSError, RuntimeError) as error:
        raise StoreError(f"checkpoint {str(path)!r} cannot be written: {error}; make room there") from None
