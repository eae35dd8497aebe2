"""The stage: from grids and sentences to captions with their reasons."""

import dataclasses
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.config import NoOptions
from pipeline.errors import BadData, NotFitted
from pipeline.records import Image, Scene, Truth
from pipeline.stage import Examples, Resources, Runtime
from stages.captions.show_attend_tell import Config, ShowAttendTell
from stages.resources.idf import Idf
from stages.resources.vocabulary import Config as VocabularyConfig
from stages.resources.vocabulary import Vocabulary

torch.set_num_threads(1)
KINDS = ("dog", "cat", "horse", "bird")
SMALL = Config(word=16, lstm=24, attention=16, dropout=0.0, batch=8, learning_rate=0.01, epochs=12, patience=12)


def examples(split: int, many: int, locations: int = 9) -> Examples:
    """Grids in which one location shows an animal and the others nothing, and two sentences that name it."""
    chance = np.random.default_rng(split)
    scenes, truth = [], []
    for place in range(many):
        kind, where = place % len(KINDS), chance.integers(locations)
        grid = 0.05 * chance.normal(size=(locations, 8))
        grid[where, kind] += 2.0
        scenes.append(Scene(Image(f"{split}-{place}", "", 1, 1, ""), {"grid": grid.astype(np.float32)}))
        truth.append(Truth(f"{split}-{place}", (f"A {KINDS[kind]} runs.", f"there is a {KINDS[kind]} on the grass")))
    return Examples(scenes, truth)


def knowledge(train: Examples) -> Resources:
    vocabulary = Vocabulary(VocabularyConfig(min_count=1, longest=8)).fit(train.truth, Resources())
    return Resources({"vocabulary": vocabulary, "idf": Idf(NoOptions()).fit(train.truth, Resources())})


TRAIN, TUNE, OTHERS = examples(0, 40), examples(1, 8), examples(2, 12)
RESOURCES = knowledge(TRAIN)


def fitted(config: Config = SMALL, tune: Examples = TUNE) -> ShowAttendTell:
    both: Mapping[str, Examples] = {"train": TRAIN, "tune": tune}
    return ShowAttendTell(config, Runtime(device="cpu")).fit(both, RESOURCES)


@pytest.fixture(scope="module")
def stage() -> ShowAttendTell:
    return fitted()


def test_it_names_what_is_in_photos_it_never_saw(stage: ShowAttendTell) -> None:
    said = stage.predict(OTHERS.scenes, RESOURCES)
    right = sum(KINDS[place % len(KINDS)] in captions[0].words for place, captions in enumerate(said))
    assert right >= 11
    assert len(said) == 12


def test_every_word_has_a_score_and_a_map_over_the_photo(stage: ShowAttendTell) -> None:
    for (caption,) in stage.predict(OTHERS.scenes, RESOURCES):
        assert len(caption.words) == len(caption.token_scores) == len(caption.evidence) > 0
        assert caption.text[0].isupper()
        assert caption.text.endswith(".")
        assert caption.log_probability is not None
        assert caption.log_probability <= sum(caption.token_scores) + 1e-6
        for why in caption.evidence:
            assert why is not None
            assert (why.kind, why.shape) == ("attention", (3, 3))
            assert sum(why.weights) == pytest.approx(1.0, abs=1e-3)
            assert [name for name, _ in why.terms] == ["gate"]
            assert 0 <= why.terms[0][1] <= 1


def test_neither_batch_nor_order_nor_company_changes_a_caption(stage: ShowAttendTell) -> None:
    together = stage.predict(OTHERS.scenes, RESOURCES)
    stage.runtime = Runtime(device="cpu", batch=1)
    alone = stage.predict(OTHERS.scenes[::-1], RESOURCES)[::-1]
    stage.runtime = Runtime(device="cpu")
    for (left,), (right,) in zip(together, alone, strict=True):
        assert left.words == right.words
        np.testing.assert_allclose(left.token_scores, right.token_scores, atol=1e-4)
    assert stage.predict([], RESOURCES) == []


@pytest.mark.slow
def test_the_same_seed_gives_the_same_captions_and_another_seed_another_network(stage: ShowAttendTell) -> None:
    assert fitted().predict(OTHERS.scenes, RESOURCES) == stage.predict(OTHERS.scenes, RESOURCES)
    other = fitted(dataclasses.replace(SMALL, seed=1)).predict(OTHERS.scenes, RESOURCES)
    assert other != stage.predict(OTHERS.scenes, RESOURCES)


def test_the_best_captions_come_first_and_differ(stage: ShowAttendTell) -> None:
    stage.config = dataclasses.replace(SMALL, beam=5, n_best=3)
    said = stage.predict(OTHERS.scenes, RESOURCES)
    stage.config = SMALL
    for captions in said:
        scores = [caption.log_probability or 0.0 for caption in captions]
        assert scores == sorted(scores, reverse=True)
        assert len({caption.words for caption in captions}) == len(captions) == 3


def test_it_says_the_same_after_being_saved_and_loaded(stage: ShowAttendTell, tmp_path: Path) -> None:
    stage.save_state(tmp_path)
    again = ShowAttendTell(SMALL, Runtime(device="cpu")).load_state(tmp_path)
    assert again.predict(OTHERS.scenes, RESOURCES) == stage.predict(OTHERS.scenes, RESOURCES)
    assert again.trained_.log == stage.trained_.log
    assert len(stage.trained_.log) == 12
    assert all(epoch.cider is not None for epoch in stage.trained_.log)
    assert not [path for path in tmp_path.iterdir() if path.suffix not in (".json", ".safetensors")]


def test_photos_without_captions_are_passed_over_and_tune_may_have_none() -> None:
    silent = Examples(TUNE.scenes, [Truth(truth.id) for truth in TUNE.truth])
    stage = fitted(dataclasses.replace(SMALL, epochs=2), silent)
    assert [epoch.cider for epoch in stage.trained_.log] == [None, None]
    nobody = Examples(TRAIN.scenes, [Truth(truth.id) for truth in TRAIN.truth])
    with pytest.raises(BadData, match="no training photo"):
        ShowAttendTell(SMALL).fit({"train": nobody, "tune": TUNE}, RESOURCES)


def test_half_precision_grids_and_the_programs_variant_are_learned_too() -> None:
    halves = [Scene(scene.image, {"grid": scene.grid.astype(np.float16)}) for scene in TRAIN.scenes]
    config = dataclasses.replace(SMALL, epochs=1, variant="released_code")
    stage = ShowAttendTell(config).fit({"train": Examples(halves, TRAIN.truth), "tune": TUNE}, RESOURCES)
    assert len(stage.predict(halves[:3], RESOURCES)) == 3


def test_speaking_before_learning_is_refused() -> None:
    with pytest.raises(NotFitted):
        ShowAttendTell(SMALL).predict(OTHERS.scenes, RESOURCES)


def test_its_module_imports_no_heavy_library() -> None:
    code = "import sys, stages.captions.show_attend_tell, stages.grid.cnn_grid, stages.resources.idf;"
    code += "print([m for m in ('torch', 'timm', 'safetensors.torch', 'cv2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
