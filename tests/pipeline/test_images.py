from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pipeline import images
from pipeline.errors import BadPhoto

RED, BLUE = (255, 0, 0), (0, 0, 255)


def halves() -> PIL.Image.Image:
    """40 x 20, its left half red, its right half blue."""
    photo = PIL.Image.new("RGB", (40, 20), RED)
    photo.paste(BLUE, (20, 0, 40, 20))
    return photo


def test_a_photo_is_turned_upright_by_its_exif_orientation(tmp_path: Path) -> None:
    photo, exif = halves(), PIL.Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it rotated by 90 degrees clockwise
    photo.save(tmp_path / "photo.png", exif=exif)
    pixels = images.decode(tmp_path / "photo.png")
    assert pixels.shape == (40, 20, 3)
    assert tuple(pixels[0, 0]) == RED
    assert tuple(pixels[-1, 0]) == BLUE
    assert images.size(tmp_path / "photo.png") == (20, 40)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "CMYK", "1", "LA", "RGBA", "I;16"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    sixteen_bits = PIL.Image.fromarray(np.full((20, 40), 40_000, dtype=np.uint16))
    photo = sixteen_bits if mode == "I;16" else halves().convert(mode)
    suffix = "tif" if mode == "CMYK" else "png"
    photo.save(tmp_path / f"photo.{suffix}")
    pixels = images.decode(tmp_path / f"photo.{suffix}")
    assert (pixels.shape, pixels.dtype) == ((20, 40, 3), np.uint8)
    if mode == "I;16":
        assert tuple(pixels[0, 0]) == (int(40_000 / 65_535 * 255),) * 3
    elif mode in ("RGB", "P", "RGBA"):
        assert (tuple(pixels[0, 0]), tuple(pixels[0, -1])) == (RED, BLUE)


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    PIL.Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(tmp_path / "photo.png")
    assert tuple(images.decode(tmp_path / "photo.png")[0, 0]) == (255, 255, 255)


def test_a_wrong_suffix_does_not_matter(tmp_path: Path) -> None:
    halves().save(tmp_path / "photo.jpg", format="PNG")
    assert images.decode(tmp_path / "photo.jpg").shape == (20, 40, 3)


@pytest.mark.parametrize("content", [b"", b"once upon a time", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_photo_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "photo.png").write_bytes(content)
    for look in (images.decode, images.size):
        with pytest.raises(BadPhoto, match=r"photo\.png.*cannot be decoded.*replace or remove"):
            look(tmp_path / "photo.png")


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_photo_that_is_cut_short_is_named(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), dtype=np.uint8)
    PIL.Image.fromarray(noise).save(tmp_path / f"photo.{suffix}")
    whole = (tmp_path / f"photo.{suffix}").read_bytes()
    (tmp_path / f"photo.{suffix}").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadPhoto, match="cannot be decoded"):
        images.decode(tmp_path / f"photo.{suffix}")


def test_a_missing_photo_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadPhoto, match=r"nowhere\.png"):
        images.decode(tmp_path / "nowhere.png")


def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    PIL.Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    with pytest.raises(BadPhoto, match="too large"):
        images.decode(tmp_path / "bomb.png")


def test_a_very_wide_photo_is_read(tmp_path: Path) -> None:
    PIL.Image.new("RGB", (20_000, 3)).save(tmp_path / "wide.png")
    assert images.decode(tmp_path / "wide.png").shape == (3, 20_000, 3)
