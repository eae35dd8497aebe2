"""What a bundle holds, that it comes out as it went in, and that nothing else gets in."""

import json
import os
import shutil
import stat
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.errors import BadBundle, BadPlan, CaptionloomError, StoreError
from pipeline.keys import Recipes, Source, key_of
from pipeline.manifest import damage
from pipeline.plan import Plan
from pipeline.store import Store
from workflows.bundles.bundle import Bundle, Bundled
from workflows.bundles.packing import write_bundle
from workflows.bundles.portable import answering, check_portable, needed

PLAN = Plan("mine", {"captions": "parrot"}, title="A parrot")
DATASET = "scenes:train=20:val=1:test=1"


@pytest.fixture(autouse=True)
def _outside(outside: None) -> None:
    """Parrots come from there."""


def fitted(root: Path, plan: Plan = PLAN) -> tuple[Store, Recipes]:
    """A store with what a plan needs; the files in it are nobody's model."""
    store = Store(root)
    recipes = Recipes(plan, Source(DATASET, store.photos()))
    made: list[tuple[str, dict[str, Any]]] = [("models", recipes.model(written)) for written in answering(plan)]
    made += [("resources", recipes.resource(name)) for written in answering(plan) for name in plan.uses(written)]
    for kind, recipe in made:
        with store.making(kind, recipe) as workspace:
            if workspace:
                (workspace.out / "state.json").write_text(json.dumps({"said_": "A dog."}))
                (workspace.out / "weights").mkdir()
                (workspace.out / "weights" / "a b.bin").write_bytes(bytes(range(256)) * 20)
    return store, recipes


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "LICENSE").write_text("yours")
    store, recipes = fitted(tmp_path / "store")
    write_bundle(tmp_path / "mine.zip", recipes, store, {"LICENSE": tmp_path / "LICENSE"})
    return tmp_path / "mine.zip"


