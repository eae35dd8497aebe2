"""Costs of systems against sums by hand, and dry runs against the runs that follow them."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import luigi
import PIL.Image
import pytest

from pipeline import registry
from stages.language import ptb
from tests.conftest import OUTSIDE
from workflows.caption import Caption
from workflows.compare import Compare
from workflows.costs.forecast import Forecast, forecast
from workflows.costs.printed import print_forecast, read_costs
from workflows.costs.recorded import Recorded
from workflows.costs.systems import SystemCost, system_costs
from workflows.export import Export
from workflows.sources import forget

DATASET = "scenes:train=20:val=2:test=3"
PLANS = {
    "parrot": '[stages]\ncaptions = "parrot"\n',
    "plain": '[stages]\ndetections = "oracle"\nattributes = "remembers"\ncaptions = "learns"\n',
}
PLANS["learner"] = PLANS["plain"] + "[folds]\nattributes = 2\n"


@pytest.fixture(autouse=True)
def _plans(outside: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans whose stages are fitted at once, in a directory of its own, and scores that start no Java."""
    _settle(tmp_path, monkeypatch)


def _settle(directory: Path, patch: pytest.MonkeyPatch) -> None:
    patch.chdir(directory)
    patch.setattr(ptb, "tokenise", lambda sentences: [text.lower() for text in sentences])
    for name, text in PLANS.items():
        Path(f"{name}.toml").write_text(text)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all three plans have been compared."""
    directory = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(OUTSIDE)
        registry._entry_points.cache_clear()
        _settle(directory, patch)
        assert run(compare(*PLANS))
    registry._entry_points.cache_clear()
    return directory


@pytest.fixture
def ran(made: Path) -> None:
    """The same here."""
    for name in ("store", "out"):
        shutil.copytree(made / name, name)


@pytest.fixture
def executed() -> Iterator[list[str]]:
    """The ids of the tasks that have run, in order."""
    found: list[str] = []

    def note(task: luigi.Task) -> None:
        found.append(task.task_id)

    luigi.Task.event_handler(luigi.Event.SUCCESS)(note)
    yield found
    luigi.Task.remove_event_handler(luigi.Event.SUCCESS, note)


def compare(*plans: str, dataset: str = DATASET, **options: Any) -> Compare:
    files = tuple(f"{plan}.toml" for plan in plans)
    return Compare(plans=files, dataset=dataset, metrics=("bleu",), store="store", out="out", **options)


def run(task: luigi.Task) -> bool:
    forget()
    return bool(luigi.build([task], local_scheduler=True, log_level="WARNING"))


def tree(root: str) -> dict[str, tuple[int, str]]:
    """Everything below a directory, with its time and content."""
    return {
        str(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in (Path(root), *sorted(Path(root).rglob("*")))
    }


def test_a_dry_run_says_the_tasks_that_then_run_in_an_order_they_can_run_in(executed: list[str]) -> None:
    told = forecast(compare("parrot", "learner"))
    assert not Path("store").exists()
    assert told.done == ()
    assert {each.seconds for each in told.todo} == {None}
    assert {each.why for each in told.todo} == {"unknown", "not recorded"}
    assert run(compare("parrot", "learner"))
    assert sorted(each.task for each in told.todo) == sorted(executed)
    place = {each.task: number for number, each in enumerate(told.todo)}
    pending: list[luigi.Task] = [compare("parrot", "learner")]
    while pending:
        task = pending.pop()
        for needed in luigi.task.flatten(task.requires()):
            assert place[needed.task_id] < place[task.task_id]
            pending.append(needed)


def test_a_dry_run_leaves_the_store_byte_for_byte_and_finds_what_is_done(ran: None, executed: list[str]) -> None:
    before = tree("store")
    other = compare("parrot", "plain", dataset="scenes:train=20:val=2:test=6")
    told = forecast(other)
    assert tree("store") == before
    assert any("fit captions/parrot" in work for work in told.done)
    executed.clear()
    assert run(other)
    assert sorted(each.task for each in told.todo) == sorted(executed)
    assert forecast(other).todo == ()


def known(told: Forecast, work: str) -> tuple[Any, ...]:
    (found,) = [each for each in told.todo if each.work == work]
    return found.photos, found.seconds, found.cpu_seconds, found.disk, found.memory, found.why


def rewrite(kind: str, change: Callable[[dict[str, Any]], None]) -> None:
    for file in Path("store").glob(f"{kind}/*/manifest.json"):
        manifest = json.loads(file.read_text())
        change(manifest)
        file.write_text(json.dumps(manifest))


def artefact(kind: str, stage: str = "parrot") -> Path:
    """Where the one of that stage is."""
    (found,) = [
        file.parent
        for file in Path("store").glob(f"{kind}/*/manifest.json")
        if json.loads(file.read_text())["recipe"]["stage"]["name"] == stage
    ]
    return found


def weight(directory: Path) -> int:
    return sum(file.stat().st_size for file in directory.iterdir() if file.name != "manifest.json")


def _say(manifest: dict[str, Any]) -> None:
    manifest |= {"seconds": 3.0, "cpu_seconds": 1.5, "peak_memory_bytes": 5 << 20}


def test_time_is_seconds_a_photo_of_what_is_recorded_times_photos(ran: None) -> None:
    for kind in ("columns", "models", "datasets", "scores"):
        rewrite(kind, _say)
    column_bytes, model_bytes = (weight(artefact(kind)) for kind in ("columns", "models"))
    told = forecast(compare("parrot", dataset="scenes:train=60:val=2:test=12"))
    expected = (12, 12.0, 6.0, column_bytes * 4, 5 << 20, "3 photos")
    assert known(told, "run captions/parrot on scenes test") == pytest.approx(expected)
    assert known(told, "fit captions/parrot") == pytest.approx((60, 9.0, 4.5, model_bytes, 5 << 20, "20 photos"))


def test_other_options_are_a_precedent_that_is_named_as_one(ran: None) -> None:
    told = forecast(compare("parrot", swap="captions=parrot:score=0.1"))
    assert known(told, "run captions/parrot on scenes test")[-1] == "3 photos, other options"


def _age(manifest: dict[str, Any]) -> None:
    """As manifests were before costs were recorded whole."""
    for name in ("photos", "parameters", "cpus", "runs", "device", "processes", "peak_memory_since"):
        manifest.pop(name, None)


def costs(*plans: str) -> tuple[SystemCost, ...]:
    forget()
    task = compare(*plans)
    return system_costs({plan.name: task.evaluation(plan).captions() for plan in task.found}, Recorded(task.stored))


def test_old_manifests_still_read_and_their_photos_are_those_of_their_splits(ran: None) -> None:
    (new,) = costs("learner")
    for kind in ("columns", "models", "datasets"):
        rewrite(kind, _age)
    (old,) = costs("learner")
    for before, after in ((new.fit, old.fit), (new.photo, old.photo)):
        assert replace(after, bound=False) == replace(before, bound=False)
    assert old.fit.bound
    assert all(stage.cost and stage.cost.bound for stage in old.stages)
    for split in Path("store/datasets").iterdir():
        shutil.rmtree(split)
    (bare,) = costs("learner")
    assert bare.photo.gaps == 3
    assert bare.fit.gaps == 0


def test_totals_are_sums_of_manifests_and_what_is_shared_is_marked(ran: None) -> None:
    learner, plain, parrot = costs("learner", "plain", "parrot")
    told = {
        system.system: {(stage.work, stage.made): stage.shared for stage in system.stages}
        for system in (learner, plain)
    }
    assert told["learner"] == {
        ("column", "detections/oracle, train"): True,
        ("fit", "attributes/remembers (part 1 of 2)"): False,
        ("fit", "attributes/remembers (part 2 of 2)"): False,
        ("column", "attributes/remembers, train"): False,
        ("fit", "attributes/remembers"): True,
        ("fit", "captions/learns"): False,
        ("caption", "detections/oracle"): True,
        ("caption", "attributes/remembers"): True,
        ("caption", "captions/learns"): False,
    }
    manifests = {file.parent.name: json.loads(file.read_text()) for file in Path("store").glob("*/*/manifest.json")}
    for system in (learner, plain, parrot):
        fits = [manifests[stage.key] for stage in system.stages if stage.work != "caption"]
        said = [manifests[stage.key] for stage in system.stages if stage.work == "caption"]
        assert system.fit.cpu_seconds == pytest.approx(sum(manifest["cpu_seconds"] for manifest in fits))
        assert system.fit.memory == max(manifest["peak_memory_bytes"] for manifest in fits)
        assert system.photo.seconds == pytest.approx(sum(manifest["seconds"] for manifest in said) / 3)
        assert system.photo.gaps == system.fit.gaps == 0
    assert read_costs(Path("out")) == costs(*PLANS)


def test_a_fold_learned_from_the_other_photos(ran: None) -> None:
    (system,) = costs("learner")
    photos = {(stage.work, stage.made): stage.cost.photos for stage in system.stages if stage.cost}
    assert photos["column", "detections/oracle, train"] == photos["fit", "attributes/remembers"] == 18
    assert (
        photos["fit", "attributes/remembers (part 1 of 2)"] == photos["fit", "attributes/remembers (part 2 of 2)"] == 9
    )


def test_the_manifest_of_a_fit_says_what_it_cost_and_its_recipe_does_not(ran: None) -> None:
    manifest = json.loads((artefact("models") / "manifest.json").read_text())
    assert manifest["photos"] == 20
    assert (manifest["device"], manifest["processes"], manifest["runs"]) in {("cpu", 1, 1), ("cuda", 1, 1)}
    assert "parameters" not in manifest
    assert set(manifest["recipe"]) == {"stage", "uses", "train", "tune"}


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"recipe": 3, "kind": "models", "files": {}}'])
@pytest.mark.parametrize("kind", ["datasets", "models", "scores"])
def test_an_artefact_without_a_manifest_that_can_be_read_is_nobodys_precedent(
    ran: None, kind: str, content: str | None
) -> None:
    before, recorded = costs("learner"), Recorded(compare("parrot").stored)
    stray = Path("store") / kind / ("0" * 32)
    stray.mkdir()
    if content is not None:
        (stray / "manifest.json").write_text(content)
    assert costs("learner") == before
    assert recorded.cost(kind, stray.name) is None
    assert recorded.nearest("models", {"stage": {"folder": "captions", "name": "parrot"}})


def test_the_costs_of_photos_whose_index_is_damaged_are_unknown(ran: None) -> None:
    for file in Path("store/datasets").glob("*/images/index.json"):
        file.write_text("{")
    forget()
    assert Recorded(compare("parrot").stored).counts == {}


def test_less_disk_than_is_expected_is_said(ran: None, capsys: pytest.CaptureFixture[str]) -> None:
    told = forecast(compare("parrot", dataset="scenes:train=20:val=2:test=6"))
    print_forecast(told)
    assert "less than" not in capsys.readouterr().out
    print_forecast(Forecast(told.done, told.todo, free=10))
    assert "which is less than what is expected" in capsys.readouterr().out


def test_luigi_takes_a_dry_run_for_done(executed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(compare("parrot", dry_run=True))
    assert executed == []
    assert not Path("out").exists()
    assert not Path("store").exists()
    assert "fit captions/parrot" in capsys.readouterr().out


def test_a_dry_run_over_photos_counts_them_and_remembers_nothing(ran: None, executed: list[str]) -> None:
    Path("holiday").mkdir()
    for name in ("a.png", "b.png"):
        PIL.Image.effect_noise((40, 30), 50).save(Path("holiday") / name)
    task = Caption(photos=("holiday",), plan="parrot.toml", fit_on=DATASET, store="store", out="said")
    forget()
    before = tree("store")
    told = forecast(task)
    assert tree("store") == before
    assert known(told, "run captions/parrot on folder all")[0] == 2
    executed.clear()
    assert run(task)
    assert sorted(each.task for each in told.todo) == sorted(executed)


def test_a_dry_run_takes_nothing_out_of_a_bundle(ran: None, executed: list[str]) -> None:
    assert run(Export(plan="parrot.toml", fit_on=DATASET, store="elsewhere", to="parrot.zip"))
    PIL.Image.effect_noise((40, 30), 50).save("a.png")
    before = tree("store")
    task = Caption(photos=("a.png",), bundle="parrot.zip", store="store", out="said")
    told = forecast(task)
    assert tree("store") == before
    assert [each.work.split()[0] for each in told.todo] == ["prepare", "run", "write"]
    executed.clear()
    assert run(task)
    assert sorted(each.task for each in told.todo) == sorted(executed)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda: Path("store/thesis.doc").write_text("mine"), "store is not a captionloom store"),
        (lambda: (artefact("models") / "state.json").unlink(), "doctor --repair --store"),
    ],
    ids=["foreign", "damaged"],
)
def test_a_store_that_cannot_be_used_is_named_as_it_is(
    harm: Callable[[], Any], says: str, made: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if "not a captionloom store" in says:
        Path("store").mkdir()
    else:
        shutil.copytree(made / "store", "store")
    harm()
    capfd.readouterr()
    assert not run(compare("parrot", dry_run=True, dataset="scenes:train=20:val=2:test=5"))
    said = capfd.readouterr().err
    assert says in said
    assert str(tmp_path / "store") in said
