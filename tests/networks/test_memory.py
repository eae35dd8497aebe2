"""Freed memory is kept for the next step within a training, and only there."""

import ctypes
import resource
from pathlib import Path

import numpy as np
import pytest
import torch

from stages.networks.memory import freed_memory_kept

MANY = 2**24  # floats: 64 MiB, more than any threshold the C library comes to by itself

pytestmark = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="needs glibc")


def new_pages() -> int:
    """Of ten tensors, each freed before the next."""
    torch.ones(MANY)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        torch.ones(MANY)
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
    assert within - held() > 4 * MANY * 0.9


def test_what_is_not_free_stays_as_it_is() -> None:
    with freed_memory_kept():
        made = [torch.full((MANY,), float(value)) for value in range(3)]
        del made[1]
        new_pages()
    assert np.array_equal([float(part.max()) for part in made], [0, 2])


def test_it_ends_where_the_training_fails() -> None:
    @freed_memory_kept()
    def training() -> None:
        raise ValueError("it fails")

    with pytest.raises(ValueError, match="it fails"):
        training()
    assert new_pages() > 1000
