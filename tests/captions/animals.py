"""Photos of four animals as grids, where one location shows the animal, with two sentences each that name it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pipeline.config import NoOptions
from pipeline.errors import NotFitted
from pipeline.records import Caption, Image, Scene, Truth
from pipeline.stage import Examples, Resources, Runtime, Stage
from stages.resources.idf import Idf
from stages.resources.vocabulary import Config as VocabularyConfig
from stages.resources.vocabulary import Vocabulary

torch.set_num_threads(1)
KINDS = ("dog", "cat", "horse", "bird")
Fields = Callable[[int, np.random.Generator], Mapping[str, Any]]
"""What else is known of a photo of the kind of this number."""


def nothing_else(kind: int, chance: np.random.Generator) -> Mapping[str, Any]:
    return {}


def examples(split: int, many: int, more: Fields = nothing_else) -> Examples:
    """Photos of each kind in turn."""
    chance = np.random.default_rng(split)
    scenes, truth = [], []
    for place in range(many):
        kind = place % len(KINDS)
        grid = 0.05 * chance.normal(size=(4, 8))
        grid[chance.integers(4), kind] += 4.0
        fields = {"grid": grid.astype(np.float32), **more(kind, chance)}
        scenes.append(Scene(Image(f"{split}-{place}", "", 1, 1, f"{split}-{place}"), fields))
        truth.append(Truth(f"{split}-{place}", (f"A {KINDS[kind]} runs.", f"there is a {KINDS[kind]} on the grass")))
    return Examples(scenes, truth)


def knowledge(train: Examples) -> Resources:
    vocabulary = Vocabulary(VocabularyConfig(min_count=1, longest=8)).fit(train.truth, Resources())
    return Resources({"vocabulary": vocabulary, "idf": Idf(NoOptions()).fit(train.truth, Resources())})


def learns_to_name_animals(
    kind: type[Stage[Any, Any]],
    config: Any,
    directory: Path,
    more: Fields = nothing_else,
    know: Callable[[Examples], Resources] = knowledge,
) -> list[Caption]:
    """Fitted on 40 photos, a captioner names the animal in at least 11 of 12 others, and says the same after being
    saved and loaded. Gives what it said."""
    train, tune, others = (examples(split, many, more) for split, many in enumerate((40, 8, 12)))
    resources = know(train)
    with pytest.raises(NotFitted):
        kind(config).predict(others.scenes, resources)
    stage = kind(config, Runtime(device="cpu")).fit({"train": train, "tune": tune}, resources)
    said: Sequence[tuple[Caption, ...]] = stage.predict(others.scenes, resources)
    right = sum(KINDS[place % len(KINDS)] in captions[0].words for place, captions in enumerate(said))
    assert right >= 11
    stage.save_state(directory)
    again = kind(config, Runtime(device="cpu")).load_state(directory)
    assert again.predict(others.scenes, resources) == said
    best = [captions[0] for captions in said]
    for caption in best:
        assert len(caption.words) == len(caption.token_scores) == len(caption.evidence) > 0
    return best
