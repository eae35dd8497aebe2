"""Every registered resource, metric and dataset keeps its contract."""

from collections.abc import Callable, Mapping
from pathlib import Path

import PIL.Image
import pytest

from pipeline.checks import (
    Bench,
    config_is_spelt_one_way,
    dataset_is_sound,
    metric_scores_what_it_says,
    resource_is_reproducible,
)
from pipeline.config import spell
from pipeline.errors import BadOption
from pipeline.registry import choose, get, registered
from tests.datasets.trees import chosen, flickr8k


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
    metric_scores_what_it_says(bench, choice)


def _flickr(root: Path) -> None:
    flickr8k(root, {"train": [f"t{number}" for number in range(12)], "dev": ["v1", "v2"], "test": ["e1"]})


TREES: Mapping[str, Callable[[Path], None]] = {"flickr": _flickr}


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
