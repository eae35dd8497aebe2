"""From a comparison to a page, and from answers to what they say, as the command line does it."""

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.errors import BadData, UnknownName
from workflows.cli import app
from workflows.people.compared import Compared
from workflows.people.key import Key

DATASET = "scenes:train=10:val=1:test=12"


def captionloom(*given: object) -> Result:
    return CliRunner().invoke(app, [str(item) for item in given], env={"COLUMNS": "200"})


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a comparison, whose files are made here, and the page of it in `judge`."""
    root = tmp_path_factory.mktemp("people")
    (root / "compared" / "captions").mkdir(parents=True)
    about = {"dataset": DATASET, "split": "test", "skipped": {}, "scores": [], "pairs": []}
    (root / "compared" / "scores.json").write_text(json.dumps(about))
    for plan in ("ann", "bob", "cat"):
        said = [{"image_id": f"test-{n:05}", "caption": f"{plan.title()[0]} says {n}."} for n in range(12)]
        (root / "compared" / "captions" / f"{plan}.json").write_text(json.dumps(said))
    where = ("--out", root / "judge", "--store", root / "store")
    outcome = captionloom("judge", root / "compared", "--questions", 18, "--repeats", 3, *where)
    assert outcome.exit_code == 0, outcome.output
    assert "21 questions (3 asked again) about 3 systems on 12 photos" in outcome.output
    return root


def answers(root: Path, judge: str, seed: int) -> Path:
    """A judge who mostly likes ann best and cat least."""
    key, chance = Key.read(root / "judge" / "key.json"), random.Random(seed)
    content = {
        "page": key.page,
        "judge": judge,
        "answers": [
            {"question": one.id, "choice": 1 + ((one.systems[0] > one.systems[1]) ^ (chance.random() < 0.2))}
            for one in key.questions
        ],
    }
    file = root / f"answers-{judge}.json"
    file.write_text(json.dumps(content))
    return file


def test_the_page_asks_about_the_photos_of_the_comparison(page: Path) -> None:
    text = (page / "judge" / "judge.html").read_text()
    assert text.count("data:image/jpeg;base64") == 12
    assert "ann" not in text.replace("cannot", "")


def test_judges_are_told_apart_and_systems_put_in_order(page: Path) -> None:
    files = [answers(page, judge, seed) for seed, judge in enumerate(("eve", "al"))]
    outcome = captionloom("judged", *files, "--key", page / "judge" / "key.json", "--out", page / "said")
    assert outcome.exit_code == 0, outcome.output
    content = json.loads((page / "said" / "judged.json").read_text())
    assert [one["system"] for one in content["standings"]] == ["ann", "bob", "cat"]
    assert sum(duel["wins"] + duel["losses"] + duel["undecided"] for duel in content["duels"]) == 36
    assert "judge eve: 18 answers" in outcome.output
    assert "of 3 repeats answered as before" in outcome.output


def test_bad_answers_are_an_exit_status(page: Path, capfd: pytest.CaptureFixture[str]) -> None:
    key = page / "judge" / "key.json"
    outcome = captionloom("judged", key, "--key", key, "--out", page / "no")
    assert outcome.exit_code == 1
    assert "key.json holds no answers of a page; ask the judge" in outcome.output + capfd.readouterr().err
    assert not (page / "no").exists()


def test_what_is_no_comparison_is_refused(page: Path, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"scores\.json cannot be read.*that `captionloom compare` wrote"):
        assert Compared(tmp_path).about
    with pytest.raises(UnknownName, match="did you mean 'ann'"):
        assert Compared(page / "compared", ("anm",)).files
    with pytest.raises(BadData, match="describes 'test-00000', which is no photo of its dataset now"):
        Compared(page / "compared").said(["test-00001"])
    (tmp_path / "captions").mkdir()
    (tmp_path / "captions" / "ann.json").write_text('[{"image": 1}]')
    with pytest.raises(BadData, match=r"ann\.json holds no captions"):
        Compared(tmp_path).said([])
