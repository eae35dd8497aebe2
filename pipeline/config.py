"""A choice such as `svm:C=0.1:kernel=rbf`, to and from a frozen dataclass, with one canonical spelling.

Options are separated by ":"; a value alone right after the name is that of the first option (`from_file:said.json`).
Inside a value "%", ":", ",", "=" and "+" are written %25, %3A, %2C, %3D and %2B, and white space at its ends, which is
dropped where it is typed, as in a URL (%20); items of a tuple are joined by "+".
A dataclass says the type, the default, the bounds and whether an option affects what is fitted or only predicted.
"""

import dataclasses
import hashlib
import re
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import quote, unquote

from pipeline.errors import BadOption, UnknownName

C = TypeVar("C")
Affects = Literal["fit", "predict"]
_ESCAPES = (("%", "%25"), (":", "%3A"), (",", "%2C"), ("=", "%3D"), ("+", "%2B"))
_ENDS = re.compile(r"\A\s+|\s+\Z")
_SPACES = "|".join(quote(chr(code)) for code in range(0x3001) if chr(code).isspace())
_ESCAPED_ENDS = re.compile(rf"\A(?:{_SPACES})+|(?:{_SPACES})+\Z")


@dataclass(frozen=True, slots=True)
class NoOptions:
    """The config of whatever has nothing to choose."""


def option(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Iterable[Any] = (),
    affects: Affects = "fit",
    file: bool = False,
    folder: str = "",
    later: bool = False,
) -> Any:
    """A config field: default, meaning, inclusive bounds (of each of several), and what a change of it makes stale.

    `file` marks a path of a file, or of a folder of files, whose content, not whose name, is what matters to a key;
    `folder` a choice in that folder of stages/, written as text, which is checked like any choice and matters by its
    version and all its options.
    `later` marks one that came when things had been made without it: left at its default, which must mean what was done
    before, it is in no key, so that they are still found.
    """
    metadata = {"help": help, "low": low, "high": high, "choices": tuple(choices), "affects": affects, "file": file}
    return dataclasses.field(default=default, metadata=metadata | {"folder": folder, "later": later})


def split_spec(text: str) -> tuple[str, dict[str, str]]:
    """`name:key=value:key=value` as a name and its raw options; the first option may go without its key, as "".

    Raises:
        BadOption: for a later part without "=" or a key given twice.
    """
    name, *parts = text.strip().split(":")
    options: dict[str, str] = {}
    for place, part in enumerate(parts):
        key, equals, value = part.partition("=")
        if not equals and not place:
            key, value = "", key
        elif not equals or not key.strip():
            raise BadOption(f"{text!r}: {part!r} should be key=value; write it as name:key=value:key=value")
        if key.strip() in options:
            raise BadOption(f"{text!r}: option {key.strip()!r} is given twice")
        options[key.strip()] = value.strip()
    return name.strip(), options


def build(config_type: type[C], options: Mapping[str, str], owner: str) -> C:
    """A config from raw options.

    Raises:
        UnknownName: for an option the config does not have.
        BadOption: for a value of the wrong type or out of bounds.
    """
    hints = _hints(config_type)
    values: dict[str, Any] = {}
    if len(named(config_type, options)) < len(options):
        raise BadOption(f"{owner}: its first option is given twice, with its name and without")
    for key, raw in named(config_type, options).items():
        if key not in hints:
            raise UnknownName(f"option of {owner}", key, hints)
        try:
            values[key] = _parse(hints[key], raw)
        except ValueError as error:
            raise BadOption(f"{owner}: {key}={raw!r} should be {error}") from None
    config = config_type(**values)
    check(config, owner)
    return config


def named(config_type: type[Any], options: Mapping[str, str]) -> dict[str, str]:
    """Raw options with the name of the first where it was left out."""
    first = next((item.name for item in dataclasses.fields(config_type)), "")
    return {key or first: raw for key, raw in options.items()}


