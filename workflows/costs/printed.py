"""Costs on the terminal: a line a system, a line a stage, and what a run would do."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from pipeline.codec import decode
from pipeline.errors import StoreError
from workflows.costs.forecast import Forecast
from workflows.costs.recorded import Cost
from workflows.costs.systems import StageCost, SystemCost, Total
from workflows.printing import say, show

_NUMBERS = ("seconds", "CPU s", "peak MiB", "MB", "parameters", "photos/s")


def read_costs(out: Path) -> tuple[SystemCost, ...]:
    """What the results of a comparison in a directory say the systems cost.

    Raises:
        StoreError: if there are none.
    """
    try:
        content = json.loads((out / "scores.json").read_text(encoding="utf-8"))["costs"]
    except (OSError, ValueError, LookupError, TypeError):
        raise StoreError(f"{out} holds no costs: give the directory of results of `captionloom compare`") from None
    return tuple(decode(SystemCost, item) for item in content)


def print_costs(costs: Sequence[SystemCost]) -> None:
    """One line a system."""
    table = _table("cost", "plan", ("fit CPU s", "MiB", "MB", "parameters", "photo CPU ms", "MiB", "photos/s"))
    for system in costs:
        fit, photo = system.fit, system.photo
        table.add_row(
            system.system,
            _least(_number(fit.cpu_seconds), fit),
            _most(fit.memory, fit.bound),
            _megabytes(fit.disk),
            f"{fit.parameters:,}" if fit.parameters else "-",
            _least(_number(photo.cpu_seconds * 1000), photo),
            _most(photo.memory, photo.bound),
            _number(1 / photo.seconds) if photo.seconds and not photo.gaps else "-",
        )
    show(table)


def print_stages(costs: Sequence[SystemCost]) -> None:
    """Every system, stage by stage."""
    for system in costs:
        table = _table(system.system, "", _NUMBERS)
        for stage in system.stages:
            table.add_row(_words(stage), *_cells(stage.cost))
        fit, photo = system.fit, system.photo
        table.add_section()
        table.add_row("all fitting", *_totals(fit), "")
        rate = _number(1 / photo.seconds) if photo.seconds and not photo.gaps else "-"
        table.add_row("one photo", *_totals(photo), rate)
        show(table)
    say("  *: shared with another system, counted whole for each; >=: without what was not recorded (-);")
    say("  <=: memory of a process that also made other things")


def print_forecast(told: Forecast) -> None:
    """What is done, what would run, and what to expect of it."""
    for work in told.done:
        say(f"done: {work}")
    if not told.todo:
        say("nothing to run")
        return
    table = _table(f"{len(told.todo)} to run", "", ("photos", "seconds", "CPU s", "MB", "MiB", "recorded"))
    for each in told.todo:
        table.add_row(
            each.work,
            "?" if each.photos is None else f"{each.photos:,}",
            *map(_guess, (each.seconds, each.cpu_seconds)),
            "?" if each.disk is None else _megabytes(each.disk),
            "?" if each.memory is None else _mebibytes(each.memory),
            each.why,
        )
    known = [each for each in told.todo if each.seconds is not None]
    table.add_section()
    table.add_row(
        f"the {len(known)} known of {len(told.todo)}",
        "",
        _number(sum(each.seconds or 0.0 for each in known)),
        _number(sum(each.cpu_seconds or 0.0 for each in known)),
        _megabytes(told.disk),
        _mebibytes(max((each.memory or 0 for each in told.todo), default=0)),
        "",
    )
    show(table)
    say("  time: seconds a photo of the nearest recorded one times photos, one task after another;")
    say("  memory, and the bytes of models and resources: as they were there")
    short = told.disk > told.free
    say(f"  free disk: {_megabytes(told.free)} MB{', which is less than what is expected' if short else ''}")


def _table(title: str, first: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(first, overflow="fold")
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _words(stage: StageCost) -> str:
    work = {"caption": "run"}.get(stage.work, stage.work)
    return f"{work} {stage.made}{' *' if stage.shared else ''}"


def _cells(cost: Cost | None) -> list[str]:
    if cost is None:
        return ["not recorded", *("-" for _ in _NUMBERS[1:])]
    return [
        _known(cost.seconds),
        _known(cost.cpu_seconds),
        "-" if cost.memory is None else _most(cost.memory, cost.bound),
        _megabytes(cost.disk),
        "-" if cost.parameters is None else f"{cost.parameters:,}",
        _number(cost.photos / cost.seconds) if cost.photos and cost.seconds else "-",
    ]


def _totals(total: Total) -> list[str]:
    return [
        _least(_number(total.seconds), total),
        _least(_number(total.cpu_seconds), total),
        _most(total.memory, total.bound),
        _megabytes(total.disk),
        f"{total.parameters:,}" if total.parameters else "-",
    ]


def _known(value: float | None) -> str:
    return "-" if value is None else _number(value)


def _guess(value: float | None) -> str:
    return "?" if value is None else _number(value)


def _least(text: str, total: Total) -> str:
    return f">= {text}" if total.gaps else text


def _most(memory: float, bound: bool) -> str:
    return f"<= {_mebibytes(memory)}" if bound else _mebibytes(memory)


def _number(value: float) -> str:
    """Three digits, or the whole number where that is more."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _mebibytes(value: float) -> str:
    return f"{value / 2**20:,.0f}"


def _megabytes(value: float) -> str:
    return "<0.01" if 0 < value < 1e4 else _number(value / 1e6)
