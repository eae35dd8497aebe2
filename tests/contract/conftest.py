"""One bench a session: a small drawn dataset with everything that stages read, and packages from outside."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import registry
from pipeline.checks import Bench

OUTSIDE = Path(__file__).parent / "outside"


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """40 photos to learn from (4 of them tune), 6 to answer for."""
    return Bench(tmp_path_factory.mktemp("bench"), "scenes:train=40:val=6:test=2", {"grid": "cnn_grid"})


@pytest.fixture
def outside() -> Iterator[None]:
    """The distribution `outside-stages`, as if it were installed."""
    sys.path.insert(0, str(OUTSIDE))
    registry._entry_points.cache_clear()
    yield
    sys.path.remove(str(OUTSIDE))
    registry._entry_points.cache_clear()
