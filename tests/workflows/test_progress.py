"""The bar of long loops: on a terminal alone, its name as it is."""

import io

import pytest

from workflows import progress


class _Screen(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def _shown(
    monkeypatch: pytest.MonkeyPatch, what: str, patience: float, *, terminal: bool = True
) -> tuple[list[int], str]:
    """What a loop over three yields, and what stands on the screen."""
    screen = _Screen(terminal=terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(progress, "PATIENCE", patience)
    monkeypatch.setattr("sys.stderr", screen)
    return list(progress.on_terminal(range(3), what, 3)), screen.getvalue()


def test_a_quick_loop_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    items, screen = _shown(monkeypatch, "fit", 60.0)
    assert items == [0, 1, 2]
    assert "fit" not in screen


@pytest.mark.parametrize("what", ["up_down[beam]", "{rate}", "[red]fit"])
def test_a_long_loop_shows_its_name_as_it_is(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    items, screen = _shown(monkeypatch, what, -1.0)
    assert items == [0, 1, 2]
    assert what in screen


def test_nothing_is_shown_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _shown(monkeypatch, "fit", -1.0, terminal=False) == ([0, 1, 2], "")
