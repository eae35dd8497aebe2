"""What the tasks about people share: where results go, and that there is nothing to fit."""

import hashlib
import sys
from pathlib import Path
from typing import Any

import luigi

from pipeline.errors import BadData
from workflows import messages
from workflows.parameters import HowToRun
from workflows.results import Results
from workflows.sources import forget
from workflows.tasks import Work


class OfPeople(Work):
    """A task whose results people read."""

    out = luigi.Parameter(
        default="", significant=False, description="directory of the results (default: under reports)"
    )
    store = luigi.Parameter(default=".captionloom", significant=False, description="directory of everything computed")
    traceback = luigi.BoolParameter(default=False, significant=False, description="show where an error arose")

    def __init__(self, *args: Any, **parameters: Any) -> None:
        super().__init__(*args, **parameters)
        if self.traceback:
            messages.want_traceback()

    @property
    def run_as(self) -> str:
        return HowToRun(store=self.store).text

    def output(self) -> Results:
        raise NotImplementedError

    def complete(self) -> bool:
        """Whether the results are there for the files as they are now."""
        forget()
        return super().complete()

    def on_success(self) -> Any:
        """Say where the results are: Luigi itself is silent when all went well."""
        sys.stderr.write(f"captionloom: results in {self.output().out}\n")
        return super().on_success()


def sha256_of(file: Path, remedy: str) -> str:
    """The hash of a file that a person gave.

    Raises:
        BadData: if it cannot be read.
    """
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise BadData(f"{file} cannot be read: {error.strerror}; {remedy}") from None
