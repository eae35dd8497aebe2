"""Borrowed captions: from whom, which of them, and never from the photo itself."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData, NotFitted
from pipeline.records import Caption, Image, Scene, Truth
from pipeline.stage import Examples, Resources
from pipeline.text import tokenise
from stages.captions.nearest_neighbour import Config, NearestNeighbour
from stages.language.cider import cider_d
from stages.resources.idf import Idf

SENTENCES = (
    ("A black dog runs .", "the dog is running on grass", "Dogs: they run!"),
    ("a black dog runs on grass", "One dog."),
    ("a black dog runs on the grass", "brown dog, on  grass"),
    ("Two cats sleep.", "a cat on a sofa"),
    ("a cat on a sofa", "cats sleep on a sofa"),
)
ANGLES = (0.0, 0.1, 0.2, 1.4, 1.5)
OPPOSITE = tuple(angle + np.pi for angle in ANGLES)
"""With these, photos point every way and their average is nothing."""


def scene(name: str, angle: float, sha: str = "", length: float = 1.0) -> Scene:
    """Two locations whose mean points at `angle`."""
    mean = length * np.array([np.cos(angle), np.sin(angle), 0.0])
    aside = np.array([0.3, -0.2, 0.1])
    grid = np.stack([mean + aside, mean - aside]).astype(np.float32)
    return Scene(Image(name, "", 1, 1, sha), {"grid": grid})


TRAIN = Examples(
    [scene(f"t{i}", angle, f"hash{i}") for i, angle in enumerate((*ANGLES, *OPPOSITE))],
    [Truth(f"t{i}", texts) for i, texts in enumerate((*SENTENCES, *(("far away",) for _ in OPPOSITE)))],
)
RESOURCES = Resources({"idf": Idf(NoOptions()).fit(TRAIN.truth, Resources())})


def fitted(**options: object) -> NearestNeighbour:
    return NearestNeighbour(dataclasses.replace(Config(), **options)).fit({"train": TRAIN}, RESOURCES)


def said(stage: NearestNeighbour, *scenes: Scene) -> list[Caption]:
    return [caption for (caption,) in stage.predict(scenes, RESOURCES)]


def test_the_first_caption_of_the_nearest_photo_is_handed_on_as_its_author_wrote_it() -> None:
    stage = fitted(consensus="first")
    texts = [caption.text for caption in said(stage, scene("a", -0.1), scene("b", 0.19), scene("c", 1.41))]
    assert texts == ["A black dog runs .", "a black dog runs on the grass", "Two cats sleep."]


def test_near_is_an_angle_and_not_a_distance() -> None:
    (caption,) = said(fitted(consensus="first"), scene("far", 0.1, length=40.0))
    assert caption.text == "a black dog runs on grass"


def test_what_all_photos_share_makes_none_of_them_alike() -> None:
    def lit(one: Scene) -> Scene:
        return Scene(one.image, {"grid": one.grid + np.array([30.0, 50.0, 80.0], dtype=np.float32)})

    bright = Examples([lit(one) for one in TRAIN.scenes], TRAIN.truth)
    stage = NearestNeighbour(Config(consensus="first")).fit({"train": bright}, RESOURCES)
    asked = [scene("a", -0.1), scene("b", 0.19), scene("c", 1.41)]
    texts = [caption.text for caption in said(stage, *map(lit, asked))]
    assert texts == ["A black dog runs .", "a black dog runs on the grass", "Two cats sleep."]


@pytest.mark.parametrize("agreeing", [0, 1, 2, 100])
def test_the_caption_that_agrees_best_with_the_others_is_chosen(agreeing: int) -> None:
    stage = fitted(neighbours=3, agreeing=agreeing)
    pool = [text for texts in SENTENCES[:3] for text in texts]
    words = [tokenise(text) for text in pool]
    frequencies = RESOURCES.of(Idf).frequencies
    agreement = []
    for i, mine in enumerate(words):
        others = [cider_d([mine], [[other]], frequencies)[0] for j, other in enumerate(words) if j != i]
        others.sort(reverse=True)
        agreement.append(np.mean(others[: agreeing or len(others)]))
    (caption,) = said(stage, scene("a", 0.0))
    assert caption.text == pool[int(np.argmax(agreement))]
    for why in caption.evidence:
        assert why is not None
        assert why.terms[1] == ("agreement", pytest.approx(max(agreement), abs=1e-5))


def test_every_word_names_the_photo_it_is_borrowed_from_and_how_alike_that_is() -> None:
    (caption,) = said(fitted(consensus="first"), scene("a", 0.3))
    assert caption.words == ("a", "black", "dog", "runs", "on", "the", "grass")
    assert len(caption.evidence) == 7
    for why in caption.evidence:
        assert why is not None
        assert why.kind == "neighbour"
        assert why.terms == (("looks like t2", pytest.approx(np.cos(0.1), abs=1e-5)),)


def test_a_training_photo_does_not_borrow_from_itself() -> None:
    stage = fitted(consensus="first", neighbours=1)
    for place in range(len(ANGLES)):
        (caption,) = said(stage, dataclasses.replace(TRAIN.scenes[place]))
        assert caption.text not in SENTENCES[place][:1]
    (unhashed,) = said(stage, scene("t0", ANGLES[0]))
    assert unhashed.text == SENTENCES[0][0]


def test_a_photo_known_under_two_names_does_not_borrow_from_either() -> None:
    double = Examples([*TRAIN.scenes, scene("again", 0.0, "hash0")], [*TRAIN.truth, Truth("again", ("mine again",))])
    stage = NearestNeighbour(Config(consensus="first")).fit({"train": double}, RESOURCES)
    (caption,) = said(stage, TRAIN.scenes[0])
    assert caption.text == SENTENCES[1][0]


def test_with_nobody_else_to_ask_something_true_is_said() -> None:
    alone = Examples(TRAIN.scenes[:1], TRAIN.truth[:1])
    (caption,) = said(NearestNeighbour(Config()).fit({"train": alone}, RESOURCES), TRAIN.scenes[0])
    assert caption.text == "This is a photograph."


def test_a_single_candidate_is_said_and_a_photo_without_features_still_borrows() -> None:
    one = Examples(TRAIN.scenes[:1], [Truth("t0", ("only this",))])
    (caption,) = said(NearestNeighbour(Config()).fit({"train": one}, RESOURCES), scene("other", 2.0))
    assert caption.text == "only this"
    blank = Scene(Image("blank", "", 1, 1, ""), {"grid": np.zeros((2, 3), np.float32)})
    assert said(fitted(), blank)[0].text


def test_photos_without_captions_are_passed_over_and_without_any_fitting_is_refused() -> None:
    truth = [Truth("t0"), Truth("t1", ("...",)), *TRAIN.truth[2:]]
    stage = NearestNeighbour(Config(consensus="first")).fit({"train": Examples(TRAIN.scenes, truth)}, RESOURCES)
    assert stage.ids_ == tuple(f"t{i}" for i in range(2, 10))
    assert said(stage, scene("a", 0.0))[0].text == SENTENCES[2][0]
    nobody = Examples(TRAIN.scenes, [Truth(item.id) for item in TRAIN.truth])
    with pytest.raises(BadData, match="no training photo"):
        NearestNeighbour(Config()).fit({"train": nobody}, RESOURCES)


def test_sentences_survive_being_saved_in_any_script(tmp_path: Path) -> None:
    texts = ("Ein  Hund —\tläuft!", "犬が走る。", 'say "woof"')
    train = Examples(TRAIN.scenes[:3], [Truth(f"t{i}", (text,)) for i, text in enumerate(texts)])
    stage = NearestNeighbour(Config(consensus="first")).fit({"train": train}, RESOURCES)
    stage.save_state(tmp_path)
    again = NearestNeighbour(Config(consensus="first")).load_state(tmp_path)
    asked = [scene("a", angle) for angle in ANGLES[:3]]
    assert [caption.text for caption in said(again, *asked)] == list(texts)
    assert said(again, *asked) == said(stage, *asked)
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".safetensors"}


def test_borrowing_before_learning_is_refused() -> None:
    with pytest.raises(NotFitted):
        NearestNeighbour(Config()).predict([scene("a", 0.0)], RESOURCES)


def test_its_module_imports_no_heavy_library() -> None:
    code = "import sys, stages.captions.nearest_neighbour, stages.captions.show_and_tell;"
    code += "print([m for m in ('torch', 'timm', 'sklearn', 'cv2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