def contents(root: Path) -> dict[str, bytes]:
    files = (path for kind in ("models", "resources") for path in (root / kind).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_a_bundle_comes_out_as_it_went_in(bundle: Path, tmp_path: Path) -> None:
    other = Store(tmp_path / "other")
    Bundle(bundle).install(other)
    assert contents(other.root) == contents(tmp_path / "store")
    assert all(not list(damage(artefact, deep=True)) for artefact in other.artefacts())
    assert list((other.root / "partial").glob("*")) == []


def test_a_bundle_is_opened_once_however_many_artefacts_it_holds(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, other, times = Bundle(bundle), Store(tmp_path / "other"), []
    read = zipfile.ZipFile
    monkeypatch.setattr(zipfile, "ZipFile", lambda file: times.append(file) or read(file))
    assert len({name.split("/")[1] for name in opened.members if not name.startswith("licences")}) > 1
    opened.install(other)
    assert times == [bundle]
    assert contents(other.root) == contents(tmp_path / "store")


def test_one_member_too_many_among_many_is_found_at_once(bundle: Path) -> None:
    """As long as it takes to look for each among all, a bundle of twice the size would take four times as long."""
    parts = entries(bundle)
    many = {f"licences/{number}": {"bytes": 0, "sha256": ""} for number in range(40_000)}
    parts = manifest(parts, lambda was: was["files"].update(many))
    with pytest.warns(UserWarning, match="Duplicate name"):
        written(bundle, [*parts, *((named(name), b"") for name in (*many, "licences/39999"))])
    began = time.process_time()
    with pytest.raises(BadBundle, match="holds 'licences/39999' twice"):
        Bundle(bundle)
    assert time.process_time() - began < 5


def test_what_was_fitted_has_the_same_keys_through_the_bundle(bundle: Path, tmp_path: Path) -> None:
    opened = Bundle(bundle)
    assert (opened.plan.name, opened.plan.title, opened.plan.text) == (PLAN.name, PLAN.title, PLAN.text)
    there = Recipes(opened.plan, Bundled(opened))
    here = Recipes(PLAN, Source(DATASET, Store(tmp_path / "store").photos()))
    assert needed(there) == needed(here)
    assert key_of(there.model("captions")) == key_of(here.model("captions"))
    Bundled(opened).check_fitted(opened.plan)


def test_a_bundle_holds_what_the_plan_needs_and_its_licences_and_no_more(bundle: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "store").making("models", {"somebody": "else's"}) as workspace:
        assert workspace
    with zipfile.ZipFile(bundle) as archive:
        names = set(archive.namelist())
        assert archive.read("licences/LICENSE") == b"yours"
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
    artefacts = {"/".join(name.split("/")[:2]) for name in names} - {"bundle.json", "licences/LICENSE"}
    assert artefacts == set(needed(Recipes(PLAN, Source(DATASET, Store(tmp_path / "store").photos()))))


def test_equal_content_gives_equal_bytes(bundle: Path, tmp_path: Path) -> None:
    store, recipes = Store(tmp_path / "store"), Recipes(PLAN, Source(DATASET, Store(tmp_path / "store").photos()))
    write_bundle(tmp_path / "again.zip", recipes, store, {"LICENSE": tmp_path / "LICENSE"})
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()
    os.utime(tmp_path / "LICENSE", (0, 0))
    write_bundle(tmp_path / "again.zip", recipes, store, {"LICENSE": tmp_path / "LICENSE"})
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_artefacts_that_are_there_are_left_as_they_are(bundle: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    before = {path: path.stat().st_mtime_ns for path in store.artefacts()}
    Bundle(bundle).install(store)
    assert {path: path.stat().st_mtime_ns for path in store.artefacts()} == before


def test_what_a_killed_run_left_of_the_same_artefact_is_in_nobodys_way(bundle: Path, tmp_path: Path) -> None:
    other = Store(tmp_path / "other")
    _, recipes = fitted(tmp_path / "store")
    with suppress(KeyboardInterrupt), other.making("models", recipes.model("captions")) as workspace:
        assert workspace
        (workspace.out / "half").touch()
        raise KeyboardInterrupt
    Bundle(bundle).install(other)
    assert contents(other.root) == contents(tmp_path / "store")


def test_the_folders_of_the_exporter_stay_at_home(tmp_path: Path) -> None:
    import PIL.Image

    (tmp_path / "secret").mkdir()
    PIL.Image.new("RGB", (4, 4)).save(tmp_path / "secret" / "a.png")
    store = Store(tmp_path / "store")
    source = Source(f"folder:{tmp_path / 'secret'}", store.photos())
    assert "secret" in source.text
    assert source.about == "folder"
    _, recipes = fitted(tmp_path / "store")
    assert recipes.fit.about == "scenes:test=1:train=20:val=1"
    write_bundle(tmp_path / "mine.zip", recipes, store, {})
    assert str(tmp_path).encode() not in (tmp_path / "mine.zip").read_bytes()


def test_only_what_answers_need_is_needed() -> None:
    plan = Plan("", {"detections": "hog_svm", "attributes": "sure", "grid": "cnn_grid", "captions": "parrot"})
    assert set(answering(plan)) == {"detections", "attributes", "captions"}


# What can be wrong with a file that somebody was sent.

Entries = list[tuple[zipfile.ZipInfo, bytes]]


def entries(file: Path) -> Entries:
    with zipfile.ZipFile(file) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]


def written(file: Path, parts: Entries) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for info, content in parts:
            fresh = zipfile.ZipInfo(info.filename)
            fresh.external_attr, fresh.compress_type = info.external_attr, info.compress_type
            archive.writestr(fresh, content)


def manifest(parts: Entries, change: Callable[[dict[str, Any]], None]) -> Entries:
    content = json.loads(parts[0][1])
    change(content)
    return [(parts[0][0], json.dumps(content).encode()), *parts[1:]]


def named(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def listed(parts: Entries, info: zipfile.ZipInfo, content: bytes) -> Entries:
    """One more member, which the manifest lists as it is."""
    import hashlib

    entry = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return [*manifest(parts, lambda was: was["files"].update({info.filename: entry})), (info, content)]


def deflated(parts: Entries) -> Entries:
    parts[1][0].compress_type = zipfile.ZIP_DEFLATED
    return parts


def another_plan(parts: Entries, stage: Any) -> Entries:
    return manifest(parts, lambda was: was["plan"]["stages"].update({"captions": stage}))


KEY = "0" * 32
TAMPERED: dict[str, tuple[Callable[[Entries], Entries], str]] = {
    "no manifest": (lambda parts: parts[1:], "is no bundle of captionloom"),
    "another manifest": (lambda parts: [(parts[0][0], b"[1, 2]"), *parts[1:]], "is no bundle of captionloom"),
    "a manifest that is no JSON": (lambda parts: [(parts[0][0], b"{"), *parts[1:]], "is no bundle of captionloom"),
    "a newer format": (
        lambda parts: manifest(parts, lambda was: was.update(captionloom_bundle=2)),
        "is of format 2, and this captionloom reads 1",
    ),
    "a manifest without a plan": (lambda parts: manifest(parts, lambda was: was.pop("plan")), "is damaged"),
    "a plan that is no plan": (lambda parts: manifest(parts, lambda was: was.update(plan=[3])), "is damaged"),
    "stages that are no texts": (lambda parts: another_plan(parts, ["parrot"]), "is damaged"),
    "a stage nobody has": (lambda parts: another_plan(parts, "gull"), "cannot be used here: unknown captions choice"),
    "a stage that reads a file": (
        lambda parts: another_plan(parts, "from_file:/etc/hostname"),
        "cannot be used here: .* reads a file",
    ),
    "a stage that hands on the truth": (lambda parts: another_plan(parts, "human"), "hands on the truth"),
    "a member more": (lambda parts: [*parts, (named("models/extra"), b"x")], "does not list"),
    "a member less": (lambda parts: parts[:-1], "is damaged: it lacks"),
    "a member twice": (lambda parts: [*parts, parts[-1]], "twice"),
    "another size": (lambda parts: [*parts[:-1], (parts[-1][0], b"x")], "another size"),
    "a deflated member": (deflated, "another size"),
    "a link": (lambda parts: listed(parts, named(f"models/{KEY}/x", stat.S_IFLNK | 0o777), b"/etc"), "may hold"),
    **{
        f"a member called {name}": (lambda parts, name=name: listed(parts, named(name), b"x"), "may hold")
        for name in (
            "/etc/passwd",
            "../x",
            f"models/{KEY}/../../x",
            f"models/{KEY}/..",
            f"models/{KEY}/a/./b",
            f"models/{KEY}//x",
            f"models/{KEY}/c:x",
            f"models/{KEY}/a\\b",
            f"models/{KEY}",
            "models/x/y",
            f"columns/{KEY}/x",
            "store.json",
        )
    },
}


@pytest.mark.parametrize(("change", "says"), TAMPERED.values(), ids=TAMPERED)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_whatever_is_not_as_it_should_be_is_refused_before_anything_is_unpacked(
    bundle: Path, change: Callable[[Entries], Entries], says: str
) -> None:
    written(bundle, change(entries(bundle)))
    with pytest.raises(BadBundle, match=rf"^bundle '[^']*mine\.zip' .*{says}") as caught:
        Bundle(bundle)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip file at all", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(BadBundle, match=r"x\.zip.*no bundle"):
        Bundle(tmp_path / "x.zip")


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, os.mkfifo], ids=["nothing", "a folder", "a pipe"])
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "x.zip")
    with pytest.raises(BadBundle, match="is not a file"):
        Bundle(tmp_path / "x.zip")


