"""JSON annotation files: read whole, looked into with errors that name the file and the entry."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pipeline.errors import BadData
from stages.datasets._layout import text_of

V = TypeVar("V")
Record: TypeAlias = dict[str, Any]


def json_of(file: Path, without: Sequence[str] = ()) -> Record:
    """The JSON object in a file. Members named in `without` are dropped while it is read, so that they take no memory.

    Raises:
        BadData: if the file cannot be read or holds no JSON object.
    """
    try:
        content = json.loads(text_of(file), object_hook=_without(without) if without else None)
    except ValueError as error:
        raise BadData(f"{file} is not JSON: {error}; get the file again") from None
    if not isinstance(content, dict):
        raise BadData(f"{file} holds {type(content).__name__}, not an object; is it the right file?")
    return content


def entries_of(file: Path, content: Record, key: str) -> Iterator[tuple[str, Record]]:
    """(where, entry) of every entry of a list in a file: `captions.json images[7]`.

    Raises:
        BadData: if there is no such list, or it holds other things than objects.
    """
    for place, entry in enumerate(member(str(file), content, key, list)):
        where = f"{file} {key}[{place}]"
        if not isinstance(entry, dict):
            raise BadData(f"{where} is {entry!r}; it should be an object")
        yield where, entry


def member(where: str, entry: Record, key: str, kind: type[V] | tuple[type[V], ...]) -> V:
    """A member of an entry.

    Raises:
        BadData: if it is not there or of another type.
    """
    value = entry.get(key)
    if not isinstance(value, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        wanted = " or ".join(each.__name__ for each in kinds)
        found = f"is {value!r}" if key in entry else "is not there"
        raise BadData(f"{where}: {key!r} {found}; it should be of type {wanted}")
    return value


def _without(names: Sequence[str]) -> Any:
    def pruned(entry: Record) -> Record:
        for name in names:
            entry.pop(name, None)
        return entry

    return pruned
