"""Processes that do one piece of work together, told of each other in the environment as by torchrun."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from pipeline.errors import CaptionloomError, ProcessFailed

_WAITED = 5.0  # seconds for a process to end by itself


@contextmanager
def together(count: int, work: Callable[..., Any], *given: Any) -> Iterator[None]:
    """Run `work(*given)` in `count - 1` further processes while the body does the same in this one, the first.

    What they give is dropped; none of them outlives the body.

    Raises:
        ProcessFailed: if one of them failed, which the body may have noticed as a lost connection.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1]), "WORLD_SIZE": str(count)}
    before, others = dict(os.environ), []
    try:
        for rank in reversed(range(count)):
            os.environ.update(place, RANK=str(rank), LOCAL_RANK=str(rank))
            if rank:
                others.append(get_context("spawn").Process(target=_quietly, args=(work, given), daemon=True))
                others[-1].start()
        lost: RuntimeError | None = None
        try:
            yield
        except RuntimeError as error:
            lost = error
        for other in others:
            other.join(_WAITED if lost else None)
        ended = [other.exitcode for other in others if other.exitcode]
        if ended:
            raise ProcessFailed(
                f"{len(ended)} of {count} processes that work together ended with status {ended[0]}: see its message"
                " above, or work in one process"
            ) from lost
        if lost:
            raise lost
    finally:
        for other in others:
            other.kill()
        os.environ.clear()
        os.environ.update(before)


def _quietly(work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """Our own errors in one line."""
    try:
        work(*given)
    except CaptionloomError as error:
        raise SystemExit(f"captionloom: {error}") from None
