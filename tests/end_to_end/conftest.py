"""One small run for all tests that look at it; they stay on one worker, so that it runs once."""

from pathlib import Path

import pytest

from tests.end_to_end.small import arguments, captionloom


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "ran" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("one run"))


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory, with a space in its name, where the small comparison has run."""
    directory = tmp_path_factory.mktemp("a run")
    outcome = captionloom(arguments(directory / "out", directory / "store"), directory)
    assert outcome.returncode == 0, outcome.stderr
    return directory
