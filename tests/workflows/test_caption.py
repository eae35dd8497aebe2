"""Photos of one's own: which are described, which are left out, and by what was fitted elsewhere."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import luigi
import PIL.Image
import pytest

from workflows.bundles.bundle import Bundle
from workflows.caption import Caption
from workflows.compare import Compare
from workflows.export import Export, licences
from workflows.sources import forget

DATASET = "scenes:train=20:val=2:test=3"


@pytest.fixture(autouse=True)
def _parrot(outside: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that is fitted at once, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    Path("parrot.toml").write_text('title = "A parrot"\n[stages]\ncaptions = "parrot"\n')


@pytest.fixture
def holiday(tmp_path: Path) -> Path:
    """Two good photos and two bad ones."""
    folder = tmp_path / "holiday"
    folder.mkdir()
    for name in ("a.png", "b.jpg"):
        PIL.Image.effect_noise((40, 30), 50).save(folder / name)
    (folder / "cut.jpg").write_bytes((folder / "b.jpg").read_bytes()[:300])
    (folder / "empty.png").touch()
    return folder


def run(task: luigi.Task) -> bool:
    forget()
    return bool(luigi.build([task], local_scheduler=True, log_level="WARNING"))


def caption(photos: Path, store: str = "store", **options: str) -> Caption:
    given = {"plan": "parrot.toml", "fit_on": DATASET, "out": "said", **options}
    return Caption(photos=(str(photos),), store=store, **given)


def from_bundle(photos: Path, store: str = "other", **options: str) -> Caption:
    return Caption(photos=(str(photos),), store=store, bundle="parrot.zip", out="said", **options)


def export(**options: str) -> Export:
    return Export(**{"plan": "parrot.toml", "fit_on": DATASET, "store": "store", "to": "parrot.zip", **options})


def written(name: str) -> Any:
    return json.loads(Path("said", name).read_text(encoding="utf-8"))


def artefacts(store: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(Path(store).glob("*/*")):
        if (path / "manifest.json").exists():
            found.setdefault(path.parent.name, []).append(path.name)
    return found


def test_bad_photos_end_the_run_before_anything_is_computed_and_all_are_named(
    holiday: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert not run(caption(holiday))
    said = capfd.readouterr().err
    assert "2 photos of folder all cannot be used; --on-bad-photo skip leaves them out\n" in said
    assert "cut.jpg" in said
    assert "empty.png" in said
    assert artefacts("store") == {}


def test_skipped_photos_are_listed_with_their_reasons_and_a_mended_one_is_described(
    holiday: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(caption(holiday, on_bad_photo="skip"))
    assert [item["image_id"] for item in written("captions.json")] == ["holiday/a.png", "holiday/b.jpg"]
    skipped = written("skipped.json")
    assert list(skipped) == [str(holiday / "cut.jpg"), str(holiday / "empty.png")]
    assert all("cannot be decoded" in reason for reason in skipped.values())
    page = Path("said/captions.html").read_text()
    assert "2 photos skipped" in page
    assert "--on-bad-photo skip" in page
    assert "(2 photos skipped)" in capfd.readouterr().err

    PIL.Image.effect_noise((20, 20), 50).save(holiday / "cut.jpg")
    assert run(caption(holiday, on_bad_photo="skip"))
    assert [item["image_id"] for item in written("captions.json")][-1] == "holiday/cut.jpg"
    assert list(written("skipped.json")) == [str(holiday / "empty.png")]


def test_a_photo_that_went_bad_is_listed_although_no_caption_changed(holiday: Path) -> None:
    (holiday / "cut.jpg").unlink()
    (holiday / "empty.png").unlink()
    assert run(caption(holiday))
    assert written("skipped.json") == {}
    assert "skipped" not in Path("said/captions.html").read_text()
    before = artefacts("store")
    (holiday / "late.jpg").touch()
    assert run(caption(holiday, on_bad_photo="skip"))
    assert list(written("skipped.json")) == [str(holiday / "late.jpg")]
    assert artefacts("store") == before


def test_nothing_but_bad_photos_is_an_error_also_when_they_are_skipped(
    holiday: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (holiday / "a.png").unlink()
    (holiday / "b.jpg").unlink()
    assert not run(caption(holiday, on_bad_photo="skip"))
    assert "not one photo of folder all can be used" in capfd.readouterr().err


def test_a_pipe_a_loop_and_a_name_that_is_not_utf8_are_photos_to_skip_or_describe(holiday: Path) -> None:
    os.mkfifo(holiday / "pipe.jpg")
    (holiday / "loop.jpg").symlink_to(holiday / "loop.jpg")
    (holiday / "folder.jpg").mkdir()
    PIL.Image.new("RGB", (9, 9)).save(holiday / os.fsdecode(b"caf\xe9.png"))
    assert run(caption(holiday, on_bad_photo="skip"))
    assert written("captions.json")[-1]["image_id"] == "holiday/caf\\xe9.png"
    assert {Path(path).name for path in written("skipped.json")} == {"cut.jpg", "empty.png", "pipe.jpg", "loop.jpg"}


def test_captions_json_holds_everything_the_captioner_said(holiday: Path) -> None:
    assert run(caption(holiday, on_bad_photo="skip"))
    first = written("captions.json")[0]
    assert set(first) == {"image_id", "caption", "captions"}
    assert first["captions"][0]["text"] == first["caption"]
    assert first["captions"][0]["words"] == first["caption"].split()


def test_comparison_lists_what_it_skipped(holiday: Path) -> None:
    Path("said.json").write_text(json.dumps({"a.png": "Noise."}))
    given = {"dataset": "album:holiday", "split": "all", "metrics": ("bleu",), "store": "store", "out": "said"}
    assert not run(Compare(plans=("said.json",), **given))
    assert run(Compare(plans=("said.json",), on_bad_photo="skip", **given))
    assert list(written("scores.json")["skipped"]) == [str(holiday / "cut.jpg"), str(holiday / "empty.png")]
    assert [item["image_id"] for item in written("captions/said.json")] == ["a.png"]
    assert "2 photos skipped" in Path("said/report.html").read_text()


def test_a_bundle_describes_photos_where_nothing_was_ever_fitted_as_the_store_does(holiday: Path) -> None:
    assert run(caption(holiday, on_bad_photo="skip"))
    expected = written("captions.json")
    assert run(export())
    shutil.rmtree("said")
    assert run(from_bundle(holiday, on_bad_photo="skip"))
    assert written("captions.json") == expected
    here, there = artefacts("store"), artefacts("other")
    assert (there["models"], there["resources"]) == (here["models"], here["resources"])
    assert there["columns"] == here["columns"]
    assert len(there["datasets"]) == 1  # the photos described
    assert "scenes:test=3:train=20:val=2" in Path("said/captions.html").read_text()


def test_export_fits_what_is_not_fitted_and_does_nothing_the_second_time() -> None:
    assert run(export())
    made = Path("parrot.zip").stat().st_mtime_ns
    bundle = Bundle(Path("parrot.zip"))
    assert bundle.plan.title == "A parrot"
    assert set(bundle.fingerprints) == {"train", "tune"}
    assert {"licences/LICENSE", "licences/NOTICE"} <= set(bundle.members)
    assert run(export())
    assert Path("parrot.zip").stat().st_mtime_ns == made
    assert run(export(swap="captions=parrot:score=0.1"))
    assert Path("parrot.zip").stat().st_mtime_ns != made


def test_a_damaged_bundle_of_ours_is_written_anew() -> None:
    assert run(export())
    whole = Path("parrot.zip").read_bytes()
    place = whole.index(b"Apache License")
    Path("parrot.zip").write_bytes(whole[:place] + b"X" + whole[place + 1 :])
    assert run(export())
    assert Path("parrot.zip").read_bytes() == whole


def test_somebody_elses_file_is_not_replaced_by_a_bundle(capfd: pytest.CaptureFixture[str]) -> None:
    Path("parrot.zip").write_text("my thesis")
    assert not run(export())
    assert "parrot.zip is there and no bundle" in capfd.readouterr().err
    assert Path("parrot.zip").read_text() == "my thesis"
    assert artefacts("store") == {}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"plan": "human"}, "captions/human hands on the truth"),
        ({"swap": "captions=from_file:path=x.json"}, "captions/from_file reads a file"),
    ],
)
def test_a_plan_that_cannot_travel_is_not_exported(
    options: dict[str, str], says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("x.json").write_text("{}")
    assert not run(export(**options))
    assert says in capfd.readouterr().err


def test_a_bundle_brings_its_plan_and_dataset(holiday: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(export())
    for options, named in (({"plan": "parrot.toml"}, "--plan"), ({"fit_on": DATASET}, "--fit-on")):
        assert not run(from_bundle(holiday, on_bad_photo="skip", **options))
        assert f"leave out {named}" in capfd.readouterr().err


def test_a_swap_that_needs_no_fit_works_on_a_bundle_and_another_is_named(
    holiday: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("x.json").write_text(json.dumps({"holiday/a.png": "Noise.", "holiday/b.jpg": "More noise."}))
    assert run(export())
    assert run(from_bundle(holiday, on_bad_photo="skip", swap="captions=from_file:x.json"))
    assert [item["caption"] for item in written("captions.json")] == ["Noise.", "More noise."]
    assert not run(from_bundle(holiday, on_bad_photo="skip", swap="captions=learns"))
    assert "reads attributes, which nothing writes" in capfd.readouterr().err


def test_what_a_bundle_fitted_serves_a_comparison_too() -> None:
    """`--fit-on bundle:FILE`: nothing is fitted, on photos that nobody fitted on."""
    assert run(export())
    given = {"plans": ("parrot.toml",), "dataset": "scenes:train=10:val=1:test=2", "metrics": ("bleu",), "out": "said"}
    assert run(Compare(fit_on="bundle:parrot.zip", store="other", **given))
    assert artefacts("other")["models"] == artefacts("store")["models"]
    assert len(artefacts("other")["datasets"]) == 1
    task = Compare(fit_on="bundle:parrot.zip", store="other", **given | {"metrics": ("bleu", "novelty")})
    assert task.missing == {"bleu": "", "novelty": "novelty: bundle:parrot.zip has no training photos"}


def test_a_comparison_that_has_to_fit_more_than_the_bundle_brings_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(export())
    given = {"plans": ("babytalk",), "dataset": "scenes:train=10:val=1:test=2", "metrics": ("bleu",), "out": "said"}
    assert not run(Compare(fit_on="bundle:parrot.zip", store="other", **given))
    assert "brings fitted stages, not photos to fit others on: give the dataset by --fit-on" in capfd.readouterr().err


def test_our_licences_are_found() -> None:
    assert {"LICENSE", "NOTICE"} <= set(licences())
    assert all(file.is_file() for file in licences().values())
