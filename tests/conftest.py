"""One thread in every test, so that results do not hang on the number of cores; and packages from outside."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import registry

OUTSIDE = Path(__file__).parent / "contract" / "outside"


def pytest_configure() -> None:
    """Before any test loads torch, sklearn or cv2."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
        os.environ.setdefault(variable, "1")


@pytest.fixture
def outside() -> Iterator[None]:
    """The distribution `outside-stages`, as if it were installed."""
    sys.path.insert(0, str(OUTSIDE))
    registry._entry_points.cache_clear()
    yield
    sys.path.remove(str(OUTSIDE))
    registry._entry_points.cache_clear()
