"""The stage: every animal is a box, and its name points there."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Box, Caption, Detection, GraphNode, SceneGraph
from pipeline.stage import Examples, Resources, Runtime
from stages.captions.neural_baby_talk import Config, NeuralBabyTalk
from stages.networks.slots import Slots
from stages.resources.parses import Parses
from stages.resources.word_vectors import WordVectors, WordVectorsConfig
from tests.captions import animals

SMALL = Config(word=16, lstm=24, attention=16, dropout=0.0, batch=8, learning_rate=0.02, epochs=8)


def boxes(kind: int, chance: np.random.Generator) -> Mapping[str, Any]:
    """The animal and a car, in either order; regions tell them apart, and the surest leads."""
    kinds = [animals.KINDS[kind], "car"]
    scores = 0.5 + 0.4 * chance.permutation(2)
    found = tuple(
        Detection(Box(0, 0, 1, 1), ((label, float(score)),)) for label, score in zip(kinds, scores, strict=True)
    )
    vectors = 0.05 * chance.normal(size=(3, 5))
    for row, place in enumerate(np.argsort(-scores), 1):
        vectors[row, kind if place == 0 else 4] += 4.0
    return {"regions": vectors.astype(np.float32), "detections": found}


def knowledge(train: Examples) -> Resources:
    parses = Resources({"parses": Parses(NoOptions()).fit(train.truth, Resources())})
    vectors = WordVectors(WordVectorsConfig(dimensions=4, nouns="apart")).fit(train.truth, parses)
    return Resources({**animals.knowledge(train), "word_vectors": vectors})


def test_it_points_at_what_it_names(tmp_path: Path) -> None:
    sentinel: dict[bool, list[float]] = {True: [], False: []}
    for caption in animals.learns_to_name_animals(NeuralBabyTalk, SMALL, tmp_path, boxes, knowledge):
        (animal,) = set(animals.KINDS) & set(caption.words)
        for word, why in zip(caption.words, caption.evidence, strict=True):
            assert why is not None
            assert (why.kind, why.shape) == ("pointing", (2, 2))
            assert why.detection == (0 if word == animal else None)
            sentinel[word == animal].append(dict(why.terms)["sentinel"])
    assert np.mean(sentinel[True]) < np.mean(sentinel[False]) - 0.2


def test_a_slot_says_what_must_be_said() -> None:
    """What names the animal unasked, which is a slot, is what it says when asked to."""

    def told(kind: int, chance: np.random.Generator) -> Mapping[str, Any]:
        return {**boxes(kind, chance), "graph": SceneGraph((GraphNode(0, animals.KINDS[kind], margin=1.0),), ())}

    train, tune, others = (animals.examples(split, many, told) for split, many in enumerate((40, 8, 12)))
    resources = knowledge(train)
    runtime = Runtime(device="cpu")
    stage = NeuralBabyTalk(SMALL, runtime).fit({"train": train, "tune": tune}, resources)
    free = stage.predict(others.scenes, resources)
    bound = NeuralBabyTalk(dataclasses.replace(SMALL, must_say=1), runtime)
    bound.slots_, bound.vectors_, bound.trained_ = stage.slots_, stage.vectors_, stage.trained_
    said = bound.predict(others.scenes, resources)
    right = [animals.KINDS[place % len(animals.KINDS)] in one.words for place, (one,) in enumerate(free)]
    assert sum(right) >= 11
    for place, ((one,), (other,)) in enumerate(zip(free, said, strict=True)):
        assert animals.KINDS[place % len(animals.KINDS)] in other.words
        if right[place]:
            assert (other.words, pointed(other)) == (one.words, pointed(one))


def pointed(caption: Caption) -> list[int | None]:
    return [why and why.detection for why in caption.evidence]


def test_regions_are_told_of_as_their_detections_stand() -> None:
    stage = NeuralBabyTalk(SMALL, Runtime(device="cpu"))
    stage.slots_ = Slots(("car", "dog"), (), (), ())
    scene = animals.examples(0, 1).scenes[0]
    image = dataclasses.replace(scene.image, width=200, height=100)
    found = (
        Detection(Box(0, 0, 50, 50), (("puppy", 0.3),)),
        Detection(Box(100, 50, 200, 100), (("car", 0.9),)),
        Detection(Box(0, 0, 10, 10), (("lamp", 0.2),)),
    )
    fields = {**scene.fields, "detections": found, "regions": np.ones((3, 5), np.float32)}
    _, _, there, about = stage.gather([dataclasses.replace(scene, image=image, fields=fields)])
    assert there.flatten().tolist() == [1, 1, 1]
    expected = [[0, 0, 1, 1, 1, -1, -1], [0.5, 0.5, 1, 1, 0.9, 0, 1], [0, 0, 0.25, 0.5, 0.3, 1, 0]]
    np.testing.assert_allclose(about[0].numpy(), expected, rtol=1e-6)
