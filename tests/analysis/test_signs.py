"""Signs of confidence, of a caption of each family worked by hand."""

import math

import pytest

from pipeline.config import NoOptions
from pipeline.records import Box, Caption, Detection, Evidence, GraphNode, Image, Scene, SceneGraph
from stages.analysis.good import good_captions
from stages.analysis.signs import SIGNS, signs
from stages.language import ptb
from stages.metrics.cider import Cider

IMAGE = Image("photo", "", 9, 9, "")


def told(scene: Scene) -> dict[str, float]:
    return {name: value for name, value in zip(SIGNS, signs([scene])[0].tolist(), strict=True) if not math.isnan(value)}


def test_a_network_shows_its_probabilities_and_its_attention() -> None:
    evidence = (None, Evidence("attention", (0.5, 0.25, 0.25, 0.0), (2, 2), terms=(("gate", 0.5), ("sentinel", 0.1))))
    caption = Caption("A dog.", ("A", "dog"), (-1.0, -3.0), -4.5, evidence)
    assert told(Scene(IMAGE, {"captions": (caption,)})) == pytest.approx(
        {
            "words": 2,
            "log-probability of a word, mean": -2,
            "log-probability of a word, least": -3,
            "objects named": 1,
            "sharpness of attention": 0.5,
            "greatest term of the evidence": 0.5,
            "least term of the evidence": 0.1,
        }
    )


def test_a_sentence_of_a_graph_shows_its_boxes_and_margins() -> None:
    boxes = tuple(Detection(Box(0, 0, 4, 4), ((label, score),)) for label, score in (("dog", 0.9), ("car", 0.5)))
    graph = SceneGraph((GraphNode(0, "dog", margin=3.0), GraphNode(1, "car", margin=1.0)), ())
    words = ["There", "is", "one", "puppy", "and", "one", "man", "near", "one", "car."]
    pointers = {"puppy": 0, "car.": 1}
    evidence = tuple(Evidence("detection", detection=pointers[word]) if word in pointers else None for word in words)
    caption = Caption(" ".join(words), tuple(words), evidence=evidence)
    found = told(Scene(IMAGE, {"captions": (caption,), "detections": boxes, "graph": graph}))
    assert found == pytest.approx(
        {
            "words": 10,
            "objects named": 3,
            "share of them detected": 2 / 3,  # no man
            "score of the boxes pointed at, mean": 0.7,
            "score of the boxes pointed at, least": 0.5,
            "margin of the graph, mean": 2,
            "margin of the graph, least": 1,
        }
    )


def test_good_is_at_least_as_like_the_references_as_the_given_share_of_peoples_captions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ptb, "tokenise", lambda sentences: list(sentences))
    monkeypatch.setattr(ptb, "unavailable", lambda: "")
    references = {
        noun: (f"a {noun} on the grass", f"the red {noun} is on the grass", f"some {noun} there")
        for noun in ("dog", "bus", "cow", "boat")
    }
    said = {noun: (Caption(f"a {noun} on the grass" if noun != "cow" else "a kite", ()),) for noun in references}
    all_good = good_captions(said, references, 0.0, Cider(NoOptions()))
    assert all_good.photos == tuple(references)
    assert all_good.threshold > 0
    assert all_good.good.tolist() == [True, True, False, True]
    thresholds = [
        good_captions(said, references, quantile, Cider(NoOptions())).threshold for quantile in (0.0, 0.5, 1.0)
    ]
    assert thresholds == sorted(thresholds)