def places(content: bytes, count: int) -> Iterator[int]:
    yield from (int(place) for place in np.random.default_rng(0).integers(0, len(content), count))


def test_a_changed_byte_anywhere_is_found_or_does_no_harm(bundle: Path, tmp_path: Path) -> None:
    whole = bundle.read_bytes()
    good = contents(tmp_path / "store")
    for turn, place in enumerate(places(whole, 30)):
        bundle.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        store = Store(tmp_path / "other")
        with suppress(CaptionloomError):
            Bundle(bundle).install(store)
            assert set(contents(store.root)) <= set(good), turn
        assert contents(store.root).items() <= good.items(), turn
        shutil.rmtree(store.root)


def test_a_bundle_that_was_cut_short_is_refused(bundle: Path) -> None:
    whole = bundle.read_bytes()
    for place in places(whole, 40):
        bundle.write_bytes(whole[:place])
        with pytest.raises(BadBundle):
            Bundle(bundle)


def test_a_damaged_member_is_named_and_nothing_of_its_artefact_is_kept(bundle: Path, tmp_path: Path) -> None:
    whole = bundle.read_bytes()
    place = whole.index(bytes(range(256)))
    bundle.write_bytes(whole[:place] + b"!" + whole[place + 1 :])
    opened, other = Bundle(bundle), Store(tmp_path / "other")
    with pytest.raises(BadBundle, match="is damaged"):
        opened.verify()
    with pytest.raises(BadBundle, match="is damaged"):
        opened.install(other)
    assert not [name for name in contents(other.root) if name.startswith("models/")]
    assert list((other.root / "partial").glob("*")) == []


