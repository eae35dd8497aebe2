"""Odd but right input works; what a full or read-only disk, a killed worker or damage ends is taken up where it was."""

import errno
import io
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from tests.datasets.trees import written
from tests.end_to_end.in_process import CAPTION, COMPARE, CommandLine, artefacts, fails, works

CAPTIONS = (
    "...",
    "🐕",
    " ".join(["dog"] * 10_000),
    "A dog\nruns.\u2028",
    "כלב רץ.",
    "ein \x01 Hund\x85läuft",
    "(A dog) -- '' ``",
)


def _odd_photos(folder: Path) -> list[str]:
    noise = PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8))
    turned = PIL.Image.Exif()
    turned[0x0112] = 6
    folder.mkdir()
    noise.resize((1, 1)).save(folder / "1x1.png")
    noise.convert("CMYK").save(folder / "cmyk.jpg")
    PIL.Image.fromarray(np.full((48, 64), 40_000, dtype=np.uint16)).save(folder / "deep.png")
    noise.save(folder / "exif.jpg", exif=turned)
    noise.convert("L").save(folder / "grey.jpg")
    noise.save(folder / "moving.gif", save_all=True, append_images=[noise, noise])
    noise.convert("P").save(folder / "palette.png", transparency=0)
    noise.save(folder / "png.jpg", format="png")
    noise.convert("RGBA").save(folder / "see-through 犬.png")
    return sorted(f"{folder.name}/{file.name}" for file in folder.iterdir())


def test_photos_of_every_kind_are_described_upright(command_line: CommandLine) -> None:
    ids = _odd_photos(Path("odd"))
    works(command_line, f"{CAPTION} odd")
    assert [item["image_id"] for item in json.loads(Path("captioned/captions.json").read_text())] == ids
    images = [
        line for file in Path("store").glob("datasets/*/images/*.jsonl") for line in file.read_text().splitlines()
    ]
    (exif,) = (json.loads(line) for line in images if "exif.jpg" in line)
    assert (exif["width"], exif["height"]) == (48, 64)


def test_captions_of_every_kind_are_scored_and_survive(command_line: CommandLine) -> None:
    for place in range(len(CAPTIONS)):
        PIL.Image.effect_noise((40, 30), 50).save(Path("photos", f"{place}.png"))
    Path("photos/captions.csv").unlink()
    lines = [
        json.dumps({"file": f"{place}.png", "caption": caption, "split": "test"})
        for place, text in enumerate(CAPTIONS)
        for caption in (text, "A dog.")
    ]
    written(Path("photos/captions.jsonl"), lines)
    said = {f"photos/{place}.png": text for place, text in enumerate(("", *CAPTIONS[1:]))}
    written(Path("said.json"), [json.dumps(said)])
    command = f"{COMPARE} --plans human,said.json --dataset folder --dataset-root photos --metrics bleu,cider"
    works(command_line, command)
    people = json.loads(Path("out/captions/human.json").read_text())
    assert [item["caption"] for item in people] == [" ".join(text.split()) for text in CAPTIONS]


def test_photos_that_were_compared_can_be_captioned(command_line: CommandLine) -> None:
    works(command_line, f"{COMPARE} --plans parrot.toml --dataset folder --dataset-root photos")
    works(command_line, f"{CAPTION} photos --out said")


def test_a_store_may_have_any_name(command_line: CommandLine) -> None:
    Path("ein Örtchen").mkdir()
    name = "ein Örtchen/a, b:c=d%e+犬"
    given = [name if text == "store" else text for text in f"{CAPTION} photos --out said".split()]
    assert command_line(*given).status == 0
    assert artefacts(Path(name))


