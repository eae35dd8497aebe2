"""The stage: photos of animals find sentences about them, and words the places they are about."""

import dataclasses
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pipeline.config import NoOptions
from pipeline.records import Box, Caption, Detection, Evidence, Scene
from pipeline.stage import Examples, Resources, Runtime
from stages.captions.alignment import Alignment, Config
from stages.networks import aligning
from stages.regions.roi_align import Config as RoiConfig
from stages.regions.roi_align import RoiAlign
from stages.resources.parses import Parses
from stages.resources.vocabulary import Config as VocabularyConfig
from stages.resources.vocabulary import Vocabulary
from stages.resources.word_vectors import WordVectors, WordVectorsConfig
from tests.captions.animals import KINDS, examples

torch.set_num_threads(1)
DOES, WHERE = ("barks", "sleeps", "gallops", "flies"), ("outside", "indoors", "fast", "high")
SMALL = Config(size=16, dropout=0.0, batch=8, learning_rate=0.01, epochs=4, beta=0.0, seed=1)
"""One kind of the four may be told by the lack of all others, and then lies wherever there is nothing."""


def boxes(scene: Scene, chance: np.random.Generator) -> dict[str, Any]:
    """What is detected at some of the four locations, that of the animal among them, and the regions of it."""
    where = scene.grid.sum(axis=1).argmax()
    found = [place for place in chance.permutation(4).tolist() if place == where or chance.random() < 0.5]
    corners = [Box(place % 2 / 2, place // 2 / 2, place % 2 / 2 + 0.5, place // 2 / 2 + 0.5) for place in found]
    detections = tuple(Detection(box, (("thing", 0.3 + 0.6 * chance.random()),)) for box in corners)
    fields = {"detections": (Detection(Box(0, 0, 1, 1), (("unsure", 0.1),)), *detections)}
    seen = dataclasses.replace(scene, fields={**scene.fields, **fields})
    (regions,) = RoiAlign(RoiConfig()).predict([seen], Resources())
    return {**fields, "regions": regions}


def animals_box(scene: Scene) -> int:
    where = int(scene.grid.sum(axis=1).argmax())
    corner = (where % 2 / 2, where // 2 / 2)
    return 1 + [(item.box.left, item.box.top) for item in scene.detections[1:]].index(corner)


def seen_in_boxes(photos: Examples) -> Examples:
    """With detections in any order, and the regions that the plan makes of them."""
    chance = np.random.default_rng(len(photos.scenes))
    scenes = [dataclasses.replace(one, fields={**one.fields, **boxes(one, chance)}) for one in photos.scenes]
    return Examples(scenes, photos.truth)


def knowledge(train: Examples) -> Resources:
    parses = Parses(NoOptions()).fit(train.truth, Resources())
    vectors = WordVectors(WordVectorsConfig(min_count=1)).fit(train.truth, Resources({"parses": parses}))
    vocabulary = Vocabulary(VocabularyConfig(min_count=1)).fit(train.truth, Resources())
    return Resources({"parses": parses, "word_vectors": vectors, "vocabulary": vocabulary})


def told_apart(photos: Examples) -> Examples:
    """With captions that keep each animal in company of its own, since that is what words are known by."""
    truth = []
    for place, one in enumerate(photos.truth):
        kind = place % len(KINDS)
        company = f"{KINDS[kind]} {DOES[kind]} {WHERE[kind]}"
        truth.append(dataclasses.replace(one, captions=(f"A {company}.", f"there the {company}")))
    return Examples(photos.scenes, truth)


def fitted(
    config: Config, change: Callable[[Examples], Examples] = lambda photos: photos
) -> tuple[Alignment, Examples, Resources]:
    train, tune, others = (told_apart(change(examples(split, many))) for split, many in enumerate((40, 8, 12)))
    resources = knowledge(train)
    stage = Alignment(config, Runtime(device="cpu")).fit({"train": train, "tune": tune}, resources)
    return stage, others, resources


def surest(place: int, caption: Caption) -> Evidence:
    """Of the word that fits its region best, in a caption that has to name the animal."""
    assert KINDS[place % len(KINDS)] in caption.words
    assert len(caption.evidence) == len(caption.words)
    return max((why for why in caption.evidence if why is not None), key=lambda why: why.terms[0][1])


def test_over_a_grid_the_surest_word_lies_where_the_animal_is(tmp_path: Path) -> None:
    stage, others, resources = fitted(SMALL)
    said = stage.predict(others.scenes, resources)
    right = 0
    for place, ((caption,), scene) in enumerate(zip(said, others.scenes, strict=True)):
        why = surest(place, caption)
        assert why.shape in ((2, 2), None)
        right += bool(why.weights) and why.weights.index(1.0) == scene.grid.sum(axis=1).argmax()
    assert right >= len(others.scenes) * (len(KINDS) - 1) / len(KINDS)  # 3 of 12 by chance
    stage.save_state(tmp_path)
    again = Alignment(SMALL, Runtime(device="cpu")).load_state(tmp_path)
    assert again.predict(others.scenes, resources) == said
    assert 0 <= min(stage.recall_) <= max(stage.recall_) <= 1


def test_a_run_that_was_killed_and_resumed_equals_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, tune = (told_apart(examples(split, many)) for split, many in enumerate((12, 6)))
    resources, config = knowledge(train), dataclasses.replace(SMALL, epochs=3, dropout=0.3)
    split = {"train": train, "tune": tune}
    whole = Alignment(config, Runtime(device="cpu")).fit(split, resources)
    judge, judged = aligning.found, list[int]()

    def killed(*given: Any) -> Any:
        judged.append(1)
        if len(judged) == 2:
            raise KeyboardInterrupt
        return judge(*given)

    runtime = Runtime(device="cpu", scratch=tmp_path)
    monkeypatch.setattr(aligning, "found", killed)
    with pytest.raises(KeyboardInterrupt):
        Alignment(config, runtime).fit(split, resources)
    again = Alignment(config, runtime).fit(split, resources)
    assert len(judged) == 4  # the first epoch was not run again
    assert again.recall_ == whole.recall_
    assert again.predict(tune.scenes, resources) == whole.predict(tune.scenes, resources)


def test_over_regions_the_surest_word_lies_on_the_animals_box() -> None:
    stage, others, resources = fitted(dataclasses.replace(SMALL, over="regions"), seen_in_boxes)
    assert (stage.reads(), stage.fit_reads()) == (("regions", "detections"), ("regions",))
    said = stage.predict(others.scenes, resources)
    found = [surest(place, caption).detection for place, (caption,) in enumerate(said)]
    right = [animals_box(scene) for scene in others.scenes]
    assert sum(map(operator.eq, found, right)) >= len(right) * (len(KINDS) - 1) / len(KINDS)
    assert len(set(right)) > 2


def test_the_whole_photo_is_a_region_once_and_is_no_detection() -> None:
    (scene,) = seen_in_boxes(examples(0, 1)).scenes
    stage = Alignment(dataclasses.replace(SMALL, over="regions"))
    regions, there = stage.gather([scene])
    np.testing.assert_array_equal(regions[0].numpy(), scene.read("regions"))
    np.testing.assert_allclose(regions[0, 0].numpy(), scene.grid.mean(axis=0), rtol=1e-5)
    assert there.flatten().tolist() == [1.0] * len(scene.read("regions"))
    over_grid, there = Alignment(SMALL).gather([scene])
    np.testing.assert_allclose(over_grid[0].numpy(), [scene.grid.mean(axis=0), *scene.grid], rtol=1e-5)
    assert there.flatten().tolist() == [1.0] * 5


def test_a_photo_never_says_what_was_said_of_itself() -> None:
    train = examples(0, 8)
    for scene, truth in zip(train.scenes, train.truth, strict=True):
        object.__setattr__(truth, "captions", (f"{truth.captions[0]} {scene.image.id}",))
    stage = Alignment(dataclasses.replace(SMALL, epochs=1), Runtime(device="cpu"))
    stage.fit({"train": train, "tune": train}, knowledge(train))
    for scene, (caption,) in zip(train.scenes, stage.predict(train.scenes, Resources()), strict=True):
        assert scene.image.id not in caption.text
    alone = Examples(train.scenes[:1], train.truth[:1])
    stage.fit({"train": alone, "tune": train}, knowledge(train))
    assert stage.predict(train.scenes[:1], Resources()) == [()]
