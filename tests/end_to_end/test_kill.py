"""SIGKILL at random moments of a run, over and over on one store, which ends with the result of an undisturbed run."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.store import Store
from tests.end_to_end.small import arguments, captionloom

KILLS = int(os.environ.get("CAPTIONLOOM_KILLS", "100"))


def run(out: Path, store: Path) -> list[str]:
    """The small comparison without METEOR, whose start would take most of the time."""
    return [*arguments(out, store), "--metrics", "bleu,cider"]


def results(directory: Path) -> dict[str, bytes]:
    """What a run is about: captions and scores, byte for byte, without what it took by the clock."""
    files = [*sorted((directory / "captions").iterdir()), directory / "scores.parquet"]
    scores = json.loads((directory / "scores.json").read_text())
    del scores["costs"]
    return {file.name: file.read_bytes() for file in files} | {"scores.json": json.dumps(scores).encode()}


def artefacts(directory: Path) -> set[str]:
    """The keys of all that is in a store."""
    return {f"{path.parent.name}/{path.name}" for path in Store(directory).artefacts()}


def killed(given: list[str], cwd: Path, after: float) -> bool:
    """Whether a run was killed, with all its workers, before its end; one that ended must have ended well."""
    command = [sys.executable, "-c", "from workflows.cli import main; main()", *given]
    with (cwd / "stderr").open("w") as stderr:
        victim = subprocess.Popen(command, cwd=cwd, start_new_session=True, stdout=subprocess.DEVNULL, stderr=stderr)
        try:
            assert victim.wait(after) == 0, (cwd / "stderr").read_text()
        except subprocess.TimeoutExpired:
            os.killpg(victim.pid, signal.SIGKILL)
            victim.wait()
            return True
    return False


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_ends_with_an_equal_result(tmp_path: Path) -> None:
    started = time.monotonic()
    assert captionloom(run(tmp_path / "whole", tmp_path / "undisturbed"), tmp_path).returncode == 0
    lasted = time.monotonic() - started
    expected, keys = results(tmp_path / "whole"), artefacts(tmp_path / "undisturbed")
    store, out, chance, kills = tmp_path / "store", tmp_path / "out", random.Random(0), 0
    while kills < KILLS:
        if killed(run(out, store), tmp_path, chance.uniform(0, lasted / 2)):  # each goes on where the last was killed
            kills += 1
            continue
        _check(store, out, expected, keys, kills)
        shutil.rmtree(out)
        made = list(Store(store).artefacts())
        for artefact in chance.sample(made, chance.choice([1, len(made) // 2, len(made)])):
            shutil.rmtree(artefact)
    outcome = captionloom(run(out, store), tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    _check(store, out, expected, keys, kills)


def _check(store: Path, out: Path, expected: dict[str, bytes], keys: set[str], kills: int) -> None:
    """The results are as expected, and the store holds nothing but whole artefacts under the keys expected."""
    assert results(out) == expected, f"after {kills} kills"
    assert artefacts(store) <= keys, f"after {kills} kills"
    outcome = captionloom(["doctor", "--store", str(store)], store.parent)
    about_the_store = [line for line in outcome.stdout.splitlines() if str(store) in line]
    assert about_the_store[-1:] == [f"ok   store {store}: {len(artefacts(store))} artefacts"], outcome.stderr
    faults = [line for line in about_the_store[:-1] if "finished since" not in line]
    assert not faults, f"after {kills} kills"