def check(config: Any, owner: str) -> None:
    """Refuse values outside the bounds written in the config's metadata.

    Raises:
        BadOption: naming the option, the value and the bounds.
    """
    for item in dataclasses.fields(config):
        value, rule = getattr(config, item.name), item.metadata
        if not rule or value is None:
            continue
        values = value if type(value) is tuple else (value,)
        if rule["choices"] and any(v not in rule["choices"] for v in values):
            raise BadOption(f"{owner}: {item.name}={value!r} should be one of {', '.join(map(str, rule['choices']))}")
        below = rule["low"] is not None and not all(v >= rule["low"] for v in values)
        if below or (rule["high"] is not None and not all(v <= rule["high"] for v in values)):
            low, high = (rule[side] if rule[side] is not None else "no bound" for side in ("low", "high"))
            raise BadOption(f"{owner}: {item.name}={value!r} should lie between {low} and {high}")


def spell(name: str, config: Any) -> str:
    """The canonical text of a choice: options that differ from their defaults, in alphabetical order."""
    changed = [
        f"{item.name}={spelt(getattr(config, item.name))}"
        for item in sorted(dataclasses.fields(config), key=lambda item: item.name)
        if getattr(config, item.name) != item.default
    ]
    return ":".join([name, *changed])


def recipe(config: Any, affects: Affects | None = None) -> dict[str, Any]:
    """Every option that affects `affects` (all when None) with its value, for a key. Files count by their content."""
    values: dict[str, Any] = {}
    for item in dataclasses.fields(config):
        value = getattr(config, item.name)
        as_before = item.metadata.get("later") and value == item.default
        if not as_before and (affects is None or item.metadata.get("affects", "fit") == affects):
            values[item.name] = _digest(item.name, value) if item.metadata.get("file") and value else value
    return values


def _digest(option_name: str, path: str) -> str:
    given = Path(path)
    try:
        if not given.is_dir():
            return _hashed(given)
        within = {file.relative_to(given): file for file in given.rglob("*") if file.is_file()}
        hidden = {place for place in within if any(part.startswith(".") for part in place.parts)}
        seen = sorted((place.as_posix(), file) for place, file in within.items() if place not in hidden)
        return hashlib.sha256("".join(f"{_hashed(file)}  {name}\n" for name, file in seen).encode()).hexdigest()
    except OSError as error:
        raise BadOption(f"{option_name}={path!r} cannot be read: {error.strerror}; give a path that is there") from None


def _hashed(file: Path) -> str:
    """Its sha256, computed once in a process unless size or time of change are others: weights may be gigabytes."""
    now = file.stat()
    return _sha256(file, now.st_size, now.st_mtime_ns)


@cache
def _sha256(file: Path, size: int, changed: int) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _parse(kind: Any, raw: str) -> Any:
    origin, arms = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if raw.lower() == "none" else _parse(next(arm for arm in arms if arm is not type(None)), raw)
    if origin is Literal:
        if raw not in arms:
            raise ValueError(f"one of {', '.join(map(str, arms))}")
        return raw
    if origin is tuple:
        return tuple(_parse(arms[0], item) for item in raw.split("+")) if raw else ()
    if kind is bool:
        if raw.lower() not in ("true", "false"):
            raise ValueError("true or false")
        return raw.lower() == "true"
    if kind in (int, float):
        try:
            value = kind(raw)
        except ValueError:
            raise ValueError("a whole number" if kind is int else "a number") from None
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError("a finite number")
        return value
    return _unescape(raw)


def spelt(value: Any) -> str:
    """A value as options are written: "true", "a+b", "none"."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, tuple):
        return "+".join(map(spelt, value))
    return repr(value) if isinstance(value, float) else _escape(str(value))


def _escape(text: str) -> str:
    for character, code in _ESCAPES:
        text = text.replace(character, code)
    return _ENDS.sub(lambda found: quote(found[0]), text)


def _unescape(text: str) -> str:
    text = _ESCAPED_ENDS.sub(lambda found: unquote(found[0]), text)
    for character, code in reversed(_ESCAPES):
        text = text.replace(code, character)
    return text


def _hints(config_type: Any) -> dict[str, Any]:
    return typing.get_type_hints(config_type)
