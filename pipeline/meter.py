"""What making something costs: seconds, CPU seconds and peak memory, of this process and of its workers.

Where the kernel has /proc, memory is the resident memory of the process and all it started, added up (pages they
share count for each): its own peak is the kernel's, that with workers is looked at every EVERY seconds. Elsewhere it
is the peak of the process's whole life, without workers, an upper bound for what it made last. CPU seconds are those
of the process, of children that ended, and of children that still run.
"""

import json
import os
import resource
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

EVERY = 0.2
NOTED = 25
"""Looks between notes of what was spent so far: one that is killed loses no more than these."""
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds and CPU seconds of so many runs together, and the peak of any: `peak_memory_since` says since when,
    "start" (of the making) or "birth" (of the process), which also stands where most of the peak was held before."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    peak_memory_since: str = "start"
    runs: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.seconds + other.seconds,
            self.cpu_seconds + other.cpu_seconds,
            max(self.peak_memory_bytes, other.peak_memory_bytes),
            "birth" if "birth" in (self.peak_memory_since, other.peak_memory_since) else "start",
            self.runs + other.runs,
        )

    def share(self, parts: int) -> "Spent":
        """Of work that served so many alike, the part of one."""
        return replace(self, seconds=self.seconds / parts, cpu_seconds=self.cpu_seconds / parts)


class Meter:
    """Measures its body; with a `note`, a file that outlives a kill, on top of what runs that did not finish noted."""

    def __init__(self, note: Path | None = None) -> None:
        self._note, self._before, self._most = note, _noted(note), 0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._since = "start" if _forget_peak() else "birth"
        self._held = _resident(os.getpid()) + _children()[0]
        self._began, self._cpu = perf_counter(), _children()[1] + _own_cpu()
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watch.join()
        self._spent = self._now()
        if kind:
            self._write(self._spent)

    @property
    def spent(self) -> Spent:
        """What the body, once it is over, and unfinished runs before it have spent."""
        return self._spent

    def add(self, earlier: Spent) -> None:
        """Count what was spent on the same thing elsewhere, as no further run."""
        self._before += replace(earlier, runs=0)

    def _look(self) -> None:
        looks = 0
        while not self._over.wait(EVERY):
            looks += 1
            self._most = max(self._most, _resident(os.getpid()) + _children()[0])
            if looks % NOTED == 0:
                self._write(self._now())

    def _now(self) -> Spent:
        resident, cpu = _children()
        most = max(self._most, _own_peak(), _resident(os.getpid()) + resident)
        since = self._since if most >= 2 * self._held else "birth"
        return self._before + Spent(perf_counter() - self._began, cpu + _own_cpu() - self._cpu, most, since, 1)

    def _write(self, spent: Spent) -> None:
        """In one piece; a disk that cannot take it has worse to tell elsewhere."""
        if self._note:
            fresh = self._note.with_suffix(".tmp")
            with suppress(OSError):
                fresh.write_text(json.dumps(asdict(spent)), encoding="utf-8")
                fresh.rename(self._note)


def _noted(note: Path | None) -> Spent:
    with suppress(OSError, ValueError, TypeError):
        return Spent(**json.loads(note.read_text(encoding="utf-8"))) if note else Spent()
    return Spent()


def _own_cpu() -> float:
    """Of this process and its children that ended and were waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _children() -> tuple[int, float]:
    """Bytes resident in all processes that this one started and that live, and the CPU seconds they have used."""
    found, pending = list[int](), [os.getpid()]
    while pending:
        for listed in _PROC.glob(f"{pending.pop()}/task/*/children"):
            with suppress(OSError):
                started = [int(process) for process in listed.read_text().split()]
                found += started
                pending += started
    return sum(map(_resident, found)), sum(map(_cpu, found))


def _resident(process: int) -> int:
    with suppress(OSError, LookupError):
        return int((_PROC / str(process) / "statm").read_text().split()[1]) * resource.getpagesize()
    return 0


def _cpu(process: int) -> float:
    """User and system time, its own and of its children that ended, from fields 14 to 17 of proc(5)."""
    with suppress(OSError, LookupError):
        fields = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _forget_peak() -> bool:
    """Let the kernel begin anew with the peak of this process; False where it does not offer that."""
    with suppress(OSError):
        (_PROC / "self" / "clear_refs").write_text("5")
        return True
    return False


def _own_peak() -> int:
    with suppress(OSError):
        for line in (_PROC / "self" / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