def test_a_photo_that_may_not_be_read_is_named(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    PIL.Image.effect_noise((40, 30), 50).save("secret.png")
    _refuse(monkeypatch, "rb", "secret.png", errno.EACCES)
    fails(command_line, f"{CAPTION} secret.png", "'secret.png' cannot be read: Permission denied", "leave it out")
    monkeypatch.undo()


@pytest.mark.parametrize("place", ["images", "state.json", "manifest.json", "captions.html"])
def test_a_disk_that_fills_up_is_said_to_be_full_and_what_is_finished_is_kept(
    place: str, command_line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = f"{CAPTION} photos --store fresh --out said --workers 2"
    with monkeypatch.context() as patched:
        _refuse(patched, "w", place, errno.ENOSPC)
        fails(command_line, command, "the disk of", "is full; free some space")
    kept = artefacts(Path("fresh"))
    works(command_line, command)
    assert kept.items() <= artefacts(Path("fresh")).items()


@pytest.mark.parametrize("place", ["locks", "partial"])
def test_a_store_that_cannot_be_written_is_named(
    place: str, command_line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        _refuse(patched, "w", place, errno.EROFS)
        PIL.Image.effect_noise((40, 30), 50).save("new.png")
        fails(command_line, f"{CAPTION} new.png", "store cannot be written (Read-only file system)", "give another")
    works(command_line, f"{CAPTION} new.png")


@pytest.mark.parametrize(("method", "field"), [("fit", "Fit captions"), ("predict", "Predict captions")])
def test_a_killed_worker_is_named_and_the_next_run_goes_on(
    method: str, field: str, command_line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    parrot = sys.modules["outside_stages"].Parrot
    command = f"{CAPTION} photos --workers 2 --store fresh --out said"
    with monkeypatch.context() as patched:
        patched.setattr(parrot, method, _killed)
        fails(command_line, command, f"a process was killed in the middle of {field}", "memory", "fewer --workers")
    kept = artefacts(Path("fresh"))
    assert kept
    works(command_line, command)
    assert kept.items() <= artefacts(Path("fresh")).items()


@pytest.mark.parametrize("kind", ["columns", "models", "resources", "datasets", "scores"])
def test_damage_inside_an_artefact_is_named_mended_by_doctor_and_made_anew(
    kind: str, command_line: CommandLine
) -> None:
    folder = f"{COMPARE} --plans parrot.toml --dataset folder --dataset-root photos"
    works(command_line, folder)
    shutil.rmtree("out")
    made = artefacts(Path("store"))
    wanted = {"models": "columns", "resources": "models"}.get(kind)  # what is asked for only where this is not there
    if kind == "resources":
        shutil.rmtree("store/columns")
    if wanted:
        shutil.rmtree(Path("store", wanted))
    for file in (file for file in Path("store", kind).rglob("*") if file.is_file() and file.name != "manifest.json"):
        file.write_bytes(b"\xff" * file.stat().st_size)
    fails(command_line, folder, "is damaged", "captionloom doctor --repair")
    assert "; removed" in command_line("doctor", "--repair", "--store", "store").out
    works(command_line, folder)
    assert made.keys() <= artefacts(Path("store")).keys() | {name for name in made if "datasets" in name}


def test_what_a_killed_run_left_half_written_is_taken_up(command_line: CommandLine) -> None:
    (model,) = Path("store/models").iterdir()
    half = Path("store/partial", f"models-{model.name}", "out")
    half.parent.mkdir(parents=True)
    model.rename(half)
    (half / "manifest.json").write_text("{")
    (half / "state.json").write_text("{")
    shutil.rmtree("store/columns")
    works(command_line, f"{CAPTION} photos --out said")
    assert not half.exists()


def _killed(*given: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _refuse(patched: pytest.MonkeyPatch, mode: str, place: str, number: int) -> None:
    """Let the system refuse to open any file below `place` in a mode, as a full disk or permissions would."""

    def refusing(real: Callable[..., Any]) -> Callable[..., Any]:
        def opened(file: Any, how: str = "r", *more: Any, **options: Any) -> Any:
            if isinstance(file, str | Path) and place in Path(file).parts and mode in how:
                raise OSError(number, os.strerror(number), str(file))
            return real(file, how, *more, **options)

        return opened

    patched.setattr(io, "open", refusing(io.open))
