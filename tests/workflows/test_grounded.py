"""What is boxed, in a comparison: scored from captions, boxes and truth, and not where nobody knows boxes."""

import json
from pathlib import Path

import luigi
import PIL.Image
import pytest

from stages.metrics.grounding import MASS, NOUNS, OVERLAP, POINTING, SHOWN
from stages.metrics.presence import PRECISION
from workflows.compare import Compare
from workflows.sources import forget

ORACLES = "".join(f'{field} = "oracle"\n' for field in ("detections", "attributes", "relations"))
TRUE = f'[stages]\n{ORACLES}graph = "argmax"\ncaptions = "template"\n'


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_sentences_made_of_true_boxes_are_grounded_and_peoples_have_no_evidence() -> None:
    Path("true.toml").write_text(TRUE)
    given = {"dataset": "scenes:train=10:val=2:test=4", "metrics": ("grounding",), "store": "store", "out": "out"}
    forget()
    assert luigi.build([Compare(plans=("true.toml", "human"), **given)], local_scheduler=True, log_level="WARNING")
    scores = json.loads(Path("out/scores.json").read_text())["scores"]
    found = {(item["plan"], item["metric"]): item for item in scores if item["references"] == "leave_one_out"}
    assert [found["true", name]["value"] for name in (SHOWN, POINTING, MASS, OVERLAP)] == [1.0, 1.0, 1.0, 1.0]
    assert found["human", NOUNS]["value"] > 0
    assert found["human", SHOWN]["value"] == 0.0
    assert found["human", POINTING]["value"] is None
    assert "Of the nouns that name a boxed thing" in Path("out/report.html").read_text()


def test_where_no_boxes_are_known_grounding_is_missing_with_the_reason() -> None:
    Path("album").mkdir()
    PIL.Image.new("RGB", (9, 9)).save("album/a.png")
    Path("album/captions.csv").write_text("file,caption,split\na.png,A dot.,test\n")
    task = Compare(plans=("human",), dataset="folder:album", metrics=("grounding", "rouge"), store="store")
    forget()
    assert task.missing == {"grounding": "grounding: photos of folder have no true detections", "rouge": ""}


def test_captions_of_some_photos_are_compared_with_others_by_what_is_boxed_there(
    capfd: pytest.CaptureFixture[str],
) -> None:
    Path("true.toml").write_text(TRUE)
    said = [{"image_id": f"test-{place:05d}", "caption": "A dog near a cat."} for place in (*range(12), 99)]
    Path("some.json").write_text(json.dumps(said))
    given = {"dataset": "scenes:train=10:val=2:test=16", "metrics": ("presence",), "store": "store", "out": "out"}
    forget()
    plans = ("true.toml", "human", "some.json")
    assert luigi.build([Compare(plans=plans, **given)], local_scheduler=True, log_level="WARNING")
    content = json.loads(Path("out/scores.json").read_text())
    found = {item["plan"]: item for item in content["scores"] if item["metric"] == PRECISION}
    assert found["true"]["value"] == 1.0
    assert found["human"]["value"] > 0.9
    assert found["some"]["value"] < 0.5
    told = [one for one in content["pairs"] if one["metric"] == PRECISION and one["references"] == "all"]
    photos = {frozenset((one["higher"], one["lower"])): one["photos"] for one in told}
    assert photos[frozenset(("true", "some"))] == photos[frozenset(("human", "some"))] == 12
    assert photos[frozenset(("true", "human"))] == 16
    page = Path("out/report.html").read_text()
    assert "somebody boxed wherever they are seen" in page
    assert "1 of its 13 captions are of no photo of this split: &#39;test-00099&#39;" in page
    assert "some: 1 of its 13 captions are of no photo" in capfd.readouterr().err
