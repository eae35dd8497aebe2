"""Small datasets on disk, each in the layout of its kind, and the real ones where they are at hand."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import PIL.Image

from pipeline.config import spell
from pipeline.datasets import Dataset
from pipeline.photos import Photos
from pipeline.records import Image, Truth
from pipeline.registry import Choice, choose, get

REAL = Path(__file__).parents[3] / "shared" / "data"


def chosen(name: str, **options: Any) -> Choice:
    """A dataset by its options, as they would be spelt."""
    return choose("datasets", spell(name, get("datasets", name).config_type(**options)))


def made(name: str, **options: Any) -> Dataset[Any]:
    dataset: Dataset[Any] = chosen(name, **options).create()
    return dataset


def read(dataset: Dataset[Any], split: str, scratch: Path) -> list[tuple[Image, Truth]]:
    """The examples of a split, photos inspected as in a run."""
    return list(dataset.examples(split, scratch, Photos(scratch / "photos.sqlite").inspect))


def ids(dataset: Dataset[Any], scratch: Path) -> dict[str, list[str]]:
    """The ids of every split."""
    return {split: [image.id for image, _ in read(dataset, split, scratch)] for split in dataset.splits}


def photo(path: Path, width: int = 6, height: int = 4) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.new("RGB", (width, height), "green").save(path)
    return path


def written(file: Path, content: Iterable[str], encoding: str = "utf-8") -> Path:
    """A text file of these lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in content), encoding=encoding)
    return file


def flickr8k(root: Path, splits: Mapping[str, Iterable[str]], folder: str = "Flicker8k_Dataset") -> Path:
    """Flickr8k with two captions a photo, numbered the other way round; `splits` by their name in the file names."""
    names = [name for group in splits.values() for name in group]
    for name in names:
        photo(root / folder / f"{name}.jpg")
    tokens = [f"{name}.jpg#{number}\tcaption {number}  of {name} ." for name in names for number in (1, 0)]
    written(root / "Flickr8k_text" / "Flickr8k.token.txt", tokens)
    for split, group in splits.items():
        written(root / "Flickr8k_text" / f"Flickr_8k.{split}Images.txt", [f"{name}.jpg" for name in group])
    return root
