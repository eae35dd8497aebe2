from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from pipeline.errors import BadData, NotFitted
from pipeline.records import Box, Detection, Image, Relation, Scene, Truth
from pipeline.stage import Examples, Resources
from stages.language.english import parse
from stages.relations._functions import FUNCTIONS, PREPOSITIONS
from stages.relations._geometry import LENGTH, called, described
from stages.relations._lessons import from_annotation, from_captions
from stages.relations.learned import LearnedConfig, LearnedRelations
from stages.resources.parses import Parses
from stages.vision.average_precision import average_precision

SIZE = 100
PLACES = {"on": (0, -20), "under": (0, 20), "in": (0, 0)}
"""Where a dog is, in pixels from a sofa, of which somebody says so."""


def _photo(place, name, rng, dogs=1):
    """A dog somewhere about a sofa, and one sentence that says where."""
    across, down = PLACES[name]
    x, y = rng.uniform(30, 60), rng.uniform(35, 55)
    sofa = Detection(Box(x, y, x + 30, y + 20), (("sofa", 0.9),))
    found = []
    for extra in range(dogs):
        left, top = x + across + rng.uniform(2, 12) + 3 * extra, y + down + rng.uniform(4, 8)
        found.append(Detection(Box(left, top, left + 10, top + 8), (("dog", 0.8),)))
    scene = Scene(Image(str(place), f"{place}.png", SIZE, SIZE, ""), {"detections": (sofa, *found)})
    return scene, Truth(str(place), (f"A dog is {name} the sofa.",))


def _photos(count, seed, first=0, dogs=1):
    rng = np.random.default_rng(seed)
    return [_photo(first + place, tuple(PLACES)[place % 3], rng, dogs) for place in range(count)]


def _fitted(photos, **options):
    truth = [true for _, true in photos]
    resources = Resources({"parses": Parses(None).fit(truth, Resources())})
    stage = LearnedRelations(LearnedConfig(**options))
    return stage.fit({"train": Examples([scene for scene, _ in photos], truth)}, resources)


@pytest.fixture(scope="module")
def photos():
    return _photos(60, 1)


@pytest.fixture(scope="module")
def stage(photos):
    return _fitted(photos)


def _of(stage, scene, subject, other):
    (relations,) = stage.predict([scene], Resources())
    return next(dict(r.prepositions) for r in relations if (r.subject, r.object) == (subject, other))


def test_it_tells_on_from_under_and_in_on_photos_it_did_not_see(stage):
    fresh = _photos(45, 2)
    for name in PLACES:
        judged = [(_of(stage, scene, 1, 0)[name], f" {name} " in truth.captions[0]) for scene, truth in fresh]
        assert average_precision(judged, sum(right for _, right in judged)) > 0.95


def test_what_nobody_said_is_not_learned(stage):
    assert stage.prepositions_ == tuple(sorted(PLACES))


def test_scores_are_as_high_as_they_are_often_right(stage):
    fresh = _photos(90, 3)
    scores = [value for scene, _ in fresh for value in _of(stage, scene, 1, 0).values()]
    assert all(0 <= value <= 1 for value in scores)
    assert np.mean(scores) == pytest.approx(1 / 3, abs=0.05)


def test_a_sofa_is_not_on_the_dog_that_is_on_it(stage):
    scene, _ = _photo(0, "on", np.random.default_rng(5))
    assert _of(stage, scene, 0, 1)["on"] < 0.2 < 0.8 < _of(stage, scene, 1, 0)["on"]


def test_photos_with_two_dogs_teach_nothing(stage, photos):
    again = _fitted([*photos, *_photos(12, 7, dogs=2, first=60)])
    np.testing.assert_array_equal(again.weights_, stage.weights_)
    np.testing.assert_array_equal(again.means_, stage.means_)


def test_saved_and_loaded_it_says_the_same(stage, photos, tmp_path):
    stage.save_state(tmp_path)
    again = LearnedRelations(stage.config).load_state(tmp_path)
    scenes = [scene for scene, _ in photos[:3]]
    assert again.predict(scenes, Resources()) == stage.predict(scenes, Resources())


def test_photos_that_say_nothing_are_refused(photos):
    silent = [(scene, Truth(truth.id, ("A dog.",))) for scene, truth in photos]
    with pytest.raises(BadData, match="nothing to learn from"):
        _fitted(silent)
    with pytest.raises(NotFitted):
        LearnedRelations(LearnedConfig()).predict([photos[0][0]], Resources())


def test_names_may_be_looked_at_too():
    """Above a cat people say "on", above a table "over": geometry alone cannot tell."""
    rng, photos = np.random.default_rng(0), []
    for place in range(40):
        below, name = (("cat", "on"), ("table", "over"))[place % 2]
        x = float(rng.uniform(0, 20))
        low = Detection(Box(x, 50, x + 40, 70), ((below, 0.9),))
        high = Detection(Box(x + 5, 30, x + 25, 50), (("dog", 0.9),))
        scene = Scene(Image(str(place), "", SIZE, SIZE, ""), {"detections": (low, high)})
        photos.append((scene, Truth(str(place), (f"A dog is {name} the {below}.",))))
    blind, named = _fitted(photos), _fitted(photos, named=True)
    assert set(named.names_) == {"cat", "dining table", "dog"}
    assert _of(blind, photos[0][0], 1, 0)["on"] == pytest.approx(0.5, abs=0.2)
    assert _of(named, photos[0][0], 1, 0)["on"] > 0.85 > 0.15 > _of(named, photos[1][0], 1, 0)["on"]


