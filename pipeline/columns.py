"""Columns: photo id -> value of one field, in shards; and the lazy sequences of scenes put together from them.

Records are JSON lines, arrays safetensors (memory-mapped, one tensor a photo). Shards appear whole, by rename, so a
column that was interrupted goes on after its last whole shard. No pickle.
"""

import json
import os
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, overload

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from pipeline.codec import decode, encode
from pipeline.errors import ContractViolation, StoreError
from pipeline.records import FIELDS, Array, Image, Scene, Truth

SHARD = 512
FOREIGN_VERSION = 1
"""Raised when a field would be taken of other photos; part of the key of what reads it."""
TYPES: Mapping[str, Any] = {**FIELDS, "images": Image, "truth": Truth}
T = TypeVar("T")


class Column(Sequence[Any]):
    """The values of one field over a split, by position; read lazily, a shard at a time."""

    def __init__(self, directory: Path, written: str) -> None:
        self.directory, self.kind = directory, TYPES[written]
        file = directory / "index.json"
        try:
            index = json.loads(file.read_text(encoding="utf-8"))
            self.ids: tuple[str, ...] = tuple(index["ids"])
            self._starts: list[int] = index["starts"]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise _damaged(file, error) from error
        self._shard = lru_cache(maxsize=None if self.kind is Array else 4)(self._open_shard)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, position: int) -> Any: ...
    @overload
    def __getitem__(self, position: slice) -> list[Any]: ...
    def __getitem__(self, position: int | slice) -> Any:
        if isinstance(position, slice):
            return [self[index] for index in range(*position.indices(len(self)))]
        place = range(len(self))[position]
        number = bisect_right(self._starts, place) - 1
        within = place - self._starts[number]
        try:
            shard = self._shard(number)
            return shard.get_tensor(str(within)) if self.kind is Array else decode(self.kind, json.loads(shard[within]))
        except (OSError, SafetensorError, ValueError, LookupError, ContractViolation) as error:
            raise _damaged(self.directory / _shard_name(self.kind, number), error) from error

    def _open_shard(self, number: int) -> Any:
        file = self.directory / _shard_name(self.kind, number)
        if self.kind is Array:
            return safe_open(file, framework="numpy")
        return file.read_bytes().splitlines()


def _damaged(file: Path, error: Exception) -> StoreError:
    return StoreError(f"{file} is damaged ({error}); `captionloom doctor --repair` finds such files")


class Foreign(Column):
    """A column read of another photo: the split in one random cycle, every photo with the value of the one before it.

    No photo keeps its own value, where there are two or more; every value occurs once, so that what is said of the
    whole split stays as it was.
    """

    def __init__(self, directory: Path, written: str) -> None:
        super().__init__(directory, written)
        self.places = before_in_cycle(len(self))

    @overload
    def __getitem__(self, position: int) -> Any: ...
    @overload
    def __getitem__(self, position: slice) -> list[Any]: ...
    def __getitem__(self, position: int | slice) -> Any:
        return super().__getitem__(position if isinstance(position, slice) else self.places[position])


def before_in_cycle(count: int, seed: int = 0) -> list[int]:
    """For every position the one before it in a random cycle through all of them."""
    order = np.random.default_rng(seed).permutation(count)
    places = np.empty(count, dtype=np.int64)
    places[order] = np.roll(order, 1)
    return [int(place) for place in places]


class Scenes(Sequence[Scene]):
    """The photos of a split with the given columns as fields: what a stage gets to see, and nothing more."""

    def __init__(self, images: Column, root: Path, columns: Mapping[str, Column]) -> None:
        for written, column in columns.items():
            if column.ids != images.ids:
                raise StoreError(f"column {written} in {column.directory} is of other photos than {images.directory}")
        self._images, self._root, self._columns = images, root, dict(columns)
        self.ids = images.ids

    def __len__(self) -> int:
        return len(self._images)

    @overload
    def __getitem__(self, position: int) -> Scene: ...
    @overload
    def __getitem__(self, position: slice) -> list[Scene]: ...
    def __getitem__(self, position: int | slice) -> Scene | list[Scene]:
        if isinstance(position, slice):
            return [self[index] for index in range(*position.indices(len(self)))]
        image: Image = self._images[position]
        located = replace(image, path=str(self._root / image.path))
        return Scene(located, _Fields(self._columns, position))


