"""The whole stage: what it learns of made photos, what it does not learn, and from whom."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Array, Box, Detection, Image, Scene, Truth
from pipeline.stage import Examples, Resources
from stages.analysis.directions import directions
from stages.resources.parses import Parses
from stages.triplets import _classifiers
from stages.triplets._sights import labels_of, likeness, nearest, responses, sight
from stages.triplets.triangle_mrf import Config, TriangleMrf

SMALL = Config(min_captions=3, neighbours=3, epochs=5)
MEANT = (("dog", "run", "grass"), ("cat", "sleep", "couch"), ("boat", "float", "water"))

ACTING = {"run": "running", "sleep": "sleeping", "float": "floating"}


def scene(name: str, kind: int, draw: np.random.Generator) -> Scene:
    box = Box(10, 20, 50, 60)
    found = Detection(box, ((MEANT[kind][0], float(draw.uniform(0.5, 1))), ("person", 0.1)))
    described = np.eye(3)[kind] + draw.normal(scale=0.2, size=3)
    grid = np.tile(np.eye(3)[kind] + draw.normal(scale=0.2, size=3), (4, 1))
    fields = {"detections": (found,), "descriptors": described, "grid": grid}
    return Scene(Image(name, "", 100, 80, f"sha-{name}"), fields)


def photos(count: int, seed: int) -> tuple[list[Scene], list[Truth]]:
    draw = np.random.default_rng(seed)
    scenes, truth = [], []
    for at in range(count):
        thing, acts, place = MEANT[at % 3]
        captions = (f"A {thing} is {ACTING[acts]} on the {place}.", f"The {thing} {acts}s on the {place}.")
        scenes.append(scene(f"p{seed}-{at}", at % 3, draw))
        truth.append(Truth(f"p{seed}-{at}", captions))
    return scenes, truth


def fitted(scenes: list[Scene], truth: list[Truth], config: Config = SMALL) -> TriangleMrf:
    resources = Resources({"parses": Parses(NoOptions()).fit(truth, Resources())})
    return TriangleMrf(config).fit({"train": Examples(scenes, truth)}, resources)


@pytest.mark.parametrize("features", [("detections", "descriptors"), ("grid",), ("detections", "descriptors", "grid")])
def test_what_photos_show_is_learned_from_what_captions_say(features: tuple[str, ...]) -> None:
    stage = fitted(*photos(24, 0), dataclasses.replace(SMALL, features=features))
    assert set(stage.reads()) == set(features)
    for at, triplets in enumerate(stage.predict(photos(9, 1)[0], Resources())):
        assert (triplets[0].object, triplets[0].action, triplets[0].scene) == MEANT[at % 3]


def test_triplets_come_best_first_with_chances_that_add_up_to_one() -> None:
    stage = fitted(*photos(24, 0), dataclasses.replace(SMALL, best=1000))
    (triplets,) = stage.predict(photos(1, 1)[0], Resources())
    sizes = [len(names) for names in stage.values_]
    assert len(triplets) == len(set(triplets)) == np.prod(sizes)
    scores = [triplet.score for triplet in triplets]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1.0)


def test_a_training_photo_is_answered_without_its_own_captions() -> None:
    scenes, truth = photos(24, 0)
    lied = list(truth)
    lied[0] = Truth(truth[0].id, truth[2].captions)  # a dog, said to be a boat
    stage = fitted(scenes, lied)
    (triplets,) = stage.predict(scenes[:1], Resources())
    assert triplets[0].object == "dog"


@pytest.mark.parametrize("at", [0, 9, 23])
def test_a_training_photos_own_captions_are_not_counted_in_its_edges(at: int) -> None:
    scenes, truth = photos(24, 0)
    thing, (_, acts, bed), (_, other, pond) = MEANT[at % 3][0], MEANT[(at + 1) % 3], MEANT[(at + 2) % 3]
    truth[at] = Truth(truth[at].id, (f"The {thing} {acts}s.", f"A {thing} is {ACTING[acts]}."))
    stage = fitted(scenes, truth, dataclasses.replace(SMALL, best=1000))
    stage.node_weights_ = np.zeros_like(stage.node_weights_)
    stage.edge_weights_ = np.array([[0.0, 0.0, 5.0, 0.0]] * 3)  # of f(A, B) alone

    def chance(photo: Scene, meant: tuple[str, str, str]) -> float:
        (triplets,) = stage.predict([photo], Resources())
        return next(one.score for one in triplets if (one.object, one.action, one.scene) == meant)

    # Nobody but this photo's captions says any two elements of either together.
    said, unsaid = (thing, acts, pond), (thing, other, bed)
    assert chance(scenes[at], said) == pytest.approx(chance(scenes[at], unsaid))
    stranger = photos(1, 1)[0][0]
    assert chance(stranger, said) > 1.01 * chance(stranger, unsaid)


def test_features_of_a_training_photos_nodes_do_not_hang_on_what_is_said_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_classifiers, "STRENGTHS", (0.01,))  # otherwise chosen on all photos
    scenes, truth = photos(24, 0)
    lied = list(truth)
    lied[0] = Truth(truth[0].id, truth[2].captions)
    honest, other = fitted(scenes, truth), fitted(scenes, lied)
    order = [
        [[name for role in stage.values_ for name in role].index(name) for name in ("dog", "cat", "boat")]
        for stage in (honest, other)
    ]
    np.testing.assert_allclose(honest.mixed_[0][order[0]], other.mixed_[0][order[1]], atol=1e-6)


def test_photos_of_the_same_content_are_no_neighbours() -> None:
    scenes, truth = photos(24, 0)
    twin = dataclasses.replace(scenes[0], image=dataclasses.replace(scenes[0].image, id="twin"))
    stage = fitted([*scenes, twin], [*truth, Truth("twin", truth[0].captions)])
    for start, end in stage._columns():
        near = stage._neighbours(stage.seen_[:, start:end])
        assert all(at not in row for at, row in enumerate(near))
        assert 24 not in near[0]
        assert 0 not in near[24]


def test_a_photo_alone_has_no_neighbours_and_is_answered() -> None:
    scenes, truth = photos(3, 0)
    stage = fitted(scenes[:1], truth[:1], dataclasses.replace(SMALL, min_captions=1))
    assert stage.predict(photos(2, 1)[0], Resources())[0][0].object == "dog"


def test_a_saved_stage_answers_the_same(tmp_path: Path) -> None:
    stage = fitted(*photos(24, 0))
    stage.save_state(tmp_path)
    asked = [*photos(5, 1)[0], *photos(24, 0)[0][:2]]
    again = TriangleMrf(SMALL).load_state(tmp_path)
    assert again.predict(asked, Resources()) == stage.predict(asked, Resources())


def test_too_few_captions_are_refused_with_the_remedy() -> None:
    with pytest.raises(BadData, match="smaller min_captions"):
        fitted(*photos(6, 0), dataclasses.replace(SMALL, min_captions=50))


def test_a_label_is_seen_by_its_strongest_response_place_and_size() -> None:
    weak = Detection(Box(0, 0, 10, 10), (("dog", 0.2), ("cat", 0.1)))
    strong = Detection(Box(20, 40, 60, 80), (("dog", 0.5),))
    one = Scene(Image("a", "", 100, 200, ""), {"detections": (weak, strong)})
    assert labels_of([one]) == ("cat", "dog")
    found = sight(one, "detections", ("cat", "dog")).reshape(2, 4)
    np.testing.assert_allclose(found[0], [0.1, 0.1 * 0.05, 0.1 * 0.025, 0.1 * 100 / 20000], rtol=1e-5)
    np.testing.assert_allclose(found[1], [0.5, 0.5 * 0.4, 0.5 * 0.3, 0.5 * 1600 / 20000], rtol=1e-5)
    assert responses(one, ("dog", "horse", "cat")).tolist() == [0.5, 0.0, 0.1]


def test_a_name_that_is_object_action_and_scene_is_seen_as_each() -> None:
    found = Detection(Box(0, 0, 10, 10), (("diningtable", 0.7), ("dog", 0.2)))
    one = Scene(Image("a", "", 100, 200, ""), {"detections": (found,)})
    names = ("dining table", "dog", "walk", "dog", "grass", "dining table")
    assert responses(one, names).tolist() == [0.7, 0.2, 0.0, 0.2, 0.0, 0.7]


def test_neighbours_are_by_angle_nearest_first_and_only_of_others() -> None:
    def at(*angles: float) -> Array:
        return np.array([[np.cos(angle), np.sin(angle)] for angle in angles])

    alike = likeness(directions(3 * at(0.0)), directions(at(0.3, 0.1, 2.0, 0.2)))[0]
    np.testing.assert_allclose(alike, np.cos([0.3, 0.1, 2.0, 0.2]), atol=1e-6)
    assert nearest(alike, np.ones(4, dtype=bool), 3).tolist() == [1, 3, 0]
    assert nearest(alike, np.array([True, False, True, True]), 2).tolist() == [3, 0]
    assert not directions(np.zeros((1, 2))).any()
