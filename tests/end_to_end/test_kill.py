"""SIGKILL at random moments of a run, each time followed by a re-run that ends with the same result."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.small import arguments, captionloom

KILLS = int(os.environ.get("CAPTIONLOOM_KILLS", "30"))


def run(out: Path, store: Path) -> list[str]:
    """The small comparison without METEOR, whose start would take most of the time."""
    return [*arguments(out, store), "--metrics", "bleu,cider"]


def results(directory: Path) -> dict[str, bytes]:
    """What a run is about: captions and scores, byte for byte."""
    files = [*sorted((directory / "captions").iterdir()), directory / "scores.json", directory / "scores.parquet"]
    return {file.name: file.read_bytes() for file in files}


@pytest.mark.slow
def test_a_killed_run_is_completed_by_the_next_with_an_equal_result(tmp_path: Path) -> None:
    started = time.monotonic()
    assert captionloom(run(tmp_path / "whole", tmp_path / "store"), tmp_path).returncode == 0
    lasted = time.monotonic() - started
    expected = results(tmp_path / "whole")
    chance = random.Random(0)
    for turn in range(KILLS):
        store, out = tmp_path / f"store-{turn}", tmp_path / f"out-{turn}"
        given = run(out, store)
        command = [sys.executable, "-c", "from workflows.cli import main; main()", *given]
        victim = subprocess.Popen(command, cwd=tmp_path, start_new_session=True, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, lasted))
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
        outcome = captionloom(given, tmp_path)
        assert outcome.returncode == 0, f"kill {turn}: {outcome.stderr}"
        assert results(out) == expected, f"kill {turn}"
        subprocess.run(["rm", "-rf", store, out], check=True)
