import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import cv2
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


# EXIF 2.32, tag 274: which side of the photo the stored first row and first column are.
CORNERS = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


@pytest.mark.parametrize("orientation", CORNERS)
def test_the_first_row_and_column_go_where_exif_says(tmp_path: Path, orientation: int) -> None:
    stored = np.zeros((20, 40, 3), dtype=np.uint8)
    stored[0, :], stored[1:, 0] = RED, BLUE
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    PIL.Image.fromarray(stored).save(tmp_path / "photo.png", exif=exif)
    pixels = images.decode(tmp_path / "photo.png")
    sides = {"top": pixels[0, 1:-1], "bottom": pixels[-1, 1:-1], "left": pixels[1:-1, 0], "right": pixels[1:-1, -1]}
    row, column = CORNERS[orientation]
    assert (sides[row] == RED).all()
    assert (sides[column] == BLUE).all()
    assert images.size(tmp_path / "photo.png") == (pixels.shape[1], pixels.shape[0])


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
@pytest.mark.parametrize("orientation", CORNERS)
def test_a_tiff_is_turned_as_a_png_is(tmp_path: Path, orientation: int, compression: str) -> None:
    """Pillow turns TIFFs by itself when it loads them, and them alone."""
    stored = np.random.default_rng(0).integers(0, 255, (20, 40, 3), dtype=np.uint8)
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    PIL.Image.fromarray(stored).save(tmp_path / "photo.png", exif=exif)
    PIL.Image.fromarray(stored).save(tmp_path / "photo.tif", exif=exif, compression=compression)
    assert np.array_equal(images.decode(tmp_path / "photo.tif"), images.decode(tmp_path / "photo.png"))
    assert images.size(tmp_path / "photo.tif") == images.size(tmp_path / "photo.png")


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


def test_what_the_palette_calls_transparent_is_white(tmp_path: Path) -> None:
    photo = PIL.Image.new("P", (4, 4), 0)
    photo.putpalette([*RED, *BLUE])
    photo.putpixel((3, 3), 1)
    photo.save(tmp_path / "photo.png", transparency=0)
    pixels = images.decode(tmp_path / "photo.png")
    assert (tuple(pixels[0, 0]), tuple(pixels[3, 3])) == ((255, 255, 255), BLUE)


def test_grey_over_white_is_the_mean_of_both_by_alpha(tmp_path: Path) -> None:
    PIL.Image.new("LA", (4, 4), (100, 51)).save(tmp_path / "photo.png")  # 51/255 = 0.2
    assert tuple(images.decode(tmp_path / "photo.png")[0, 0]) == (224, 224, 224)  # 0.2 * 100 + 0.8 * 255


def test_a_cmyk_jpeg_of_adobe_kind_has_the_colours_another_decoder_sees(tmp_path: Path) -> None:
    """Adobe's programs write CMYK inverted: read as it stands, white would be black."""
    colours = [(255, 255, 255), (200, 30, 30), (20, 160, 60), (10, 10, 10)]
    photo = PIL.Image.new("RGB", (64, 16))
    for place, colour in enumerate(colours):
        photo.paste(colour, (16 * place, 0, 16 * place + 16, 16))
    photo.convert("CMYK").save(tmp_path / "photo.jpg", quality=95)
    assert b"Adobe" in (tmp_path / "photo.jpg").read_bytes()[:200]
    pixels = images.decode(tmp_path / "photo.jpg")
    other = cv2.imread(str(tmp_path / "photo.jpg"))[:, :, ::-1]
    for place, colour in enumerate(colours):
        np.testing.assert_allclose(pixels[8, 16 * place + 8], colour, atol=6)
        np.testing.assert_allclose(pixels[8, 16 * place + 8], other[8, 16 * place + 8], atol=6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.0, 0.5, 1.0), (0, 127, 255)),
        ((0.0, 100.0, 200.0), (0, 100, 200)),
        ((0.0, 32768.0, 65535.0), (0, 127, 255)),
        ((0.0, 1e6, 2e6), (0, 127, 255)),
        ((-1.0, 0.5, 1.0), (0, 127, 255)),
        ((np.nan, np.inf, 0.25), (0, 255, 63)),
    ],
)
def test_floating_point_is_scaled_to_its_range(
    tmp_path: Path, values: tuple[float, ...], expected: tuple[int, ...]
) -> None:
    PIL.Image.fromarray(np.array([values], dtype=np.float32)).save(tmp_path / "photo.tif")
    assert images.decode(tmp_path / "photo.tif")[0, :, 0].tolist() == list(expected)