class _Fields(Mapping[str, Any]):
    """The fields of one photo, each read from its column when somebody first looks at it: who wants the captions does
    not wait for hundreds of relations."""

    def __init__(self, columns: Mapping[str, Column], position: int) -> None:
        self._columns, self._position = columns, position
        self._known: dict[str, Any] = {}

    def __getitem__(self, written: str) -> Any:
        if written not in self._known:
            self._known[written] = self._columns[written][self._position]
        return self._known[written]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


class Part(Sequence[T]):
    """Some positions of a sequence, as a sequence; nothing is copied."""

    def __init__(self, whole: Sequence[T], positions: Sequence[int]) -> None:
        self._whole, self._positions = whole, positions

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, position: int) -> T: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[T]: ...
    def __getitem__(self, position: int | slice) -> T | Sequence[T]:
        if isinstance(position, slice):
            return Part(self._whole, self._positions[position])
        return self._whole[self._positions[position]]


class Joined(Sequence[T]):
    """One sequence and then another, as one; nothing is copied."""

    def __init__(self, first: Sequence[T], second: Sequence[T]) -> None:
        self._first, self._second = first, second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    @overload
    def __getitem__(self, position: int) -> T: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[T]: ...
    def __getitem__(self, position: int | slice) -> T | Sequence[T]:
        if isinstance(position, slice):
            return Part(self, range(len(self))[position])
        place = range(len(self))[position]
        return self._first[place] if place < len(self._first) else self._second[place - len(self._first)]


def write_column(
    directory: Path, written: str, ids: Sequence[str], values: Callable[[int], Iterator[Any]], shard: int = SHARD
) -> None:
    """Write a column of `values(start)` (an iterator over the values from a position on), after the shards that are
    already there whole.

    Raises:
        ContractViolation: for duplicate ids, too few or too many values.
    """
    if len(set(ids)) != len(ids):
        twice = next(name for position, name in enumerate(ids) if name in ids[:position])
        raise ContractViolation(f"photo id {twice!r} occurs twice")
    for leftover in directory.glob("*.tmp"):
        leftover.unlink()
    kind, starts = TYPES[written], list(range(0, len(ids), shard))
    done = 0
    while done < len(starts) and (directory / _shard_name(kind, done)).exists():
        done += 1
    stream = values(done * shard) if done < len(starts) else iter(())
    for number in range(done, len(starts)):
        wanted = min(shard, len(ids) - starts[number])
        block = [value for _, value in zip(range(wanted), stream, strict=False)]
        if len(block) != wanted:
            raise ContractViolation(f"{written}: {starts[number] + len(block)} values for {len(ids)} photos")
        _write_whole(directory / _shard_name(kind, number), _packed(kind, block))
    if next(stream, None) is not None:
        raise ContractViolation(f"{written}: more than {len(ids)} values for {len(ids)} photos")
    _write_whole(directory / "index.json", json.dumps({"ids": list(ids), "starts": starts}).encode())


def _packed(kind: Any, block: Sequence[Any]) -> bytes:
    if kind is Array:
        return save({str(place): np.ascontiguousarray(value) for place, value in enumerate(block)})
    lines = (json.dumps(encode(value), ensure_ascii=True, separators=(",", ":")) for value in block)
    return "".join(line + "\n" for line in lines).encode("ascii")


def _shard_name(kind: Any, number: int) -> str:
    return f"{number:06d}.{'safetensors' if kind is Array else 'jsonl'}"


def _write_whole(file: Path, content: bytes) -> None:
    fresh = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    with fresh.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    fresh.rename(file)
