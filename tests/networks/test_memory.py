"""Freed memory is kept for the next step within a training, and only there.

In processes of their own: what lies free in a process that has done other things decides what the C library does next.
"""

import ctypes
import json
import subprocess
import sys

import pytest

from stages.networks.memory import freed_memory_kept

pytestmark = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="needs glibc")

PROBE = """
import ctypes, json, resource
from pathlib import Path
from stages.networks.memory import freed_memory_kept

MANY = 2**26  # bytes: more than any threshold the C library comes to by itself
library = ctypes.CDLL(None)
library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
library.free.argtypes = [ctypes.c_void_p]

def block():
    place = library.malloc(MANY)
    ctypes.memset(place, 1, MANY)
    return place

def new_pages():
    library.free(block())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        library.free(block())
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

found = {"outside": new_pages()}
with freed_memory_kept():
    found["within"] = new_pages()
    kept = [block() for _ in range(3)]
    library.free(kept.pop(1))
    before = held()
found["given_back"] = before - held()
found["whole"] = all(ctypes.string_at(place, MANY) == bytes([1]) * MANY for place in kept)
for place in kept:
    library.free(place)
try:
    with freed_memory_kept():
        raise ValueError
except ValueError:
    found["after_a_failure"] = new_pages()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, float]:
    """What a fresh process counted: new pages of ten blocks that were freed one after the other, and bytes."""
    told = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    counted: dict[str, float] = json.loads(told.stdout)
    return counted


def test_within_no_page_is_new(found: dict[str, float]) -> None:
    assert found["outside"] > 100 * max(found["within"], 1)


def test_afterwards_what_is_free_is_given_back_and_the_rest_is_whole(found: dict[str, float]) -> None:
    assert found["given_back"] > 0.9 * 2**26
    assert found["whole"]


def test_it_ends_where_the_training_fails(found: dict[str, float]) -> None:
    assert found["after_a_failure"] > 100

    @freed_memory_kept()
    def training() -> None:
        raise ValueError("it fails")

    with pytest.raises(ValueError, match="it fails"):
        training()
