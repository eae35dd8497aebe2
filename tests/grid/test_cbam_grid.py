"""A backbone with CBAM in its tail: what it is before it learns, and that it learns."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch

from pipeline.errors import BadData
from pipeline.records import Image, Scene, Truth
from pipeline.stage import Examples, Resources, Runtime
from stages.grid.cbam_grid import CbamGrid, CbamGridConfig
from stages.grid.cnn_grid import CnnGrid, Config
from stages.resources.concepts import Concepts, ConceptsConfig
from stages.resources.parses import Parses
from stages.vision.backbone import load

torch.set_num_threads(1)
SMALL = CbamGridConfig(size=64, cut=5, epochs=3, batch=8, learning_rate=0.01, dropout=0.0)
WORDS = {"dog": (200, 40, 40), "boat": (40, 40, 200)}


def drawn(directory: Path, count: int, seed: int) -> Examples:
    """Photos of noise around a colour that their caption names a thing for."""
    chance = np.random.default_rng(seed)
    scenes, truth = [], []
    for place in range(count):
        word = list(WORDS)[place % 2]
        name = f"{seed}-{place}"
        pixels = np.clip(chance.normal(WORDS[word], 40, (64, 64, 3)), 0, 255).astype(np.uint8)
        PIL.Image.fromarray(pixels).save(directory / f"{name}.png")
        scenes.append(Scene(Image(name, str(directory / f"{name}.png"), 64, 64, name)))
        truth.append(Truth(name, (f"There is a {word}.",)))
    return Examples(scenes, truth)


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Examples]:
    directory = tmp_path_factory.mktemp("photos")
    return {"train": drawn(directory, 16, 0), "tune": drawn(directory, 8, 1)}


@pytest.fixture(scope="module")
def resources(examples: dict[str, Examples]) -> Resources:
    truth = examples["train"].truth
    parses = Parses(None).fit(truth, Resources())
    return Resources({"concepts": Concepts(ConceptsConfig()).fit(truth, Resources({"parses": parses}))})


def fitted(config: CbamGridConfig, examples: dict[str, Examples], resources: Resources, scratch: Path) -> CbamGrid:
    return CbamGrid(config, Runtime(device="cpu", scratch=scratch)).fit(examples, resources)


@pytest.mark.parametrize("cut", [4, 5])
def test_without_gates_it_is_the_grid_of_the_backbone(
    examples: dict[str, Examples], resources: Resources, tmp_path: Path, cut: int
) -> None:
    stage = fitted(replace(SMALL, gates="none", epochs=1, cut=cut), examples, resources, tmp_path)
    plain = CnnGrid(Config(size=64), Runtime(device="cpu")).predict(examples["tune"].scenes, resources)
    np.testing.assert_allclose(stage.predict(examples["tune"].scenes, resources), plain, atol=1e-4)


@pytest.mark.parametrize("variant", ["paper", "released_code"])
def test_gates_that_learn_nothing_leave_the_grid_as_it_is(
    examples: dict[str, Examples], resources: Resources, tmp_path: Path, variant: str
) -> None:
    still = CbamGridConfig(size=64, cut=4, epochs=1, learning_rate=1e-8, variant=variant)
    stage = fitted(still, examples, resources, tmp_path)
    assert len(stage.tail_.gates) == 5  # four blocks of 192 channels and the last one
    plain = CnnGrid(Config(size=64), Runtime(device="cpu")).predict(examples["tune"].scenes, resources)
    np.testing.assert_allclose(stage.predict(examples["tune"].scenes, resources), plain, atol=1e-3)


@pytest.fixture(scope="module")
def learned(examples: dict[str, Examples], resources: Resources, tmp_path_factory: pytest.TempPathFactory) -> CbamGrid:
    return fitted(SMALL, examples, resources, tmp_path_factory.mktemp("scratch"))


def test_the_loss_of_tune_falls_and_the_grid_changes(
    learned: CbamGrid, examples: dict[str, Examples], resources: Resources
) -> None:
    assert min(learned.judged_) < learned.judged_[0]
    assert min(learned.judged_) < 2 * np.log(2)  # what knows nothing of two concepts
    plain = CnnGrid(Config(size=64), Runtime(device="cpu")).predict(examples["tune"].scenes, resources)
    assert np.abs(np.array(learned.predict(examples["tune"].scenes, resources)) - plain).max() > 1e-3


def test_a_fit_that_goes_on_equals_one_that_was_not_interrupted(
    learned: CbamGrid, examples: dict[str, Examples], resources: Resources, tmp_path: Path
) -> None:
    class Killed(Exception):
        pass

    def kills(items: Iterable[Any], what: str, total: int) -> Iterator[Any]:
        for place, item in enumerate(items):
            if what.startswith("fit concepts") and place == 2:
                raise Killed
            yield item

    left = []

    def notes(items: Iterable[Any], what: str, total: int) -> Iterator[Any]:
        left.append((what, total))
        return iter(items)

    runtime = Runtime(device="cpu", scratch=tmp_path)
    with pytest.raises(Killed):
        CbamGrid(SMALL, replace(runtime, progress=kills)).fit(examples, resources)
    load.cache_clear()  # as in a new process
    again = CbamGrid(SMALL, replace(runtime, progress=notes)).fit(examples, resources)
    assert left == [("fit concepts, epochs", 1)]
    assert again.judged_ == learned.judged_
    for one, other in zip(again.tail_.gates.parameters(), learned.tail_.gates.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_first_weights_come_from_the_seed_alone(learned: CbamGrid) -> None:
    before = learned._tail().gates.state_dict()
    load.cache_clear()  # as in a new process
    after = learned._tail().gates.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    other = CbamGrid(replace(SMALL, seed=1))._tail().gates.state_dict()
    assert not torch.equal(before["0.gates.0.reduce.weight"], other["0.gates.0.reduce.weight"])


def test_photos_without_captions_cannot_teach(examples: dict[str, Examples], resources: Resources) -> None:
    silent = Examples(examples["train"].scenes, [Truth(item.id) for item in examples["train"].truth])
    with pytest.raises(BadData, match="so grid=cbam_grid cannot learn"):
        CbamGrid(SMALL).fit(examples | {"train": silent}, resources)
