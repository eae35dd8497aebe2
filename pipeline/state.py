"""Saving and loading what was learned: every attribute whose name ends in "_", arrays and plain values alike."""

import json
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from safetensors.numpy import load_file, save_file

from pipeline.codec import decode, encode
from pipeline.errors import NotFitted


class Learned:
    """Holds learned attributes, annotated in the class and named with a trailing underscore (`weights_: Array`).

    `save` and `load` keep numpy arrays in safetensors and everything else (numbers, strings, tuples, records,
    mappings with string keys) in JSON, restored by the annotation. No pickle. A subclass with other state, such as a
    network, overrides `save_state` and `load_state`.
    """

    name: typing.ClassVar[str] = ""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name.endswith("_") and not name.startswith("__"):
                raise NotFitted(f"{type(self).__name__} ({self.name}) has no {name!r} yet: call fit() or load() first")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def save_state(self, directory: Path) -> None:
        """Write what was learned into an existing, empty directory."""
        learned = {name: value for name, value in vars(self).items() if name.endswith("_")}
        arrays = {n: np.ascontiguousarray(v) for n, v in learned.items() if isinstance(v, np.ndarray)}
        plain = {n: encode(v) for n, v in learned.items() if n not in arrays}
        if arrays:
            save_file(arrays, directory / "arrays.safetensors")
        (directory / "state.json").write_text(json.dumps(plain), encoding="utf-8")

    def load_state(self, directory: Path) -> Self:
        """Read back what `save_state` wrote, and return self."""
        hints = typing.get_type_hints(type(self))
        for name, value in json.loads((directory / "state.json").read_text(encoding="utf-8")).items():
            setattr(self, name, decode(hints[name], value))
        if (directory / "arrays.safetensors").exists():
            for name, value in load_file(directory / "arrays.safetensors").items():
                setattr(self, name, value)
        return self
