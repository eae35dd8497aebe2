"""Two detectors joined: what they say, how they are named, and what is part of a key."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pipeline.errors import BadOption, UnknownName
from pipeline.records import Box, Detection, Image, Scene
from pipeline.registry import Choice, choose
from pipeline.stage import Resources
from stages.detections.nanodet import Nanodet
from stages.detections.stuff_head import StuffHead


def said(label: str, score: float, kind: str) -> Detection:
    return Detection(Box(0, 0, 1, 1), ((label, score),), "stuff" if kind == "stuff" else "thing")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    pixels = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    PIL.Image.fromarray(pixels).save(tmp_path / "a.png")
    return Scene(Image("a", str(tmp_path / "a.png"), 160, 120, ""))


def test_nothing_is_lost_and_the_best_comes_first(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    dog, cat = said("dog", 0.9, "thing"), said("cat", 0.3, "thing")
    sky, sea = said("sky", 0.9, "stuff"), said("sea", 0.1, "stuff")
    monkeypatch.setattr(Nanodet, "predict", lambda self, scenes, resources: [(dog, cat), ()])
    monkeypatch.setattr(StuffHead, "predict", lambda self, scenes, resources: [(sky, sea), (sea,)])
    joined = choose("detections", "things_and_stuff").create()
    assert joined.predict([scene, scene], Resources()) == [(dog, sky, cat, sea), (sea,)]


def test_it_says_what_its_detectors_say_with_their_options(scene: Scene) -> None:
    things, stuff = "nanodet:size=96:least=0.02", "stuff_head:least=0.0:share=0.0"
    alone = [choose("detections", text).create().predict([scene], Resources())[0] for text in (things, stuff)]
    escaped = [text.replace(":", "%3A").replace("=", "%3D") for text in (things, stuff)]
    choice = choose("detections", f"things_and_stuff:things={escaped[0]}:stuff={escaped[1]}")
    assert choose("detections", choice.text) == choice
    found = choice.create().predict([scene], Resources())[0]
    assert all(alone)
    assert sorted(map(repr, found)) == sorted(map(repr, (*alone[0], *alone[1])))


@pytest.mark.parametrize(
    ("text", "why"),
    [("things=hog_svm", "learns from train"), ("stuff=oracle", "hands on the truth")],
)
def test_a_detector_that_cannot_be_joined_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(BadOption, match=why):
        choose("detections", f"things_and_stuff:{text}").create()


def test_a_wrong_detector_or_option_of_one_is_refused_when_it_is_chosen() -> None:
    with pytest.raises(UnknownName, match="nanodet"):
        choose("detections", "things_and_stuff:things=nanode")
    with pytest.raises(BadOption, match="k='many'"):
        choose("detections", "things_and_stuff:things=nanodet%3Ak%3Dmany")


def recipes(choice: Choice) -> tuple[object, object]:
    return choice.recipe("fit"), choice.recipe("predict")


def test_its_recipe_changes_with_a_member_and_not_with_its_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = recipes(choose("detections", "things_and_stuff"))
    assert recipes(choose("detections", "things_and_stuff:things=nanodet%3Asize%3D416")) == plain
    assert recipes(choose("detections", "things_and_stuff:things=nanodet%3Asize%3D512")) != plain
    monkeypatch.setattr(Nanodet, "version", Nanodet.version + 1)
    assert recipes(choose("detections", "things_and_stuff")) != plain


def test_a_file_that_a_member_names_counts_by_its_content(tmp_path: Path) -> None:
    weights = tmp_path / "weights.pth"
    choice = choose("detections", f"things_and_stuff:things=faster_rcnn%3Aweights%3D{weights}")
    found = []
    for content in (b"one", b"two"):
        weights.write_bytes(content)
        found.append(recipes(choice))
    assert found[0] != found[1]
