"""Plans as files: TOML with a title, tables [stages], [resources], [folds], and what is otherwise on some datasets."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import BadOption, BadPlan, UnknownName
from pipeline.plan import Plan, over
from pipeline.records import FIELDS
from pipeline.registry import choose, get

_TABLES = ("stages", "resources", "folds")

Tables = dict[str, dict[str, Any]]


def _none(name: str) -> Plan:
    raise UnknownName("plan", name, ())


def read_plan(path: Path, fitted_on: str = "", base: Callable[[str], Plan] = _none) -> Plan:
    """Read a plan's file.

    [fitted_on.DATASET.stages] and so on say what is otherwise where the plan is fitted on that dataset.
    `from = "other"` builds on another plan, or on several, of which a later one's fields replace those of the ones
    before. What this file leaves out is theirs, options of their stages too; a field with an empty text is left out.

    Args:
        base: the plan that a name after `from` stands for.

    Raises:
        BadPlan: if it is not such a file, naming it.
    """
    try:
        return _read(path, fitted_on, base)
    except (UnknownName, BadOption) as error:
        raise BadPlan(f"plan {str(path)!r}: {error}") from None


def _read(path: Path, fitted_on: str, base: Callable[[str], Plan]) -> Plan:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadPlan(f"plan {str(path)!r} cannot be read: {why}; mend the file, or its path") from None
    title, special = str(content.pop("title", "")), content.pop("fitted_on", {})
    names = _names(path, content.pop("from", []))
    tables = _tables(path, content, "plan")
    for name in _table(path, "fitted_on", special):
        get("datasets", name)
        for kind, table in _tables(path, special[name], f"[fitted_on.{name}]").items():
            if name == fitted_on:
                tables[kind] |= table
    merged = _laid_over(_of(base(name) for name in names), tables)
    if not merged["stages"]:
        raise BadPlan(f'plan {str(path)!r} needs a table [stages], with lines such as captions = "template"')
    return _plan(path.stem, title, merged)


def _plan(name: str, title: str, tables: Tables) -> Plan:
    """With every text as it is spelled in keys."""
    for written in tables["stages"]:
        if written not in FIELDS:
            raise UnknownName("field", written, FIELDS)
    stages = {written: choose(written, text).text for written, text in tables["stages"].items()}
    resources = {name: choose("resources", text).text for name, text in tables["resources"].items()}
    configured = {name: text for name, text in resources.items() if text != name}
    return Plan(name, stages, configured, tables["folds"], title)


def _of(plans: Iterable[Plan]) -> Tables:
    """What plans have together: fields of a later one replace those of the ones before."""
    tables: Tables = {kind: {} for kind in _TABLES}
    for plan in plans:
        for kind, table in (("stages", plan.stages), ("resources", plan.resources), ("folds", plan.folds)):
            tables[kind] |= table
    return tables


def _laid_over(below: Tables, above: Tables) -> Tables:
    """A file's own tables on what it builds on."""
    stages = {written: (written, text) for written, text in above["stages"].items()}
    resources = {name: ("resources", text) for name, text in above["resources"].items()}
    gone = {written for written, text in above["stages"].items() if not text}
    folds = {written: folds for written, folds in below["folds"].items() if written not in gone}
    return {
        "stages": _with(below["stages"], stages),
        "resources": _with(below["resources"], resources),
        "folds": folds | above["folds"],
    }


def _with(below: Mapping[str, str], above: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Texts with others over them, which are given with the room of the registry that knows them; an empty one takes
    what was there away."""
    laid = {key: over(room, below[key], text) if key in below else text for key, (room, text) in above.items() if text}
    return {key: text for key, text in below.items() if key not in above} | laid


def _names(path: Path, given: Any) -> Iterable[str]:
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise BadPlan(f'plan {str(path)!r}: from = {given!r} should be a plan, or a list of them: from = "babytalk"')
    return names


def _tables(path: Path, content: Any, of: str) -> Tables:
    """The tables of a plan file, or of what is otherwise on one dataset."""
    for key in _table(path, "fitted_on", content):
        if key not in _TABLES:
            raise UnknownName(
                f"part of {of}", key, (*_TABLES, *(("title", "from", "fitted_on") if of == "plan" else ()))
            )
    tables = {key: _table(path, key, content.get(key, {})) for key in _TABLES}
    for name, text in (*tables["stages"].items(), *tables["resources"].items()):
        if not isinstance(text, str):
            raise BadPlan(f'plan {str(path)!r}: {name} = {text!r} should be a text, such as {name} = "oracle"')
    return tables


def _table(path: Path, key: str, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise BadPlan(f"plan {str(path)!r}: {key} should be a table, [{key}], with lines such as name = ...")
    return dict(content)
