"""Records to plain JSON values and back, guided by their types."""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from pipeline.errors import ContractViolation

_PLAIN = frozenset({str, int, float, bool, type(None)})


def encode(value: Any) -> Any:
    """A record, or tuples and mappings of records, as plain JSON values; fields at their default are left out."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, tuple | list):
        return [item if type(item) in _PLAIN else encode(item) for item in value]
    if dataclasses.is_dataclass(kind):
        return {
            name: encode(item)
            for name, default in _fields(kind)
            if (item := getattr(value, name)) != default or default is dataclasses.MISSING
        }
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
    return _decoder(kind)(value)


@cache
def _decoder(kind: Any) -> Callable[[Any], Any]:
    """`decode` of one type: columns hold thousands of values a photo, and a type is looked at once for all of them."""
    origin, arms = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        known = _decoder(next(arm for arm in arms if arm is not type(None)))
        return lambda value: None if value is None else known(value)
    if origin is tuple and arms[-1] is Ellipsis:
        each = _decoder(arms[0])
        return _checked(kind, (list, tuple), lambda value: tuple(map(each, value)))
    if origin is tuple:
        parts = [_decoder(arm) for arm in arms]
        return _checked(
            kind,
            (list, tuple),
            lambda value: tuple([part(item) for part, item in zip(parts, value, strict=True)]),
        )
    if origin is dict:
        held = _decoder(arms[1])
        return _checked(kind, (dict,), lambda value: {key: held(item) for key, item in value.items()})
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        fields = {name: _decoder(hint) for name, hint in typing.get_type_hints(kind).items()}
        return _checked(kind, (dict,), lambda value: kind(**{name: fields[name](item) for name, item in value.items()}))
    if kind in (str, int, bool):
        return _checked(kind, (kind,), lambda value: value)
    return float if kind is float else lambda value: value


def _checked(kind: Any, plain: tuple[type, ...], decoded: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, plain):
            raise ContractViolation(f"{value!r} should be of type {kind}")
        return decoded(value)

    return check


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((item.name, item.default) for item in dataclasses.fields(kind))
