"""The substitution matrix: every combination once, only what changed made anew, what cannot work named."""

import json
from pathlib import Path

import luigi
import PIL.Image
import pytest

from pipeline.errors import BadPlan, UnknownName
from pipeline.records import FIELDS
from workflows.attribution.substitute import Substitute
from workflows.attribution.terminal import print_substitution

SMALL = "scenes:train=20:val=3:test=12"


def test_every_combination_is_scored_and_what_cannot_work_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    task = Substitute(
        plan="babytalk_oracle",
        dataset=SMALL,
        swap=("graph=argmax",),
        relations=("oracle", "prepositions"),
        captions=("template", "template:style=short", "show_attend_tell"),
        metrics=("bleu",),
        store=str(tmp_path / "store"),
        out=str(tmp_path / "out"),
    )
    assert luigi.build([task], local_scheduler=True, log_level="WARNING")
    told = json.loads((tmp_path / "out" / "substitution.json").read_text())
    tried = [tuple(row["stages"].values()) for row in told["combinations"]]
    assert tried == [
        (relations, captions)
        for relations in ("oracle", "prepositions")
        for captions in ("template", "template:style=short")
    ]
    assert all({score["metric"] for score in row["scores"]} >= {"BLEU-1", "BLEU-4"} for row in told["combinations"])
    assert all(score["interval"] for row in told["combinations"] for score in row["scores"])
    assert [row["stages"]["captions"] for row in told["left_out"]] == ["show_attend_tell"] * 2
    assert "reads grid, which nothing writes" in told["left_out"][0]["reason"]
    columns = list((tmp_path / "store" / "columns").iterdir())
    assert len(columns) == 2 + 2 + 2 + 4  # boxes and attributes, then relations, graphs and captions of their own
    print_substitution(tmp_path / "out")
    printed = capsys.readouterr().out
    assert "left out: relations=oracle captions=show_attend_tell" in printed
    assert "METEOR" not in printed
    assert task.complete()


def test_fields_are_given_as_lists() -> None:
    task = Substitute(plan="babytalk", detections="oracle,nanodet", graph="crf,argmax")
    assert task.alternatives == {"detections": ("oracle", "nanodet"), "graph": ("crf", "argmax")}


def test_a_field_that_nothing_reads_is_refused() -> None:
    task = Substitute(plan="babytalk", grid=("cnn_grid",), graph=("crf", "argmax"), dataset="scenes")
    with pytest.raises(BadPlan, match="nothing in plan 'babytalk' reads grid; leave out --grid"):
        _ = task.combinations


def test_every_field_can_be_substituted() -> None:
    assert set(FIELDS) <= {name for name, _ in Substitute.get_params()}


def test_what_is_no_field_or_has_no_stages_is_named() -> None:
    with pytest.raises(BadPlan, match="no stages to substitute"):
        _ = Substitute(plan="babytalk").alternatives
    with pytest.raises(UnknownName, match="argmax"):
        _ = Substitute(plan="babytalk", graph=("argmaks",)).alternatives


def test_metrics_that_need_what_nobody_annotated_are_left_out(tmp_path: Path) -> None:
    photo = tmp_path / "one.png"
    PIL.Image.new("RGB", (32, 32), "red").save(photo)
    (tmp_path / "captions.txt").write_text("file,caption\none.png,a red square\none.png,all red\n")
    on = f"folder:paths={tmp_path}:captions={tmp_path / 'captions.txt'}"
    task = Substitute(plan="human", dataset=on, split="all", captions=("human",), store=str(tmp_path / "store"))
    (scored,) = task.scored.values()
    assert "bleu" in scored.metrics
    assert "grounding" not in scored.metrics
