"""Memory that a step of a training has freed, kept for the next one.

The C library gives large blocks back to the system as soon as they are freed, and the next step's tensors are new
pages, each of which the kernel fills with zeros at first touch. A step whose tensors are tens of megabytes spends a
sixth of its time on that.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # of mallopt(3)
_NEVER, _NONE = -1, 0
_USUAL_TRIM, _USUAL_MAPS = 64 * 2**20, 65536  # what glibc settles on where large blocks come and go


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Within it, also as a decorator, freed memory stays with the process; what is free at the end is given back.

    Nothing happens where the C library is not glibc.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        yield
        return
    library.mallopt(_MMAP_MAX, _NONE)
    library.mallopt(_TRIM_THRESHOLD, _NEVER)
    try:
        yield
    finally:
        library.mallopt(_MMAP_MAX, _USUAL_MAPS)
        library.mallopt(_TRIM_THRESHOLD, _USUAL_TRIM)
        library.malloc_trim(0)
