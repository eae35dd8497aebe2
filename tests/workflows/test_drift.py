"""Features in the store against their extractor."""

import json
from pathlib import Path

import luigi
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from pipeline.columns import Column
from pipeline.plan import Plan
from workflows.parameters import HowToRun
from workflows.sources import forget
from workflows.tasks import Predict

DATASET = "scenes:train=20:val=3:test=2"
PLAN = Plan("", {"grid": "cnn_grid:size=64", "captions": "nearest_neighbour"})


def task(field: str, split: str, store: Path) -> Predict:
    plan = PLAN.restrict(field).text
    how = HowToRun(store=str(store)).text
    return Predict(plan=plan, field=field, fit_on=DATASET, on=DATASET, split=split, run_as=how)


def built(work: luigi.Task) -> bool:
    forget()
    return bool(luigi.build([work], local_scheduler=True, log_level="WARNING"))


def change(directory: Path, share: float, made_by: str) -> None:
    """Move every feature by a share of the largest, as if another release of a library had made it."""
    file = directory / "000000.safetensors"
    arrays = {
        name: (array + share * np.abs(array).max()).astype(array.dtype) for name, array in load_file(file).items()
    }
    save_file(arrays, file)
    manifest = json.loads((directory / "manifest.json").read_text())
    manifest["files"][file.name]["bytes"] = file.stat().st_size
    manifest["versions"]["timm"] = made_by
    (directory / "manifest.json").write_text(json.dumps(manifest))


def test_features_of_another_library_are_used_while_they_are_the_same_and_refused_when_they_are_not(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    grid = task("grid", "test", tmp_path)
    assert built(grid)
    change(grid.output().path, 0.001, "0.0.1")
    assert built(task("captions", "test", tmp_path))
    kept = Column(grid.output().path, "grid")[0]
    captions = task("captions", "test", tmp_path).output().path
    captions.rename(tmp_path / "aside")
    change(grid.output().path, 0.1, "0.0.1")
    assert not built(task("captions", "test", tmp_path))
    said = capfd.readouterr().err
    assert "no longer is what grid/cnn_grid" in said
    assert "it was made by timm 0.0.1" in said
    assert np.abs(Column(grid.output().path, "grid")[0] - kept).max() > 0.05
