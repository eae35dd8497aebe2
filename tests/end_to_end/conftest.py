"""One small run for all tests that look at it; they stay on one worker, so that it runs once."""

import shutil
from pathlib import Path

import pytest

from tests.end_to_end.in_process import CAPTION, CommandLine, prepare
from tests.end_to_end.small import arguments, captionloom


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
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


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a plan was fitted and has described two photos."""
    directory = tmp_path_factory.mktemp("finished")
    prepare(directory)
    return directory


@pytest.fixture
def command_line(
    outside: None,
    finished: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> CommandLine:
    """The command line in a copy of it."""
    run = CommandLine(capfd)
    if not (finished / "store").exists():
        monkeypatch.chdir(finished)
        assert run(*CAPTION.split(), "photos").status == 0
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return run
