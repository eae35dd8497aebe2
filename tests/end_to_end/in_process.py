"""The command line in this process, with a plan that is fitted at once: quick enough for a table of bad input."""

import sys
from dataclasses import dataclass
from pathlib import Path

import luigi
import PIL.Image
import pytest

from tests.datasets.trees import written
from workflows import messages
from workflows.cli import main
from workflows.sources import forget

FITTED = "scenes:train=10:val=1:test=1"
CAPTION = f"caption --plan parrot.toml --fit-on {FITTED} --store store --out captioned"
COMPARE = f"compare --fit-on {FITTED} --metrics bleu --store store --out out"


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit status, and what it wrote."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class CommandLine:
    """Runs commands in the current directory."""

    capfd: pytest.CaptureFixture[str]

    def __call__(self, *given: str) -> Outcome:
        self.capfd.readouterr()
        luigi.task_register.Register.clear_instance_cache()
        forget()
        messages.forget_shown()
        status = 0
        argv, sys.argv = sys.argv, ["captionloom", *given]
        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            sys.argv = argv
        return Outcome(status, *self.capfd.readouterr())


def prepare(directory: Path) -> None:
    """A plan, a folder of two captioned photos, and captions of them made elsewhere."""
    written(directory / "parrot.toml", ["[stages]", 'captions = "parrot"'])
    (directory / "photos").mkdir()
    for name in "ab":
        PIL.Image.effect_noise((40, 30), 50).save(directory / "photos" / f"{name}.png")
    rows = [f"{name}.png,A {noun} of {name}.,test" for name in "ab" for noun in ("view", "photo")]
    written(directory / "photos" / "captions.csv", ["file,caption,split", *rows])


def artefacts(store: Path) -> dict[str, int]:
    """Every artefact of a store, and when it was finished."""
    return {str(made.parent): made.stat().st_mtime_ns for made in store.glob("*/*/manifest.json")}


def fails(run: CommandLine, command: str, *says: str) -> None:
    """A command ends with one error, which says this, and a status; all that was there before is still there."""
    before = artefacts(Path("store"))
    outcome = run(*command.split())
    assert outcome.status not in (0, None), outcome.out
    for words in says:
        assert words in outcome.err
    assert "Traceback" not in outcome.err
    assert "internal error" not in outcome.err
    assert outcome.err.count("captionloom: ") == 1
    assert before.items() <= artefacts(Path("store")).items()


def works(run: CommandLine, command: str) -> None:
    """A command ends well, and says no more than where its results are."""
    outcome = run(*command.split())
    assert outcome.status == 0, outcome.err
    assert outcome.err.startswith("captionloom: results in ")
    assert outcome.err.count("\n") == 1
