"""Every registered resource, metric and dataset keeps its contract."""

from collections.abc import Callable, Mapping
from pathlib import Path

import PIL.Image
import pytest

from pipeline.bench import Bench
from pipeline.checks import (
    config_is_spelt_one_way,
    dataset_is_sound,
    evidence_metric_scores_what_it_says,
    metric_scores_what_it_says,
    resource_is_reproducible,
)
from pipeline.config import spell
from pipeline.errors import BadOption
from pipeline.registry import choose, get, registered
from pipeline.stage import EvidenceMetric
from tests.datasets.trees import apascal, chosen, coco, flickr8k, karpathy, pascal


@pytest.mark.parametrize("name", registered("resources"))
def test_resource(name: str, bench: Bench) -> None:
    config_is_spelt_one_way(bench, choose("resources", name))
    resource_is_reproducible(bench, choose("resources", name))


@pytest.mark.parametrize("name", registered("metrics"))
def test_metric(name: str, bench: Bench) -> None:
    choice = choose("metrics", name)
    config_is_spelt_one_way(bench, choice)
    reason = choice.create().unavailable()
    if reason:
        pytest.skip(reason)
    if issubclass(choice.kind, EvidenceMetric):
        evidence_metric_scores_what_it_says(bench, choice)
    else:
        metric_scores_what_it_says(bench, choice)


def _flickr(root: Path) -> None:
    flickr8k(root, {"train": [f"t{number}" for number in range(12)], "dev": ["v1", "v2"], "test": ["e1"]})


def _pascal_sentences(root: Path) -> None:
    pascal(root, {"cat": "abcdefghij", "bus": "klmno"})
    apascal(root, ["a.jpg cat 1 1 60 40 1 0 0 0 0 0 0 0", "k.jpg bus 1 1 60 40 0 1 0 0 0 0 0 0"])


def _coco(root: Path) -> None:
    box = {"image_id": 3, "category_id": 18, "bbox": [-1, 2, 90, 9], "iscrowd": 0}
    coco(coco(root, "train2017", range(12), [box]), "val2017", range(12, 15), None)


def _karpathy(root: Path) -> None:
    splits = ("train", "train", "restval", "val", "test")
    karpathy(root, [{"filename": f"{place}.jpg", "split": split} for place, split in enumerate(splits)])


TREES: Mapping[str, Callable[[Path], None]] = {
    "flickr": _flickr,
    "pascal_sentences": _pascal_sentences,
    "coco": _coco,
    "karpathy": _karpathy,
}


def test_every_dataset_has_a_check_here() -> None:
    assert set(registered("datasets")) == {"scenes", "folder", *TREES}


def test_dataset_scenes(bench: Bench) -> None:
    choice = choose("datasets", "scenes:train=40:val=6:test=2")
    config_is_spelt_one_way(bench, choice)
    dataset_is_sound(bench, choice)


def test_dataset_folder(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()
    PIL.Image.new("RGB", (30, 20)).save(tmp_path / "holiday" / "a.png")
    PIL.Image.new("RGB", (10, 40)).save(tmp_path / "b.jpg")
    (tmp_path / "holiday" / "captions.csv").write_text("file,caption\na.png,A dog.\n")
    paths = (str(tmp_path / "holiday"), str(tmp_path / "b.jpg"))
    choice = choose("datasets", spell("folder", get("datasets", "folder").config_type(paths=paths)))
    config_is_spelt_one_way(bench, choice)
    dataset_is_sound(bench, choice)


@pytest.mark.parametrize("name", TREES)
def test_dataset_on_disk(name: str, bench: Bench, tmp_path: Path) -> None:
    root = tmp_path / "a b, c: d+e"
    TREES[name](root)
    choice = chosen(name, root=str(root))
    assert choice == choose("datasets", f"{name}:{choice.text.partition('root=')[2]}")
    config_is_spelt_one_way(bench, choice)
    dataset_is_sound(bench, choice)


@pytest.mark.parametrize("name", TREES)
def test_dataset_without_its_root_says_how_to_give_it(name: str) -> None:
    with pytest.raises(BadOption, match=f"give the folder: {name}:DIR or --dataset-root DIR"):
        _ = chosen(name).create().splits
