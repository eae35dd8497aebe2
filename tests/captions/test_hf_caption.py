"""Captions by a model of the transformers library, against the model itself asked word by word."""

import dataclasses
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch

from pipeline.errors import BadOption, MissingDependency
from pipeline.records import Image, Scene
from pipeline.registry import choose
from pipeline.stage import Resources, Runtime
from stages.captions.hf_caption import Config, HfCaption
from tests.captions import tiny_hugging_face

pytest.importorskip("transformers")
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("tiny")
    tiny_hugging_face.save(directory)
    return directory


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[Scene]:
    directory, chance = tmp_path_factory.mktemp("photos"), np.random.default_rng(1)
    made = []
    for place, size in enumerate(((40, 50), (32, 32), (90, 20))):
        path = directory / f"{place}.png"
        PIL.Image.fromarray(chance.integers(0, 256, (*size, 3), dtype=np.uint8)).save(path)
        made.append(Scene(Image(str(place), str(path), size[1], size[0], "")))
    return made


def log_probabilities(folder: Path, scene: Scene, words: tuple[str, ...]) -> Any:
    """Of each of the words and the end, by one pass of the model over the whole sentence."""
    import transformers

    model = transformers.AutoModelForImageTextToText.from_pretrained(folder)
    pixels = np.asarray(PIL.Image.open(scene.image.path))  # of the size that the model wants
    photo = torch.from_numpy((pixels / 255 - 0.5) / 0.5).permute(2, 0, 1)[None].float()
    ids = [tiny_hugging_face.WORDS.index(word) for word in words]
    with torch.no_grad():
        logits = model(pixel_values=photo, decoder_input_ids=torch.tensor([[1, *ids]])).logits[0]
    return logits.log_softmax(dim=1)[torch.arange(len(ids) + 1), [*ids, 2]].numpy()


@pytest.mark.parametrize("beam", [1, 3])
def test_the_scores_of_words_are_the_models_own_log_probabilities(folder: Path, scenes: list[Scene], beam: int) -> None:
    stage = HfCaption(Config(folder=str(folder), beam=beam, longest=5), Runtime(device="cpu", batch=2))
    said = [captions[0] for captions in stage.predict(scenes, Resources())]
    for caption in said:
        assert len(caption.words) == len(caption.token_scores) == len(caption.evidence) > 0
    right = log_probabilities(folder, scenes[1], said[1].words)
    np.testing.assert_allclose(said[1].token_scores, right[:-1], atol=1e-4)
    ended = len(said[1].words) < 5
    assert said[1].log_probability == pytest.approx(right.sum() if ended else right[:-1].sum(), abs=1e-4)


def test_more_captions_are_given_best_first(folder: Path, scenes: list[Scene]) -> None:
    (said, *_) = HfCaption(Config(folder=str(folder), beam=4, n_best=3, longest=5)).predict(scenes, Resources())
    assert len({caption.text for caption in said}) == 3


def test_a_model_counts_by_its_content_wherever_it_lies(folder: Path, tmp_path: Path) -> None:
    before = choose("captions", f"hf_caption:{folder}").recipe("predict")
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    assert choose("captions", f"hf_caption:{copy}").recipe("predict") == before
    (copy / ".cache").mkdir()
    (copy / ".cache" / "downloaded").write_text("on a Monday")
    assert choose("captions", f"hf_caption:{copy}").recipe("predict") == before
    (copy / "generation_config.json").write_text("{}")
    assert choose("captions", f"hf_caption:{copy}").recipe("predict") != before


def test_what_is_no_model_is_refused(folder: Path, tmp_path: Path) -> None:
    for config, what in (
        (Config(), "wants one model"),
        (Config(folder=str(folder), hub="a/b"), "wants one model"),
        (Config(hub="someone/captioner"), "NAME@COMMIT"),
        (Config(folder=str(tmp_path)), r"no config\.json"),
    ):
        with pytest.raises(BadOption, match=what):
            HfCaption(config).predict([Scene(Image("0", "", 1, 1, ""))], Resources())
    half = Path(shutil.copytree(folder, tmp_path / "half"))
    (half / "model.safetensors").unlink()
    with pytest.raises(BadOption, match="image-to-text model that can be loaded"):
        HfCaption(Config(folder=str(half))).predict([Scene(Image("0", "", 1, 1, ""))], Resources())


def test_a_prompt_is_refused_by_a_model_that_reads_none(folder: Path, scenes: list[Scene]) -> None:
    with pytest.raises(BadOption, match=r"prompt='a dog'.*photo alone.*leave it out"):
        HfCaption(Config(folder=str(folder), prompt="a dog"), Runtime(device="cpu")).predict(scenes, Resources())


@pytest.mark.parametrize("beam", [1, 2])
def test_a_caption_has_at_most_the_places_of_its_decoder(
    folder: Path, tmp_path: Path, scenes: list[Scene], beam: int
) -> None:
    """That of 32; a model whose sentences never end says as many tokens."""
    endless = Path(shutil.copytree(folder, tmp_path / "endless"))
    told = json.loads((endless / "generation_config.json").read_text())
    (endless / "generation_config.json").write_text(json.dumps(told | {"suppress_tokens": [2]}))
    config = Config(folder=str(endless), longest=32, beam=beam)
    ((said,), *_) = HfCaption(config, Runtime(device="cpu")).predict(scenes, Resources())
    assert len(said.words) > 20  # of 32 tokens, some of which are no words
    with pytest.raises(BadOption, match=r"longest=33.*32.*take longest=32 or less"):
        HfCaption(dataclasses.replace(config, longest=33), Runtime(device="cpu")).predict(scenes, Resources())


def test_a_hub_that_cannot_be_asked_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    commit = "0123456789" * 4
    with pytest.raises(MissingDependency, match=f"nobody/nothing at {commit} cannot be had"):
        HfCaption(Config(hub=f"nobody/nothing@{commit}")).predict([Scene(Image("0", "", 1, 1, ""))], Resources())


def test_without_transformers_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stages.networks import hugging_face

    hugging_face.load.cache_clear()
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingDependency, match=r"pip install 'captionloom\[hf\]'"):
        HfCaption(Config(folder=str(folder))).predict([Scene(Image("0", "", 1, 1, ""))], Resources())
