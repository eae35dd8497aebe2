"""The inner tasks on what a run in small would not show: cross-fitting, a planted word, several processes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import luigi
import PIL.Image
import pytest

from pipeline.columns import Column, before_in_cycle
from pipeline.plan import Plan
from stages.datasets.folder import Folder
from workflows.parameters import HowToRun
from workflows.sources import forget
from workflows.tasks import Fit, Predict, Prepare

DATASET = "scenes:train=20:val=3:test=2"


def run(task: luigi.Task) -> None:
    forget()
    assert luigi.build([task], local_scheduler=True, log_level="WARNING")


def predict(plan: Plan, field: str, split: str, store: Path, learning: bool = False, processes: int = 1) -> Predict:
    how = HowToRun(store=str(store), processes=processes).text
    return Predict(plan=plan.text, field=field, fit_on=DATASET, on=DATASET, split=split, learning=learning, run_as=how)


def learned(store: Path, word: str) -> set[str]:
    """The kinds of artefact, of those that hold what was learned, in whose files a word stands."""
    files = [file for kind in ("resources", "models") for file in (store / kind).rglob("*") if file.is_file()]
    assert files
    return {file.relative_to(store).parts[0] for file in files if word.encode() in file.read_bytes()}


@pytest.mark.usefixtures("outside")
def test_a_word_planted_outside_the_training_photos_is_in_nothing_that_was_learned(tmp_path: Path) -> None:
    """The CRF and early stopping see `tune`, whose planted word must not stay with them either."""
    neural = "show_attend_tell:epochs=1:word=8:lstm=8:attention=8"
    for stages in (
        {
            "detections": "hog_svm:min_boxes=4",
            "attributes": "logistic",
            "relations": "prepositions",
            "graph": "crf",
            "captions": "template",
        },
        {"grid": "cnn_grid", "captions": neural},
    ):
        how = HowToRun(store=str(tmp_path)).text
        plan = Plan("", stages).text
        run(Predict(plan=plan, field="captions", fit_on="planted", on="planted", split="val", run_as=how))
    assert learned(tmp_path, "quokka") == {"resources", "models"}
    assert learned(tmp_path, "wombat") == set()


def words(task: Predict) -> set[str]:
    column = Column(task.output().path, "attributes")
    return {name for photo in column for item in photo for name, _ in item.scores}


@pytest.mark.usefixtures("outside")
def test_a_cross_fitted_column_is_made_by_models_that_did_not_see_the_photo(tmp_path: Path) -> None:
    plan = Plan("", {"detections": "oracle", "attributes": "remembers"})
    folded = Plan("", plan.stages, folds={"attributes": 3})
    plain = predict(plan, "attributes", "train", tmp_path / "store", learning=True)
    crossed = predict(folded, "attributes", "train", tmp_path / "store", learning=True)
    run(plain)
    run(crossed)
    assert words(plain) == {"seen"}
    assert words(crossed) == {"new"}
    assert Column(crossed.output().path, "attributes").ids == Column(plain.output().path, "attributes").ids


@pytest.mark.usefixtures("outside")
def test_a_plan_with_folds_lets_later_stages_learn_from_the_cross_fitted_column(tmp_path: Path) -> None:
    stages = {"detections": "oracle", "attributes": "remembers", "captions": "learns"}
    for folds, said in (({}, "seen"), ({"attributes": 2}, "new")):
        task = predict(Plan("", stages, folds=folds), "captions", "val", tmp_path / "store")
        run(task)
        assert {photo[0].text for photo in Column(task.output().path, "captions")} == {said}


@pytest.mark.usefixtures("outside")
def test_an_error_of_a_stage_names_the_stage(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    task = predict(Plan("", {"detections": "oracle", "attributes": "breaks"}), "attributes", "val", tmp_path)
    forget()
    assert not luigi.build([task], local_scheduler=True, log_level="WARNING")
    said = capfd.readouterr().err
    assert "internal error in attributes/breaks, ZeroDivisionError: integer division" in said


def test_a_photo_that_changes_before_it_is_read_is_not_stored_under_the_key_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    holiday, store = tmp_path / "holiday", tmp_path / "store"
    holiday.mkdir()
    for name in ("a.png", "b.png"):
        PIL.Image.new("RGB", (8, 8), "red").save(holiday / name)
    examples = Folder.examples

    def late(*given: Any) -> Any:
        PIL.Image.new("RGB", (9, 9), "blue").save(holiday / "b.png")
        return examples(*given)

    task = Prepare(dataset=f"folder:{holiday}", split="all", run_as=HowToRun(store=str(store)).text)
    with monkeypatch.context() as patched:
        patched.setattr(Folder, "examples", late)
        forget()
        assert not luigi.build([task], local_scheduler=True, log_level="WARNING")
    assert "changed while they were read; run again" in capfd.readouterr().err
    assert not list(store.glob("datasets/*"))
    assert not [file for file in store.glob("partial/**/*") if file.is_file() and file.name != "spent.json"]
    run(task)
    assert [image.width for image in Column(task.output().path / "images", "images")] == [8, 9]


def test_several_processes_answer_as_one(tmp_path: Path) -> None:
    plan = Plan("", {"detections": "oracle", "relations": "prepositions"})
    columns = []
    for processes in (1, 2):
        task = predict(plan, "relations", "train", tmp_path / f"store-{processes}", processes=processes)
        run(task)
        columns.append(list(Column(task.output().path, "relations")))
    assert columns[0] == columns[1]


def test_a_shared_detector_is_fitted_once(tmp_path: Path) -> None:
    one = Plan("", {"detections": "hog_svm", "attributes": "logistic"})
    other = Plan("", {"detections": "hog_svm", "relations": "prepositions"})
    tasks = [
        predict(plan.restrict(field), field, "val", tmp_path).columns()["detections"]
        for plan, field in ((one, "attributes"), (other, "relations"))
    ]
    assert tasks[0].task_id == tasks[1].task_id
    (fit,) = tasks[0].model_tasks()
    assert isinstance(fit, Fit)


@pytest.mark.usefixtures("outside")
def test_what_stands_in_is_described_from_and_not_learned_from(tmp_path: Path) -> None:
    plan = Plan("", {"detections": "oracle", "attributes": "sure", "captions": "learns"})
    stood = plan.stand_in("attributes", "oracle")
    tasks = [predict(each.restrict("captions"), "captions", "val", tmp_path) for each in (plan, stood)]
    for task in tasks:
        run(task)
    first, second = (task.model_tasks()[0] for task in tasks)
    assert first.task_id == second.task_id
    assert len(words(predict(plan.restrict("attributes"), "attributes", "val", tmp_path))) == 1
    assert len(words(tasks[1].columns()["attributes"])) > 1


def test_a_captioner_that_reads_another_photo_says_what_it_says_of_that_photo(tmp_path: Path) -> None:
    neural = "show_attend_tell:epochs=3:word=8:lstm=12:attention=8"
    plan = Plan("", {"grid": "cnn_grid", "captions": neural})
    said = []
    for each in (plan, replace(plan, foreign=("grid",))):
        task = predict(each, "captions", "train", tmp_path)
        run(task)
        said.append([photo[0].text for photo in Column(task.output().path, "captions")])
    own, foreign = said
    assert foreign == [own[place] for place in before_in_cycle(len(own))]
    assert foreign != own
