"""What stands beside a system: whatever it had that the others had not."""

from types import SimpleNamespace
from typing import Any

from pipeline.plan import Plan
from workflows.comparison import _difference
from workflows.planning import find_plan


def fitted_elsewhere() -> Any:
    """A comparison on one dataset of what was fitted on another."""
    on, other = SimpleNamespace(text="here"), SimpleNamespace(text="there", about="there, 5 photos")
    return SimpleNamespace(on=on, fitted_on=other)


def test_only_what_learns_was_fitted_anywhere() -> None:
    task = fitted_elsewhere()
    assert "fitted on there, 5 photos" in _difference(task, find_plan("show_attend_tell", "scenes"))
    assert _difference(task, find_plan("human", "scenes")) == ""
    theirs = Plan("theirs", {"captions": "from_file:path=theirs.json"})
    assert _difference(task, theirs) == "captions/from_file:path=theirs.json"
