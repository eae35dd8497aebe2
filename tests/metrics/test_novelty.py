"""Novelty: sentences compared word for word with those of the training photos."""

import json
from pathlib import Path

import luigi
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData, BadOption
from pipeline.records import Truth
from pipeline.stage import Resources
from stages.metrics.novelty import NOVEL, Novelty
from stages.resources.training_captions import TrainingCaptions
from workflows.compare import Compare
from workflows.outer import NOBODY
from workflows.sources import forget

TRAIN = [Truth("1", ("A dog runs.", "The dog's ball!")), Truth("2", ()), Truth("3", ("Two cats sit, asleep.",))]


def test_capitals_and_punctuation_make_no_sentence_new_and_another_word_does() -> None:
    novelty = Novelty(NoOptions())
    novelty.resources = Resources({"training_captions": TrainingCaptions(NoOptions()).fit(TRAIN, Resources())})
    said = ["a dog runs", "The dog's ball.", "Two cats sit asleep", "A dog runs fast.", "Dog runs.", ""]
    rows = novelty.statistics(said, [["a"]] * 6)
    assert rows.ravel().tolist() == [0, 0, 0, 1, 1, 1]
    assert novelty.aggregate(rows) == {NOVEL: 0.5}


def test_without_training_captions_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(BadData, match="no training photo has a caption"):
        TrainingCaptions(NoOptions()).fit([Truth("1")], Resources())


def test_who_borrows_sentences_says_nothing_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "borrows.toml").write_text('from = "every_picture_oracle"\n')
    given = {"dataset": "scenes:train=30:val=2:test=12", "metrics": ("novelty",), "store": "store", "out": "out"}
    forget()
    plans = ("borrows.toml", "human")
    assert luigi.build([Compare(plans=plans, **given)], local_scheduler=True, log_level="WARNING")
    scores = json.loads(Path("out/scores.json").read_text())["scores"]
    found = {(one["plan"], one["references"]): one["value"] for one in scores}
    assert found["borrows", "all"] == found["borrows", "leave_one_out"] == 0.0
    assert found["human", "leave_one_out"] > 0.5
    assert "word for word" in Path("out/report.html").read_text()
    forget()
    with pytest.raises(BadOption, match=f"no metric can judge here: {NOBODY.format('novelty')}; name others"):
        Compare(plans=("human",), **given).output()
    given |= {"metrics": ("novelty", "rouge")}
    assert Compare(plans=("human",), **given).missing == {"novelty": NOBODY.format("novelty"), "rouge": ""}
