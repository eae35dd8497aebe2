"""Where every command prints: words as they are, so that no name in brackets or between colons is taken for markup."""

from rich.console import Console
from rich.table import Table

_out = Console(highlight=False, markup=False, emoji=False)


def say(text: str, *, style: str = "") -> None:
    """One line, however long."""
    _out.print(text, style=style, soft_wrap=True)


def show(table: Table) -> None:
    """A table as wide as the terminal."""
    _out.print(table)