def test_an_artefact_under_a_key_that_is_not_its_own_is_refused(bundle: Path, tmp_path: Path) -> None:
    """Else a bundle could put its model where another is looked for."""
    parts = [(replace_key(info), content) for info, content in entries(bundle)]
    written(bundle, manifest(parts, lambda was: was.update(files={rekeyed(n): e for n, e in was["files"].items()})))
    with pytest.raises(StoreError, match="is no artefact of that key: its manifest is that of something else"):
        Bundle(bundle).install(Store(tmp_path / "other"))


def rekeyed(name: str) -> str:
    kind, *rest = name.split("/")
    return "/".join((kind, KEY, *rest[1:])) if kind == "models" else name


def replace_key(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    return named(rekeyed(info.filename), info.external_attr >> 16)


def test_a_plan_that_needs_more_than_is_there_is_refused_by_name(bundle: Path) -> None:
    source = Bundled(Bundle(bundle))
    with pytest.raises(BadBundle, match=r"brings no fitted captions/show_attend_tell.*--swap"):
        source.check_fitted(Plan("", {"grid": "cnn_grid", "captions": "show_attend_tell"}))
    unfitted = Plan("", {"detections": "hog_svm", "captions": "from_file:x.json"})
    with pytest.raises(BadBundle, match="brings no fitted detections/hog_svm"):
        source.check_fitted(unfitted)
    source.check_fitted(PLAN.swap("captions", "from_file:x.json"))


def test_photos_to_fit_on_are_not_in_a_bundle(bundle: Path) -> None:
    source = Bundled(Bundle(bundle))
    for ask in (source.fingerprint, source.split_recipe):
        with pytest.raises(BadBundle, match="give the dataset by --fit-on"):
            ask("val")


def test_plans_that_cannot_travel_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadPlan, match=r"captions/human hands on the truth.*--swap"):
        check_portable(Plan("people", {"captions": "human"}))
    with pytest.raises(BadPlan, match=r"captions/from_file reads a file, path='x.json'"):
        check_portable(Plan("theirs", {"captions": "from_file:x.json"}))
    joined = {"detections": "things_and_stuff:things=faster_rcnn%3Aweights%3Dw.pth", "captions": "template"}
    with pytest.raises(BadPlan, match=r"detections/faster_rcnn reads a file, weights='w.pth'"):
        check_portable(Plan("joined", joined))
    check_portable(PLAN)
    check_portable(Plan("joined", {**joined, "detections": "things_and_stuff"}))


def test_an_artefact_that_is_missing_or_damaged_is_not_exported(tmp_path: Path) -> None:
    store, recipes = fitted(tmp_path / "store")
    model = store.path("models", key_of(recipes.model("captions")))
    (model / "state.json").write_text(json.dumps({"said_": "A cat."}))  # as long as before
    with pytest.raises(StoreError, match=r"captions/parrot.*state\.json is not what the manifest lists"):
        write_bundle(tmp_path / "mine.zip", recipes, store, {})
    shutil.rmtree(model)
    with pytest.raises(StoreError, match=r"captions/parrot.*manifest\.json is missing"):
        write_bundle(tmp_path / "mine.zip", recipes, store, {})
    assert not list(tmp_path.glob("*mine.zip*"))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    store, recipes = fitted(tmp_path / "store")
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        write_bundle(tmp_path / "file" / "mine.zip", recipes, store, {})


def test_a_store_that_grew_a_resource_option_has_other_keys(bundle: Path) -> None:
    source = Bundled(Bundle(bundle))
    stricter = replace(PLAN, resources={"vocabulary": "vocabulary:min_count=9"})
    with pytest.raises(BadBundle, match="brings no fitted"):
        source.check_fitted(stricter)
