"""JSON annotation files: read whole, looked into with errors that name the file and the entry."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pipeline.errors import BadData
from pipeline.text import is_writable
from stages.datasets._layout import in_folder, shown, text_of

V = TypeVar("V")
Record: TypeAlias = dict[str, Any]


def json_of(file: Path, without: Sequence[str] = ()) -> Record:
    """The JSON object in a file. Members named in `without` are dropped while it is read, so that they take no memory.

    Raises:
        BadData: if the file cannot be read or holds no JSON object.
    """
    try:
        content = json.loads(text_of(file), object_hook=_without(without) if without else None)
    except (ValueError, RecursionError) as error:
        raise BadData(f"{file} is not JSON that can be read: {error}; get the file again") from None
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
            raise BadData(f"{where} is {shown(entry)}; it should be an object")
        yield where, entry


def member(where: str, entry: Record, key: str, kind: type[V] | tuple[type[V], ...]) -> V:
    """A member of an entry.

    Raises:
        BadData: if it is not there or of another type, a text that is empty or that no file can hold.
    """
    value = entry.get(key)
    # true and false, which Python counts among the whole numbers, are none in JSON
    if not isinstance(value, kind) or isinstance(value, bool):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        wanted = " or ".join(each.__name__ for each in kinds)
        found = f"is {shown(value)}" if key in entry else "is not there"
        raise BadData(f"{where}: {key!r} {found}; it should be of type {wanted}")
    if isinstance(value, str) and not (value.strip() and is_writable(value)):
        raise BadData(f"{where}: {key!r} is {shown(value)}; write a text there")
    return value


def photo_name(where: str, entry: Record, key: str) -> str:
    """A member that is a photo's path in its folder.

    Raises:
        BadData: if it is none.
    """
    return in_folder(member(where, entry, key, str), where, repr(key))


def _without(names: Sequence[str]) -> Any:
    def pruned(entry: Record) -> Record:
        for name in names:
            entry.pop(name, None)
        return entry

    return pruned
