"""Choosing between systems from the command line's side: bounds, what is learned, captions that can be compared."""

import json
from pathlib import Path
from typing import Any

import luigi
import pytest

from pipeline.errors import BadOption, BadPlan
from workflows.sources import forget
from workflows.together.choose import Choose

DATASET = "scenes:train=240:val=2:test=12"
STAGES = '[stages]\ndetections = "oracle"\nattributes = "oracle"\nrelations = "oracle"\ngraph = "argmax"\n'
WAYS = {"short": "template:style=short", "few": "template:most_relations=0", "lone": "template:lone=a"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, captions in WAYS.items():
        Path(f"{name}.toml").write_text(f'{STAGES}captions = "{captions}"\n')


def chosen(**options: Any) -> Choose:
    given = {"plans": tuple(f"{name}.toml" for name in WAYS), "dataset": DATASET, "store": "store", "out": "out"}
    return Choose(**{**given, **options})


def test_the_best_choice_bounds_the_learned_one_and_every_plan(capfd: pytest.CaptureFixture[str]) -> None:
    forget()
    assert luigi.build([chosen()], local_scheduler=True, log_level="WARNING"), capfd.readouterr().err
    told = json.loads(Path("out/together.json").read_text(encoding="utf-8"))
    learned, best = told["choices"]
    alone = {plan["plan"]: plan["value"] for plan in told["plans"]}
    assert best["value"] >= max(learned["value"], *alone.values())
    assert best["above_best_alone"]["value"] == pytest.approx(best["value"] - alone[told["best_alone"]])
    assert sum(learned["speaks"].values()) == pytest.approx(1)
    said = json.loads(Path("out/chosen.json").read_text(encoding="utf-8"))
    assert len({item["image_id"] for item in said}) == len(said) == 12
    assert chosen().complete()


@pytest.mark.parametrize(
    ("plans", "names"), [(("short.toml",), "two or more"), (("short.toml", "human"), "'human' hands on people's")]
)
def test_one_plan_or_people_are_nothing_to_choose_from(plans: tuple[str, ...], names: str) -> None:
    with pytest.raises(BadPlan, match=names):
        _ = chosen(plans=plans).found


def test_the_photos_that_are_learned_from_are_not_reported_of() -> None:
    with pytest.raises(BadOption, match=r"--split tune of .* is what is learned from"):
        _ = chosen(split="tune").found