def test_of_an_animation_the_first_frame_counts(tmp_path: Path) -> None:
    frames = [PIL.Image.new("RGB", (8, 6), colour) for colour in (RED, BLUE, BLUE)]
    frames[0].save(tmp_path / "photo.gif", save_all=True, append_images=frames[1:])
    pixels = images.decode(tmp_path / "photo.gif")
    assert pixels.shape == (6, 8, 3)
    assert (pixels == RED).all()


def test_one_pixel_is_a_photo(tmp_path: Path) -> None:
    PIL.Image.new("RGB", (1, 1), RED).save(tmp_path / "photo.bmp")
    assert images.decode(tmp_path / "photo.bmp").tolist() == [[list(RED)]]


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_metadata_of_any_size_or_sense_does_not_matter(tmp_path: Path, suffix: str) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "x" * 60_000
    halves().save(tmp_path / f"huge.{suffix}", exif=exif)
    assert images.decode(tmp_path / f"huge.{suffix}").shape == (40, 20, 3)
    halves().save(tmp_path / f"senseless.{suffix}", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12" * 30_000)
    assert images.decode(tmp_path / f"senseless.{suffix}").shape in ((20, 40, 3), (40, 20, 3))
    assert 20 in images.size(tmp_path / f"senseless.{suffix}")


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


def test_a_small_file_that_claims_to_be_huge_is_refused_at_once(tmp_path: Path) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    (tmp_path / "bomb.png").write_bytes(bomb + chunk(b"IEND", b""))
    for look in (images.decode, images.size):
        with pytest.raises(BadPhoto, match=r"bomb\.png.*too large.*make it smaller"):
            look(tmp_path / "bomb.png")


def test_a_folder_or_a_pipe_is_refused_without_waiting_for_what_comes_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    for name in ("folder.jpg", "pipe.jpg"):
        with pytest.raises(BadPhoto, match=rf"{name}.*is not a file"):
            images.decode(tmp_path / name)


def test_links_in_a_circle_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to(tmp_path / "b.jpg")
    (tmp_path / "b.jpg").symlink_to(tmp_path / "a.jpg")
    with pytest.raises(BadPhoto, match=r"a\.jpg"):
        images.decode(tmp_path / "a.jpg")


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "tif", "webp", "bmp", "ppm"])
def test_no_byte_that_is_flipped_gives_anything_but_a_photo_or_a_clear_error(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(0)
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    kept = {"exif": exif} if suffix in ("jpg", "png", "tif", "webp") else {}
    halves().save(tmp_path / f"photo.{suffix}", **kept)
    whole = (tmp_path / f"photo.{suffix}").read_bytes()
    file = tmp_path / f"broken.{suffix}"
    for _ in range(60):
        broken = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 200), size=rng.integers(1, 6)):
            broken[place] = rng.integers(256)
        file.write_bytes(broken[: rng.integers(len(broken) // 2, len(broken) + 1)])
        with suppress(BadPhoto):
            if max(images.size(file)) < 10_000:
                assert images.decode(file).dtype == np.uint8


def test_a_very_wide_photo_is_read(tmp_path: Path) -> None:
    PIL.Image.new("RGB", (20_000, 3)).save(tmp_path / "wide.png")
    assert images.decode(tmp_path / "wide.png").shape == (3, 20_000, 3)
