"""Who may import whom, and what may be imported to look at a stage, a plan or a finished run."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "torchvision", "timm", "sklearn", "cv2", "spacy", "pytoulbar2", "pycocoevalcap", "transformers")

_BLOCKED = f"""
import importlib.abc, sys
class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY!r}:
            raise ImportError(name + " must be imported inside fit or predict")
sys.meta_path.insert(0, Block())
"""


def test_layers_and_independence_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([tool], cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout


def test_every_plug_in_imports_without_heavy_libraries() -> None:
    code = _BLOCKED + (
        "from pipeline.registry import FOLDERS, get, registered\n"
        "print(len([get(folder, name) for folder in FOLDERS for name in registered(folder)]))"
    )
    outcome = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    assert int(outcome.stdout) >= 20


def test_the_workflows_and_the_report_import_without_heavy_libraries() -> None:
    code = _BLOCKED + "import workflows, workflows.cli, workflows.terminal, workflows.report.page"
    outcome = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr


def test_stage_files_are_named_after_their_stage_and_their_field() -> None:
    from pipeline.records import FIELDS
    from pipeline.registry import get, registered

    for field in FIELDS:
        for name in registered(field):
            kind = get(field, name)
            assert (kind.writes, kind.name) == (field, name)
            assert kind.__doc__, f"{field}/{name} has no docstring"


def test_no_file_has_a_name_that_says_nothing() -> None:
    silent = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py", "base.py"}
    assert not [
        path
        for part in ("pipeline", "stages", "workflows")
        for path in (ROOT / part).rglob("*.py")
        if path.name in silent
    ]
