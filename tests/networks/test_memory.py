"""Freed memory is kept for the next step within a training, and only there."""

import ctypes
import resource
from pathlib import Path

import pytest

from stages.networks.memory import freed_memory_kept

MANY = 2**26  # bytes: more than any threshold the C library comes to by itself
LIBRARY = ctypes.CDLL(None)
LIBRARY.malloc.restype, LIBRARY.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
LIBRARY.free.argtypes = [ctypes.c_void_p]

pytestmark = pytest.mark.skipif(not hasattr(LIBRARY, "gnu_get_libc_version"), reason="needs glibc")


def block() -> int:
    """A block of memory, written to."""
    place: int = LIBRARY.malloc(MANY)
    ctypes.memset(place, 1, MANY)
    return place


def new_pages() -> int:
    """Of ten blocks, each freed before the next, after a first."""
    LIBRARY.free(block())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        LIBRARY.free(block())
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def held() -> int:
    """Bytes of memory this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_within_no_page_is_new() -> None:
    outside = new_pages()
    with freed_memory_kept():
        within = new_pages()
    assert outside > 100 * max(within, 1)
    assert new_pages() > 100 * max(within, 1)


def test_afterwards_what_is_free_is_given_back() -> None:
    with freed_memory_kept():
        new_pages()
        within = held()
    assert within - held() > 0.9 * MANY


def test_what_is_not_free_stays_as_it_is() -> None:
    with freed_memory_kept():
        places = [block() for _ in range(3)]
        LIBRARY.free(places.pop(1))
    for place in places:
        assert ctypes.string_at(place, MANY) == b"\1" * MANY
        LIBRARY.free(place)


def test_it_ends_where_the_training_fails() -> None:
    @freed_memory_kept()
    def training() -> None:
        raise ValueError("it fails")

    with pytest.raises(ValueError, match="it fails"):
        training()
    assert new_pages() > 1000
