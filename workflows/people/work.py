"""What the tasks about people share: where results go, and that there is nothing to fit."""

import hashlib
from pathlib import Path

import luigi

from pipeline.errors import BadData
from workflows.outer import Outer
from workflows.parameters import HowToRun
from workflows.results import Results


class OfPeople(Outer):
    """A task about people: there is nothing to fit."""

    out = luigi.Parameter(
        default="", significant=False, description="directory of the results (default: under reports)"
    )

    @property
    def run_as(self) -> str:
        return HowToRun(store=self.store).text

    def output(self) -> Results:
        raise NotImplementedError


def sha256_of(file: Path, remedy: str) -> str:
    """The hash of a file that a person gave.

    Raises:
        BadData: if it cannot be read.
    """
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise BadData(f"{file} cannot be read: {error.strerror}; {remedy}") from None
