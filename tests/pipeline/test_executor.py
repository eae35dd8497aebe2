"""Errors of a stage that several processes map over photos: the same as those of one process."""

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ProcessFailed, StoreError
from pipeline.executor import Engine, Job, SplitFiles, StageFiles, in_process, process_pool
from pipeline.stage import Runtime

SPANS = [range(start, start + 2) for start in range(0, 12, 2)]


def job(split: Path) -> Job:
    return Job(StageFiles("relations", "prepositions", {}), SplitFiles(split), Runtime())


@pytest.mark.parametrize("engine", [in_process, process_pool(2)], ids=["one process", "two processes"])
def test_an_error_while_a_stage_is_opened_is_told_as_it_is(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(StoreError, match=r"images/index\.json is damaged .*No such file"):
        list(engine(job(tmp_path), SPANS))


def test_a_process_that_is_killed_at_once_is_told_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def submit(*_: Any) -> None:
        raise BrokenProcessPool

    monkeypatch.setattr(ProcessPoolExecutor, "submit", submit)
    with pytest.raises(ProcessFailed, match="a process was killed in the middle of relations/prepositions"):
        list(process_pool(2)(job(tmp_path), SPANS))
