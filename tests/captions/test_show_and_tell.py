"""The stage: from the mean of a grid to captions."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.config import NoOptions
from pipeline.errors import NotFitted
from pipeline.records import Evidence, Image, Scene, Truth
from pipeline.stage import Examples, Resources, Runtime
from stages.captions.show_and_tell import Config, ShowAndTell
from stages.resources.idf import Idf
from stages.resources.vocabulary import Config as VocabularyConfig
from stages.resources.vocabulary import Vocabulary

torch.set_num_threads(1)
KINDS = ("dog", "cat", "horse", "bird")
SMALL = Config(word=16, lstm=24, dropout=0.0, batch=8, learning_rate=0.02, epochs=12, patience=12)


def examples(split: int, many: int) -> Examples:
    """Grids in which one location shows an animal and the others nothing, and two sentences that name it."""
    chance = np.random.default_rng(split)
    scenes, truth = [], []
    for place in range(many):
        grid = 0.05 * chance.normal(size=(4, 8))
        grid[chance.integers(4), place % len(KINDS)] += 4.0
        kind = KINDS[place % len(KINDS)]
        scenes.append(Scene(Image(f"{split}-{place}", "", 1, 1, ""), {"grid": grid.astype(np.float32)}))
        truth.append(Truth(f"{split}-{place}", (f"A {kind} runs.", f"there is a {kind} on the grass")))
    return Examples(scenes, truth)


TRAIN, TUNE, OTHERS = examples(0, 40), examples(1, 8), examples(2, 12)
VOCABULARY = Vocabulary(VocabularyConfig(min_count=1, longest=8)).fit(TRAIN.truth, Resources())
RESOURCES = Resources({"vocabulary": VOCABULARY, "idf": Idf(NoOptions()).fit(TRAIN.truth, Resources())})


@pytest.fixture(scope="module")
def stage() -> ShowAndTell:
    return ShowAndTell(SMALL, Runtime(device="cpu")).fit({"train": TRAIN, "tune": TUNE}, RESOURCES)


def test_it_names_what_is_in_photos_it_never_saw(stage: ShowAndTell) -> None:
    said = stage.predict(OTHERS.scenes, RESOURCES)
    right = sum(KINDS[place % len(KINDS)] in captions[0].words for place, captions in enumerate(said))
    assert right >= 11
    assert len(said) == 12


def test_every_word_has_a_score_and_rests_on_the_state(stage: ShowAndTell) -> None:
    for (caption,) in stage.predict(OTHERS.scenes, RESOURCES):
        assert len(caption.words) == len(caption.token_scores) > 0
        assert caption.evidence == (Evidence("state"),) * len(caption.words)


def test_its_parameters_are_those_of_the_papers_matrices(stage: ShowAndTell) -> None:
    """W_img, W_e, W_x of four gates, W_m of four gates and W_p, without biases."""
    symbols, channels, word, lstm = stage.trained_.symbols, 8, SMALL.word, SMALL.lstm
    assert stage.parameters == channels * word + symbols * word + 4 * lstm * (word + lstm) + lstm * symbols


def test_it_says_the_same_after_being_saved_and_loaded(stage: ShowAndTell, tmp_path: Path) -> None:
    stage.save_state(tmp_path)
    again = ShowAndTell(SMALL, Runtime(device="cpu")).load_state(tmp_path)
    assert again.predict(OTHERS.scenes, RESOURCES) == stage.predict(OTHERS.scenes, RESOURCES)


def test_speaking_before_learning_is_refused() -> None:
    with pytest.raises(NotFitted):
        ShowAndTell(SMALL).predict(OTHERS.scenes, RESOURCES)
