"""On drawn scenes the truth is known: a stage broken on purpose is the one that is blamed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import luigi
import pytest

from pipeline.codec import decode
from pipeline.errors import BadOption, BadPlan, UnknownName
from workflows.attribution.ablate import Ablate
from workflows.attribution.terminal import print_ablation
from workflows.compare import Compare
from workflows.report.ablation import Ablation

BROKEN = {
    "detections": "mislabels",
    "attributes": "miscolours",
    "relations": "misplaces",
    "graph": "crosses",
    "captions": "mumbles",
}
SOUND = ("detections=oracle", "attributes=oracle", "relations=oracle", "graph=crf", "captions=template")
SCORE = "tuple_f1"
"""CIDEr-D would not do: of template prose it gives more to half the words."""
SMALL = "scenes:train=40:val=4:test=24"
FAST = ("relations", "captions")
"""Those tried in every run; the others are among the slow tests."""


def ablated(directory: Path, plan: str, dataset: str, **given: object) -> Ablation:
    out = directory / "out"
    task = Ablate(plan=plan, dataset=dataset, store=str(directory / "store"), out=str(out), **given)
    assert luigi.build([task], local_scheduler=True, log_level="WARNING")
    found: Ablation = decode(Ablation, json.loads((out / "ablation.json").read_text()))
    return found


def check_blamed(found: Ablation, field: str) -> None:
    """The stage is blamed for the whole and for more photos than any other."""
    assert found.replaced is not None
    shares = {share.field: share for share in found.replaced.shares}
    assert set(shares) == set(BROKEN)
    assert found.replaced.blamed == field
    assert shares[field].share.low > 0
    assert shares[field].at_fault == max(share.at_fault for share in shares.values()) > 0
    assert len(found.gains[field]) == 5


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all, so that text is read once."""
    return tmp_path_factory.mktemp("ablate")


@pytest.mark.xdist_group("one ablation")
@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize(
    "field", [pytest.param(field, marks=() if field in FAST else pytest.mark.slow) for field in BROKEN]
)
def test_a_stage_of_the_oracle_plan_broken_on_purpose_is_the_one_blamed(directory: Path, field: str) -> None:
    swap = (f"{field}={BROKEN[field]}",)
    check_blamed(ablated(directory, "babytalk_oracle", SMALL, swap=swap, by=SOUND, metric=SCORE), field)


@pytest.mark.slow
@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("field", BROKEN)
def test_a_broken_stage_is_blamed_among_stages_that_have_errors_of_their_own(tmp_path: Path, field: str) -> None:
    dataset, swap = "scenes:train=600:val=20:test=200", (f"{field}={BROKEN[field]}",)
    check_blamed(ablated(tmp_path, "babytalk", dataset, swap=swap, by=SOUND, metric=SCORE), field)


@pytest.mark.xdist_group("one ablation")
def test_a_comparison_says_what_the_stages_of_its_systems_cost(directory: Path) -> None:
    given: dict[str, Any] = {"dataset": SMALL, "store": str(directory / "store"), "swap": ("relations=prepositions",)}
    compared = Compare(
        plans=("babytalk_oracle", "human"), ablate=("babytalk_oracle",), out=str(directory / "both"), **given
    )
    assert luigi.build([compared], local_scheduler=True, log_level="WARNING")
    (found,) = json.loads((directory / "both" / "scores.json").read_text())["ablations"]
    alone = ablated(directory, "babytalk_oracle", SMALL, swap=given["swap"])
    assert alone.stand_ins == {"relations": "oracle"}
    assert replace(decode(Ablation, found), command="") == replace(alone, command="")
    page = (directory / "both" / "report.html").read_text()
    assert page.count("What its stages cost") == 1
    assert alone.verdict.split(" (")[0] in page
    with pytest.raises(UnknownName, match="babytalk_oracle"):
        _ = compared.clone(ablate=("babytalk",)).ablated
    with pytest.raises(BadOption, match="'human' to ablate is people's own captions"):
        _ = compared.clone(ablate=("human",)).ablated


def test_what_a_network_reads_of_another_photo_is_as_good_as_another_photos_caption(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It reads the grid alone, so both are the same captions."""
    small = ("captions=show_attend_tell:epochs=2:word=8:lstm=12:attention=8",)
    found = ablated(tmp_path, "show_attend_tell", "scenes:train=20:val=3:test=6", swap=small, metric=SCORE)
    assert found.replaced is None
    assert found.kept == {"grid": "has no oracle", "captions": "has no oracle"}
    assert found.foreign is not None
    (grid,) = found.foreign.shares
    assert grid.alone == found.floor == found.foreign.all
    assert grid.share.value == pytest.approx(found.floor.value - found.base.value)
    print_ablation(tmp_path / "out")
    assert "fields of other photos" in capsys.readouterr().out


def test_oracles_stand_in_where_there_are_some_and_the_truth_is_known() -> None:
    task = Ablate(plan="babytalk", dataset="scenes", by=("graph=argmax",)).replacing
    assert task.stand_ins == {"detections": "oracle", "attributes": "oracle", "relations": "oracle", "graph": "argmax"}
    assert task.kept == {"captions": "has no oracle"}
    assert len(task.replaced) == 16
    assert Ablate(plan="babytalk_oracle").replacing.kept["detections"] == "is its oracle already"
    assert Ablate(plan="att_lstm").replacing.stand_ins == {"concepts": "oracle"}
    assert Ablate(plan="att_lstm").replacing.foreign == ("grid", "concepts")


def test_what_cannot_be_asked_is_named() -> None:
    with pytest.raises(BadOption, match="should be field=stage"):
        _ = Ablate(plan="babytalk", by=("graph",)).replacing.stand_ins
    with pytest.raises(BadPlan, match="writes no grid"):
        _ = Ablate(plan="babytalk", by=("grid=cnn_grid",)).replacing.stand_ins
    with pytest.raises(BadPlan, match="reads grid, which nothing writes"):
        _ = Ablate(plan="babytalk", by=("captions=show_attend_tell",)).replacing.replaced
    with pytest.raises(UnknownName, match="CIDEr-D"):
        _ = Ablate(plan="babytalk", metric="CIDEr").replacing.metric_text
    with pytest.raises(BadOption, match="more is not better"):
        _ = Ablate(plan="babytalk", metric="CHAIR-i").replacing.metric_text
