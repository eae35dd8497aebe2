"""Finding what can be plugged in, by name: a file under stages/, or an entry point of an outside package.

A stage is `stages/<field>/<name>.py`; resources, metrics and datasets have folders of their own. An outside package
registers a class under the entry point group `captionloom.<folder>`.
"""

import dataclasses
import importlib
import importlib.metadata
import importlib.util
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.config import Affects, build, recipe, spell, split_spec
from pipeline.datasets import Dataset
from pipeline.errors import ContractViolation, UnknownName
from pipeline.records import FIELDS
from pipeline.stage import Metric, Resource, Runtime, Stage

KINDS: Mapping[str, type[Any]] = {"resources": Resource, "metrics": Metric, "datasets": Dataset}
FOLDERS = (*FIELDS, *KINDS)


@dataclass(frozen=True)
class Choice:
    """One plug-in with its config, checked. `text` is its canonical spelling."""

    folder: str
    kind: type[Any]
    config: Any

    @property
    def name(self) -> str:
        return str(self.kind.name)

    @property
    def text(self) -> str:
        return spell(self.name, self.config)

    def recipe(self, affects: Affects | None = None) -> dict[str, Any]:
        """What of it belongs into a key."""
        return {
            "folder": self.folder,
            "name": self.name,
            "version": self.kind.version,
            "config": recipe(self.config, affects) | self._members(affects),
        }

    def create(self, runtime: Runtime | None = None) -> Any:
        """The instance: stages and resources take a runtime, metrics and datasets do not."""
        if self.folder in ("metrics", "datasets"):
            return self.kind(self.config)
        return self.kind(self.config, runtime)

    def members(self) -> "dict[str, Choice]":
        """The choices that its own options name, by option."""
        named = {item.name: item.metadata.get("folder") for item in dataclasses.fields(self.config)}
        return {name: choose(folder, getattr(self.config, name)) for name, folder in named.items() if folder}

    def _members(self, affects: Affects | None) -> dict[str, Any]:
        mine = recipe(self.config, affects)
        return {name: member.recipe() for name, member in self.members().items() if name in mine}


@cache
def choose(folder: str, text: str) -> Choice:
    """The plug-in that `name:key=value` means.

    Raises:
        UnknownName: for a folder, name or option that does not exist, naming the nearest; also in what it joins.
        BadOption: for a value of the wrong type or out of bounds.
    """
    name, options = split_spec(text)
    kind = get(folder, name)
    choice = Choice(folder, kind, build(kind.config_type, options, f"{folder}/{name}"))
    choice.members()
    return choice


@cache
def get(folder: str, name: str) -> type[Any]:
    """The class of a plug-in; only its own module is imported."""
    if folder not in FOLDERS:
        raise UnknownName("field", folder, FOLDERS)
    if name in _files(folder):
        return _defined(folder, name)
    entries = _entry_points(folder)
    if name not in entries:
        raise UnknownName(f"{folder} choice", name, registered(folder))
    return _checked(folder, name, entries[name].load())


def registered(folder: str) -> tuple[str, ...]:
    """Every name that `get` accepts in a folder."""
    return tuple(sorted({*_files(folder), *_entry_points(folder)}))


@cache
def _files(folder: str) -> frozenset[str]:
    spec = importlib.util.find_spec("stages")
    roots = [Path(root) for root in (spec.submodule_search_locations or [])] if spec else []
    return frozenset(file.stem for root in roots for file in (root / folder).glob("[a-z]*.py"))


@cache
def _entry_points(folder: str) -> Mapping[str, importlib.metadata.EntryPoint]:
    return {entry.name: entry for entry in importlib.metadata.entry_points(group=f"captionloom.{folder}")}


def _defined(folder: str, name: str) -> type[Any]:
    try:
        module = importlib.import_module(f"stages.{folder}.{name}")
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise ContractViolation(f"stages/{folder}/{name}.py cannot be imported: {what}; mend it") from error
    base = KINDS.get(folder, Stage)
    public = [
        kind
        for title, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, base) and kind.__module__ == module.__name__ and not title.startswith("_")
    ]
    if len(public) != 1:
        raise ContractViolation(
            f"stages/{folder}/{name}.py should define exactly one public {base.__name__}, it defines {len(public)}"
        )
    return _checked(folder, name, public[0])


def _checked(folder: str, name: str, kind: type[Any]) -> type[Any]:
    if kind.name != name:
        raise ContractViolation(f"{folder}/{name}: its class attribute name is {kind.name!r}, it should be {name!r}")
    if folder in FIELDS and kind.writes != folder:
        raise ContractViolation(f"{folder}/{name} writes {kind.writes!r}, it should write {folder!r}")
    return kind
