"""What a making costs, against the process's own clocks, known allocations, and runs that were ended on the way."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import meter
from pipeline.keys import key_of
from pipeline.meter import Meter, Spent
from pipeline.store import Store

RECIPE = {"stage": "test", "version": 1}
MEGABYTE = 1 << 20


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def child(code: str) -> "subprocess.Popen[str]":
    """A process that burns .3 CPU seconds, does `code`, and says that it is ready."""
    burning = "import sys, time\nwhile time.process_time() < .3: pass\n"
    return subprocess.Popen(
        [sys.executable, "-c", f"{burning}{code}\nprint('ready', flush=True)\nsys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def until_ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout
    assert process.stdout.readline() == "ready\n"


def test_cpu_seconds_are_those_of_the_processs_own_clock() -> None:
    with Meter() as used:
        began, cpu = time.perf_counter(), time.process_time()
        burn(0.2)
        time.sleep(0.2)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert used.spent.cpu_seconds == pytest.approx(cpu, abs=0.05)
    assert used.spent.seconds == pytest.approx(seconds, abs=0.1)
    assert used.spent.runs == 1


@pytest.mark.parametrize("waits", [True, False], ids=["that ended", "that lives"])
def test_the_cpu_seconds_of_a_child_count(waits: bool) -> None:
    with Meter() as used:
        process = child("")
        until_ready(process)
        if waits:
            process.communicate()
    process.communicate()
    assert used.spent.cpu_seconds == pytest.approx(0.33, abs=0.15)


PEAKS = """
import mmap
from pipeline.meter import Meter
with Meter() as large, mmap.mmap(-1, 80 << 20) as block:  # no allocator that keeps what is freed
    for _ in range(80):
        block.write(b"x" * (1 << 20))
with Meter() as small:
    pass
for one in (large.spent, small.spent):
    print(one.peak_memory_bytes, one.peak_memory_since)
"""


def test_peak_memory_is_that_of_the_body_and_not_of_what_was_before() -> None:
    own = subprocess.run([sys.executable, "-c", PEAKS], check=True, capture_output=True, text=True).stdout.split()
    large, small = int(own[0]), int(own[2])
    assert large >= 80 * MEGABYTE
    if Path("/proc/self/clear_refs").exists():
        assert small < large - 60 * MEGABYTE
        assert own[1] == "start"
    assert own[3] == "birth"  # nearly all of it was held before: no more than a bound


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this kernel has no /proc")
def test_the_memory_of_workers_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter, "EVERY", 0.01)
    with Meter() as used:
        processes = [child(f"block = bytearray(b'x') * {60 * MEGABYTE}") for _ in range(2)]
        for process in processes:
            until_ready(process)
        time.sleep(0.1)
        for process in processes:
            process.communicate()
    assert used.spent.peak_memory_bytes >= 120 * MEGABYTE


def test_spent_adds_up_and_the_weaker_way_of_measuring_stays() -> None:
    both = Spent(1.0, 2.0, 30, "birth", 1) + Spent(10.0, 20.0, 4, "start", 2)
    assert both == Spent(11.0, 22.0, 30, "birth", 3)
    assert both.share(2) == Spent(5.5, 11.0, 30, "birth", 3)


def _interrupted(store: Store) -> None:
    with store.making("models", RECIPE) as workspace:
        assert workspace
        burn(0.2)
        raise KeyboardInterrupt


def test_a_making_counts_what_an_interrupted_one_spent(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        _interrupted(store)
    with store.making("models", RECIPE) as workspace:
        assert workspace
        workspace.about["photos"] = 7
        burn(0.1)
    manifest = store.manifest("models", key_of(RECIPE))
    assert manifest["cpu_seconds"] == pytest.approx(0.3, abs=0.1)
    assert (manifest["runs"], manifest["photos"], manifest["cpus"]) == (2, 7, os.cpu_count())


def _for_ever(root: Path) -> None:
    with Store(root).making("models", RECIPE):
        burn(60)


def test_a_making_counts_what_a_killed_one_had_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter, "EVERY", 0.05)
    monkeypatch.setattr(meter, "NOTED", 2)
    process = multiprocessing.get_context("fork").Process(target=_for_ever, args=(tmp_path,))
    process.start()
    note = tmp_path / "partial" / f"models-{key_of(RECIPE)}" / "spent.json"
    while not note.exists():
        time.sleep(0.02)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    store = Store(tmp_path)
    with store.making("models", RECIPE):
        pass
    manifest = store.manifest("models", key_of(RECIPE))
    assert manifest["runs"] == 2
    assert manifest["seconds"] >= 0.1
    assert not list((tmp_path / "partial").iterdir())


def test_what_something_cost_is_no_part_of_its_key(tmp_path: Path) -> None:
    for root, photos in ((tmp_path / "one", 7), (tmp_path / "other", 8)):
        with Store(root).making("models", RECIPE) as workspace:
            assert workspace
            workspace.about["photos"] = photos
        manifest = Store(root).manifest("models", key_of(RECIPE))
        assert manifest["recipe"] == RECIPE
        assert (manifest["key"], manifest["photos"]) == (key_of(RECIPE), photos)
