"""Progress of long loops: a bar with rate and time left on a terminal, nothing elsewhere."""

import multiprocessing
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
PATIENCE = 2.0
"""Seconds a loop may take before it is worth a bar."""
EVERY = 10.0
"""Seconds between lines where several processes share the terminal and bars would overwrite one another."""


def on_terminal(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    """The Progress for people: silent when stderr is not a terminal or the loop is over in PATIENCE seconds."""
    if not sys.stderr.isatty():
        return iter(items)
    alone = multiprocessing.parent_process() is None
    return _bar(items, what, total) if alone else _lines(items, what, total)


def _bar(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    name, rate_of = (TextColumn(text, markup=False) for text in ("{task.description}", "{task.fields[rate]}"))
    columns = (name, BarColumn(), MofNCompleteColumn(), rate_of)
    started = time.monotonic()
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total or None, rate="", visible=False)
        for done, item in enumerate(items):
            seconds = time.monotonic() - started
            rate = f"{done / seconds:.1f}/s" if seconds else ""
            bar.update(task, completed=done, rate=rate, visible=seconds > PATIENCE)
            yield item


def _lines(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    started = said = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if done and now - said > EVERY:
            said, rate = now, done / (now - started)
            left = f" of {total}, {rate:.1f}/s, {(total - done) / rate:.0f} s left" if total else f", {rate:.1f}/s"
            sys.stderr.write(f"{what}: {done}{left}\n")
        yield item
