"""Small datasets on disk, each in the layout of its kind, and the real ones where they are at hand."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import PIL.Image

from pipeline.config import spell
from pipeline.datasets import Dataset
from pipeline.images import size
from pipeline.photos import Photos, Seen
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


def glance(path: Path) -> Seen:
    """A photo by its header alone: quick, where its pixels do not matter."""
    return Seen("", *size(path))


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


ATTRIBUTES = ("Head", "Metal", "Wood", "Cloth", "Glass", "Feather", "Wool", "Vegetation")


def pascal(root: Path, classes: Mapping[str, Iterable[str]], **splits: Iterable[str]) -> Path:
    """Pascal Sentences: two sentences a photo of 60 x 40 pixels, and lists where they are given."""
    for label, names in classes.items():
        for name in names:
            photo(root / "dataset" / label / f"{name}.jpg", 60, 40)
            written(root / "sentence" / label / f"{name}.txt", [f"A {label}.", "", f"This is {name}. "])
    for split, names in splits.items():
        written(root / "splits" / f"{split}.txt", names)
    return root


def apascal(root: Path, rows: Iterable[str]) -> Path:
    """Boxes with the attributes of ATTRIBUTES, beside `pascal`."""
    written(root / "apascal" / "attribute_names.txt", ATTRIBUTES)
    return written(root / "apascal" / "apascal.txt", rows)


def coco(root: Path, part: str, numbers: Iterable[int], boxes: Iterable[Mapping[str, Any]] | None = ()) -> Path:
    """A part of COCO: two captions a photo of 60 x 40 pixels, and boxes unless they are None."""
    images = [{"id": number, "file_name": f"{number:012d}.jpg", "width": 60, "height": 40} for number in numbers]
    for image in images:
        photo(root / part / str(image["file_name"]), 60, 40)
    said = [{"image_id": image["id"], "caption": f"Photo\n {n} of {image['id']}"} for n in (0, 1) for image in images]
    as_json(root / "annotations" / f"captions_{part}.json", {"images": images, "annotations": said})
    if boxes is not None:
        categories = [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}]
        content = {"images": images, "categories": categories, "annotations": list(boxes)}
        as_json(root / "annotations" / f"instances_{part}.json", content)
    return root


def karpathy(root: Path, photos: Iterable[Mapping[str, Any]], file: str = "dataset_flickr8k.json") -> Path:
    """Karpathy's JSON of these entries, each given a sentence where it has none; photos lie beside it."""
    entries = [{"sentences": [{"raw": f"This is {entry['filename']}. "}], **entry} for entry in photos]
    for entry in entries:
        photo(root / str(entry.get("filepath", "")) / str(entry["filename"]))
    as_json(root / file, {"images": entries, "dataset": "x"})
    return root


def as_json(file: Path, content: Any) -> Path:
    return written(file, [json.dumps(content)])
