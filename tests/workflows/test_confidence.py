"""Confidence as people call it: learnt on tune, judged elsewhere, and captions withheld."""

import json
from pathlib import Path
from typing import Any

import luigi
import numpy as np
import pytest

from pipeline.errors import BadOption, BadPlan
from pipeline.records import Caption as Said
from pipeline.records import Image, Scene
from stages.analysis.calibration import Calibrator, area, calibration_error, risks
from stages.analysis.signs import SIGNS
from workflows.caption import Caption
from workflows.confidence.confidence import Confidence
from workflows.confidence.withheld import withheld
from workflows.sources import forget

DATASET = "scenes:train=200:val=2:test=12"
PLAN = (
    '[stages]\ndetections = "oracle"\nattributes = "oracle"\nrelations = "oracle"\ngraph = "argmax"\n'
    'captions = "template:style=short"\n'
)
GOOD = 0.02


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("true.toml").write_text(PLAN)


def run(task: luigi.Task) -> bool:
    forget()
    return bool(luigi.build([task], local_scheduler=True, log_level="WARNING"))


def written(name: str) -> Any:
    return json.loads(Path("out", name).read_text(encoding="utf-8"))


def confidence(**options: Any) -> Confidence:
    given = {"plans": ("true.toml",), "dataset": DATASET, "good": GOOD, "store": "store", "out": "out"}
    return Confidence(**{**given, **options})


def test_confidence_is_learnt_on_tune_alone_and_tells_what_it_is_worth(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(confidence()), capfd.readouterr().err
    (told,) = written("confidence.json")["plans"]
    assert told["photos"] == len(told["confidences"]) == len(told["risks"]) == 12
    sure = np.array(list(told["confidences"].values()))
    assert ((sure > 0) & (sure < 1)).all()
    assert told["area_by_chance"] == pytest.approx(1 - told["share_good"])
    assert told["area_of_an_oracle"] <= told["area"]
    assert told["calibration_error_interval"][0] <= told["calibration_error"] <= told["calibration_error_interval"][1]
    assert told["risks"][-1] == pytest.approx(told["area_by_chance"])
    assert Path("out/risk.svg").read_text().startswith("<svg")
    good = np.array([told["good"][photo] for photo in told["confidences"]])
    assert told["share_good"] == pytest.approx(good.mean())
    assert risks(sure, good) == pytest.approx(told["risks"])
    assert area(sure, good) == pytest.approx(told["area"])
    assert calibration_error(sure, good) == pytest.approx(told["calibration_error"])
    # another split, the same calibrator
    models = sorted(Path("store/models").iterdir())
    assert run(confidence(split="val", out="val"))
    assert sorted(Path("store/models").iterdir()) == models


def test_where_no_caption_is_good_the_error_says_what_would_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert not run(confidence(good=1.0))
    said = capfd.readouterr().err
    assert "0 of 20 captions are good" in said
    assert "give another --good than 1" in said


def test_peoples_captions_are_not_calibrated() -> None:
    with pytest.raises(BadPlan, match="people's captions"):
        confidence(plans=("human",)).requires()


def test_a_bundle_has_nothing_to_calibrate_by() -> None:
    with pytest.raises(BadOption, match="give --plan and --fit-on"):
        Caption(photos=("a.png",), bundle="some.zip", min_confidence=0.5).calibration()


def test_captions_below_the_bound_are_withheld_with_a_word_and_all_others_stay() -> None:
    calibrator = Calibrator(SIGNS, (0.0,) * 12, (1.0,) * 12, (1.0, *[0.0] * 11), -3.0)  # by the number of words
    texts = ("A dog.", "A dog runs on the grass.", "")
    scenes = [
        Scene(Image(text, "", 9, 9, ""), {"captions": (Said(text, tuple(text.split())),) if text else ()})
        for text in texts
    ]
    kept, sure = withheld(scenes, calibrator, 0.5)
    assert sure == pytest.approx({texts[0]: 1 / (1 + np.exp(1)), texts[1]: 1 / (1 + np.exp(-3))})
    assert kept[0].captions[0].text == "withheld: confidence .27 < .50"
    assert len(kept[0].captions) == 1
    assert kept[1:] == scenes[1:]


@pytest.mark.parametrize(
    ("confidence", "least", "told"),
    [
        (0.29, 0.5, ".29 < .50"),
        (0.4994, 0.5, ".499 < .500"),
        (0.49996, 0.5, ".49996 < .50000"),
        (0.1, 0.505, ".100 < .505"),
        (0.999, 1.0, ".999 < 1.000"),
        (0.4999999999, 0.5, ".4999999999 < .5000000000"),
    ],
)
def test_a_confidence_is_told_with_the_digits_that_show_it_to_be_below(
    confidence: float, least: float, told: str
) -> None:
    calibrator = Calibrator(SIGNS, (0.0,) * 12, (1.0,) * 12, (0.0,) * 12, float(np.log(confidence / (1 - confidence))))
    scene = Scene(Image("a", "", 9, 9, ""), {"captions": (Said("A dog.", ("A", "dog.")),)})
    ((kept,), _) = withheld([scene], calibrator, least)
    assert kept.captions[0].text == f"withheld: confidence {told}"


def test_a_dry_run_expects_calibrators_too_and_stumbles_over_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(confidence(dry_run=True))
    assert "calibrate" in capsys.readouterr().out
    assert run(confidence())
    assert run(confidence(out="again", good=0.03, dry_run=True))
    said = capsys.readouterr()
    assert "done: run captions/template" in said.out
    assert not said.err.strip().startswith("captionloom: internal")
