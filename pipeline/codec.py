"""Records to plain JSON values and back, guided by their types."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import numpy as np

from pipeline.errors import ContractViolation


def encode(value: Any) -> Any:
    """A record, or tuples and mappings of records, as plain JSON values; fields at their default are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            name: encode(item)
            for name, default in _fields(type(value))
            if (item := getattr(value, name)) != default or default is dataclasses.MISSING
        }
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    return value


def decode(kind: Any, value: Any) -> Any:
    """The inverse of `encode` for the record type (or type of FIELDS) `kind`.

    Raises:
        ContractViolation: if the value is not of that type.
    """
    origin = typing.get_origin(kind)
    plain: Any = {tuple: (list, tuple), dict: dict, str: str, int: int, bool: bool}.get(origin or kind, object)
    if not isinstance(value, dict if dataclasses.is_dataclass(kind) else plain):
        raise ContractViolation(f"{value!r} should be of type {kind}")
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        return decode(next(arm for arm in typing.get_args(kind) if arm is not type(None)), value)
    if origin is tuple:
        arms = typing.get_args(kind)
        if arms[-1] is Ellipsis:
            return tuple(decode(arms[0], item) for item in value)
        return tuple(decode(arm, item) for arm, item in zip(arms, value, strict=True))
    if origin is dict:
        return {key: decode(typing.get_args(kind)[1], item) for key, item in value.items()}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: decode(hints[name], item) for name, item in value.items()})
    return float(cast(Any, value)) if kind is float else value


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((item.name, item.default) for item in dataclasses.fields(kind))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