def test_a_caption_is_an_example_of_one_preposition_and_denies_the_others():
    detections = (Detection(Box(0, 0, 9, 9), (("dog", 0.9),)), Detection(Box(0, 9, 9, 20), (("sofa", 0.9),)))
    lesson = from_captions(detections, parse(["A dog is on the sofa.", "A puppy on a couch."]), 0.4)
    assert lesson[0, 1].said == Counter({"on": 2})
    assert lesson[0, 1].denied == Counter({name: 2 for name in PREPOSITIONS if name != "on"})
    assert (lesson[1, 0].said, lesson[1, 0].denied) == (Counter(), Counter({"on": 2}))


def test_what_is_near_a_thing_has_it_near():
    detections = (Detection(Box(0, 0, 9, 9), (("dog", 0.9),)), Detection(Box(0, 9, 9, 20), (("car", 0.9),)))
    lesson = from_captions(detections, parse(["A dog near a car."]), 0.4)
    assert lesson[1, 0].said == Counter({"near": 1})
    assert not lesson[1, 0].denied


@pytest.mark.parametrize("caption", ["A dog.", "A cat on a sofa.", "A dog with a sofa.", "A dog on a horse."])
def test_a_caption_that_relates_no_two_detections_tells_nothing(caption):
    detections = (Detection(Box(0, 0, 9, 9), (("dog", 0.9),)), Detection(Box(0, 9, 9, 20), (("sofa", 0.9),)))
    assert from_captions(detections, parse([caption]), 0.4) == {}


def test_weak_detections_are_not_spoken_of():
    detections = (Detection(Box(0, 0, 9, 9), (("dog", 0.3),)), Detection(Box(0, 9, 9, 20), (("sofa", 0.9),)))
    assert from_captions(detections, parse(["A dog is on the sofa."]), 0.4) == {}


def test_annotation_denies_what_it_does_not_list():
    true = tuple(Detection(Box(0, 10 * i, 9, 10 * i + 9), ((name, 1.0),)) for i, name in enumerate("abc"))
    lesson = from_annotation(Truth("x", (), true, relations=(Relation(0, 1, (("on", 1.0), ("near", 0.2))),)))
    assert set(lesson) == set(permutations(range(3), 2))
    assert set(lesson[0, 1].said) == {"on"}
    assert set(lesson[0, 1].denied) == set(PREPOSITIONS) - {"on"}
    assert set(lesson[1, 0].denied) == set(PREPOSITIONS)
    assert from_annotation(Truth("x", (), true)) == {}


def test_annotated_relations_are_learned_without_a_detector():
    photos = _photos(60, 4)
    annotated = []
    for scene, truth in photos:
        name = next(name for name in PLACES if f" {name} " in truth.captions[0])
        relations = (Relation(1, 0, ((name, 1.0),)),)
        annotated.append((Scene(scene.image), Truth(truth.id, (), scene.detections, relations=relations)))
    stage = LearnedRelations(LearnedConfig(labels="annotated"))
    assert (stage.fit_reads(), stage.uses()) == ((), ())
    stage.fit({"train": Examples([scene for scene, _ in annotated], [true for _, true in annotated])}, Resources())
    fresh, truth = zip(*_photos(30, 6), strict=True)
    for name in PLACES:
        judged = [
            (dict(relation.prepositions)[name], relation.subject == 1 and f" {name} " in true.captions[0])
            for relations, true in zip(stage.predict(fresh, Resources()), truth, strict=True)
            for relation in relations
        ]
        assert average_precision(judged, sum(right for _, right in judged)) > 0.9


def test_geometry_does_not_depend_on_resolution_or_on_left_and_right():
    boxes = (Box(10, 20, 30, 50), Box(25, 40, 90, 80))
    turns = {
        "as it is": lambda box: box,
        "twice as large": lambda box: Box(2 * box.left, 2 * box.top, 2 * box.right, 2 * box.bottom),
        "mirrored": lambda box: Box(SIZE - box.right, box.top, SIZE - box.left, box.bottom),
    }
    rows = {}
    for name, turn in turns.items():
        side = 200 if name == "twice as large" else SIZE
        detections = [Detection(turn(box), ((label, 1.0),)) for box, label in zip(boxes, "ab", strict=True)]
        (rows[name],) = described(Image("x", "", side, side, ""), detections, [(0, 1)])
        assert rows[name].shape == (LENGTH,)
        assert rows[name] == pytest.approx(rows["as it is"])
    for function in FUNCTIONS.values():
        assert np.isclose(rows["as it is"], function(*boxes)).any()


def test_names_are_marked_for_subject_and_object():
    marks = called([("puppy", "sofa"), ("plane", "dog")], ("airplane", "dog"))
    np.testing.assert_array_equal(marks, [[0, 1, 0, 0], [1, 0, 0, 1]])
