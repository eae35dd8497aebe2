"""Commands made from Luigi tasks: every parameter is an option, with its default, bounds and help."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import luigi
import pytest
import typer
from typer.testing import CliRunner

from pipeline.errors import BadOption
from workflows.cli import app as ours
from workflows.door import command
from workflows.parameters import CommaList, Share, Whole

SHOWN: list[Path] = []


class _Done:
    out = Path("there")


class _Made(luigi.Task):
    """What is made.

    More of it.
    """

    files = CommaList(description="files to read")
    kind = luigi.ChoiceParameter(choices=("long", "short"), default="short", description="of what")
    part = Share(default=0.5, low=0, high=1, description="share kept")
    count = Whole(default=2, low=1, description="how many")
    out_dir = luigi.Parameter(default="", significant=False, description="where to")
    dry_run = luigi.BoolParameter(default=False, significant=False, description="run nothing")
    ran: ClassVar[list[dict[str, Any]]] = []

    def complete(self) -> bool:
        return bool(self.ran)

    def output(self) -> Any:
        return _Done

    def run(self) -> None:
        self.ran.append(dict(self.param_kwargs))


def show(out: Path) -> None:
    SHOWN.append(out)


def run(*given: str) -> Any:
    app = typer.Typer()
    app.command()(command(_Made, f"{__name__}:show", "files"))
    _Made.ran.clear()
    SHOWN.clear()
    return CliRunner().invoke(app, given)


def test_what_is_given_and_what_is_not_reaches_the_task_and_its_results_are_shown() -> None:
    assert run("a.txt", "b.txt", "--kind", "long", "--count", "3", "--out-dir", "x").exit_code == 0
    (got,) = _Made.ran
    assert got == {
        "files": ("a.txt", "b.txt"),
        "kind": "long",
        "part": 0.5,
        "count": 3,
        "out_dir": "x",
        "dry_run": False,
    }
    assert [Path("there")] == SHOWN


def test_a_dry_run_shows_no_results() -> None:
    assert run("a.txt", "--dry-run").exit_code == 0
    assert not SHOWN


@pytest.mark.parametrize(
    "given", [(), ("a", "--kind", "odd"), ("a", "--count", "0"), ("a", "--part", "1.5"), ("a", "--odd", "1")]
)
def test_what_is_missing_unknown_or_out_of_bounds_is_refused(given: tuple[str, ...]) -> None:
    assert run(*given).exit_code == 2
    assert not _Made.ran


def test_bounds_hold_for_luigi_too() -> None:
    with pytest.raises(BadOption, match=r"1\.5 should lie between 0 and 1: share kept"):
        _Made(files=(), part=1.5)
    with pytest.raises(BadOption, match="0 should be 1 or more"):
        _Made(files=(), count=0)


def test_every_command_explains_each_of_its_options() -> None:
    for made in ours.registered_commands:
        name = made.name or made.callback.__name__ if made.callback else ""
        assert CliRunner().invoke(ours, [name, "--help"]).exit_code == 0


ENDED = """
import time, luigi, typer
from workflows.door import _run
from workflows.messages import take_over_from_luigi

class Sleeps(luigi.Task):
    def complete(self):
        return False

    def run(self):
        print("begun", flush=True)
        time.sleep(60)

take_over_from_luigi()
try:
    _run(Sleeps(), 1)
except typer.Exit as end:
    raise SystemExit(end.exit_code)
"""


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_ended_leaves_nothing_running(asked: signal.Signals) -> None:
    """Whoever reads its output is not kept waiting by a process that it had started."""
    command = [sys.executable, "-c", ENDED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.send_signal(asked)
        _, told = process.communicate(timeout=20)
    assert "the same command goes on from here" in told
    assert process.returncode == 128 + asked
