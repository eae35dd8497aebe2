"""One bench a session: a small drawn dataset with everything that stages read."""

import pytest

from pipeline.bench import Bench


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """40 photos to learn from (4 of them tune), 6 to answer for."""
    return Bench(tmp_path_factory.mktemp("bench"), "scenes:train=40:val=6:test=2")
