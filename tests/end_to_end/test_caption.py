"""Photos of one's own from the command line: of every shape, by the classical and the neural plan, out of bundles."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from tests.end_to_end.small import DATASET, SWAPS, captionloom

SWAP = dict(zip(("babytalk", "show_attend_tell"), SWAPS.split(","), strict=True))
UNNEEDED = {"babytalk": ("torch", "sklearn", "spacy", "timm"), "show_attend_tell": ("sklearn", "spacy")}


def _odd_photos(folder: Path) -> list[str]:
    """Photos that are awkward and right; returns their ids."""
    noise = PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8))
    sixteen_bits = PIL.Image.fromarray(np.linspace(0, 65535, 48 * 64).astype(np.uint16).reshape(48, 64))
    made = {
        "a photo, called b.png": noise,
        "bits.png": noise.convert("1"),
        "cmyk.jpg": noise.convert("CMYK"),
        "deep.png": sixteen_bits,
        "grey.png": noise.convert("L"),
        "pixel.png": noise.resize((1, 1)),
        "see-through.png": noise.convert("LA"),
        "tall.png": PIL.Image.new("RGB", (2, 900), "red"),
        "wide.png": noise.resize((20_000, 10)),
    }
    folder.mkdir()
    for name, photo in made.items():
        photo.save(folder / name)
    return [f"{folder.name}/{name}" for name in made]


@pytest.mark.parametrize("plan", SWAP)
def test_a_bundle_describes_photos_of_every_shape_in_an_empty_directory(plan: str, ran: Path, tmp_path: Path) -> None:
    bundle = tmp_path / f"{plan}.zip"
    given = ["export", plan, "--fit-on", DATASET, "--swap", SWAP[plan], "--store", "store", "--to", str(bundle)]
    fitted = sorted((ran / "store" / "models").iterdir())
    outcome = captionloom(given, ran)
    assert outcome.returncode == 0, outcome.stderr
    assert str(bundle) in outcome.stdout.replace("\n", "")
    assert sorted((ran / "store" / "models").iterdir()) == fitted

    ids = _odd_photos(tmp_path / "holiday")
    code = (
        "import sys\n"
        f"sys.argv = ['captionloom', 'caption', 'holiday', '--bundle', {bundle.name!r}]\n"
        "from workflows.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"assert not set(sys.modules) & set({UNNEEDED[plan]!r}), set(sys.modules) & set({UNNEEDED[plan]!r})\n"
    )
    outcome = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    said = json.loads((tmp_path / "reports" / "captions" / "captions.json").read_text())
    assert [item["image_id"] for item in said] == ids
    for item in said:
        assert f"{item['image_id']}: {item['caption']}\n" in outcome.stdout
        best = item["captions"][0]
        assert best["text"] == item["caption"]
        assert len(best["evidence"]) == len(best["words"])
        if plan == "show_attend_tell":
            assert len(best["token_scores"]) == len(best["words"])
            assert best["log_probability"] <= sum(best["token_scores"]) + 1e-6  # the end has a probability too


def test_bad_photos_are_named_at_once_or_left_out_and_said(ran: Path) -> None:
    (ran / "mixed").mkdir()
    PIL.Image.effect_noise((90, 60), 50).save(ran / "mixed" / "good.png")
    for name in ("one.jpg", "two.jpg"):
        (ran / "mixed" / name).write_text("no photo")
    given = [
        "caption",
        "mixed",
        "--fit-on",
        DATASET,
        "--store",
        "store",
        "--out",
        "mixed out",
        "--swap",
        SWAP["babytalk"],
    ]
    outcome = captionloom(given, ran, COLUMNS="200")
    assert outcome.returncode == 1
    assert outcome.stderr.splitlines() == [
        "captionloom: 2 photos of folder all cannot be used; --on-bad-photo skip leaves them out",
        "  photo 'mixed/one.jpg' cannot be decoded: it is no image; replace or remove it",
        "  photo 'mixed/two.jpg' cannot be decoded: it is no image; replace or remove it",
    ]
    outcome = captionloom([*given, "--on-bad-photo", "skip"], ran)
    assert outcome.returncode == 0, outcome.stderr
    assert "mixed/good.png: " in outcome.stdout
    assert "2 photos skipped:\n  photo 'mixed/one.jpg' cannot be decoded" in outcome.stdout


def test_doctor_says_whether_a_bundle_is_whole(ran: Path) -> None:
    given = ["export", "babytalk", "--fit-on", DATASET, "--swap", SWAP["babytalk"], "--store", "store"]
    assert captionloom([*given, "--to", "whole.zip"], ran).returncode == 0
    outcome = captionloom(["doctor", "--store", "store", "--bundle", "whole.zip"], ran)
    assert "ok   bundle whole.zip: babytalk, " in outcome.stdout
    content = (ran / "whole.zip").read_bytes()
    (ran / "whole.zip").write_bytes(content.replace(b"Apache License", b"Apache licence"))
    outcome = captionloom(["doctor", "--store", "store", "--bundle", "whole.zip"], ran)
    assert outcome.returncode == 1
    assert "BAD  bundle 'whole.zip' is damaged" in outcome.stdout
