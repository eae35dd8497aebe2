from math import exp, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Box, Detection, Image, Scene
from pipeline.stage import Resources
from stages.relations._functions import FUNCTIONS, PREPOSITIONS, near, scores
from stages.relations.prepositions import Prepositions, PrepositionsConfig

SIZE = 100.0
edges = st.integers(0, 80)
boxes = st.tuples(edges, edges, st.integers(1, 20), st.integers(1, 20)).map(
    lambda c: Box(c[0], c[1], c[0] + c[2], c[1] + c[3])
)


def _flip(box: Box) -> Box:
    return Box(box.left, SIZE - box.bottom, box.right, SIZE - box.top)


def _mirror(box: Box) -> Box:
    return Box(SIZE - box.right, box.top, SIZE - box.left, box.bottom)


def _shift(box: Box, x: float, y: float) -> Box:
    return Box(box.left + x, box.top + y, box.right + x, box.bottom + y)


def _by_name(a: Box, b: Box) -> dict[str, float]:
    return {name: function(a, b) for name, function in FUNCTIONS.items()}


def test_the_names_are_babytalks_sixteen():
    assert len(PREPOSITIONS) == 16
    one_word = "above against beneath near in under by on over within around beside below behind"
    assert set(PREPOSITIONS) == {*one_word.split(), "next to", "in front of"}


def test_a_bird_over_a_house():
    found = _by_name(Box(10, 0, 20, 10), Box(0, 30, 20, 60))
    assert found["above"] == found["on"] == found["over"] == 1
    assert found["below"] == found["in"] == found["around"] == found["behind"] == 0
    assert found["beside"] == 0
    assert found["near"] == pytest.approx(exp(-20 / sqrt(200)))


def test_half_of_a_above_b():
    assert FUNCTIONS["above"](Box(0, 0, 10, 10), Box(0, 5, 10, 50)) == 0.5
    assert FUNCTIONS["above"](Box(0, 0, 10, 10), Box(5, 10, 15, 50)) == 0.5
    assert FUNCTIONS["above"](Box(0, 0, 10, 10), Box(0, 0, 10, 50)) == 0


def test_two_cars_side_by_side():
    found = _by_name(Box(0, 10, 30, 20), Box(34, 10, 64, 20))
    assert found["beside"] == found["next to"] == pytest.approx(exp(-4 / sqrt(1000)))
    assert found["against"] == pytest.approx(exp(-16 / sqrt(1000)))
    assert found["above"] == found["below"] == found["within"] == found["in front of"] == 0


def test_a_fish_in_water():
    found = _by_name(Box(10, 10, 20, 20), Box(0, 0, 40, 40))
    assert found["in"] == found["within"] == 1
    assert found["around"] == found["against"] == 0
    assert FUNCTIONS["around"](Box(0, 0, 40, 40), Box(10, 10, 20, 20)) == 1


def test_a_dog_in_front_of_a_tree():
    dog, tree = Box(0, 30, 16, 42), Box(0, 0, 20, 40)
    covered, free, step = 10 / 12, 1 - 160 / 800, 12 / 4
    assert FUNCTIONS["in front of"](dog, tree) == pytest.approx(covered * free * 2 / step)
    assert FUNCTIONS["behind"](tree, dog) == FUNCTIONS["in front of"](dog, tree)
    assert FUNCTIONS["in front of"](tree, dog) == 0


def test_what_surrounds_a_thing_is_not_in_front_of_it():
    dog, grass = Box(10, 10, 20, 20), Box(0, 0, 100, 100)
    assert FUNCTIONS["in front of"](grass, dog) == FUNCTIONS["behind"](dog, grass) == 0


@pytest.mark.parametrize("name", PREPOSITIONS)
@given(a=boxes, b=boxes)
def test_scores_lie_in_the_unit_interval_and_do_not_depend_on_left_and_right_or_place(name, a, b):
    score = FUNCTIONS[name](a, b)
    assert 0 <= score <= 1
    assert FUNCTIONS[name](_mirror(a), _mirror(b)) == pytest.approx(score)
    assert FUNCTIONS[name](_shift(a, 13, 7), _shift(b, 13, 7)) == pytest.approx(score)


@given(a=boxes, b=boxes)
def test_above_becomes_below_when_the_photo_is_flipped(a, b):
    assert FUNCTIONS["above"](a, b) == pytest.approx(FUNCTIONS["below"](_flip(a), _flip(b)))


@given(a=boxes, b=boxes)
def test_converses(a, b):
    assert FUNCTIONS["behind"](a, b) == FUNCTIONS["in front of"](b, a)
    assert FUNCTIONS["around"](a, b) == FUNCTIONS["within"](b, a)
    assert min(FUNCTIONS["behind"](a, b), FUNCTIONS["in front of"](a, b)) == 0


@given(b=boxes, gaps=st.tuples(st.integers(0, 50), st.integers(1, 50)))
def test_near_falls_with_the_gap(b, gaps):
    a = Box(b.left, 0, b.left + 5, 5)
    closer, farther = _shift(b, 0, 5 - b.top + gaps[0]), _shift(b, 0, 5 - b.top + gaps[0] + gaps[1])
    assert near(a, closer) > near(a, farther)


@given(a=boxes, b=boxes)
def test_of_two_boxes_only_the_larger_contains_the_other(a, b):
    assert min(FUNCTIONS["in"](a, b), FUNCTIONS["around"](a, b)) == 0


def test_boxes_of_one_size_contain_nothing_and_twice_the_area_is_clear():
    inner = Box(0, 0, 10, 10)
    assert FUNCTIONS["in"](inner, Box(0, 0, 10, 10)) == 0
    assert FUNCTIONS["in"](inner, Box(0, 0, 10, 10 * sqrt(2))) == pytest.approx(0.5)
    assert FUNCTIONS["in"](inner, Box(0, 0, 10, 20)) == pytest.approx(1)


@pytest.mark.parametrize(("times", "expected"), [(2, 0), (4, 0), (8, 0.5), (16, 1)])
def test_a_bird_is_in_a_bird_only_if_far_smaller(times, expected):
    inner, outer = Box(0, 0, 10, 10), Box(0, 0, 10, 10 * times)
    assert scores(inner, outer, alike=True)["in"] == pytest.approx(expected)
    assert scores(outer, inner, alike=True)["around"] == pytest.approx(expected)
    assert scores(inner, outer)["within"] == pytest.approx(1)


@given(a=boxes, b=boxes)
def test_one_label_changes_nothing_but_what_contains(a, b):
    one, other = scores(a, b, alike=True), scores(a, b)
    assert all(one[name] == other[name] for name in PREPOSITIONS if name not in ("in", "within", "around"))


def test_the_nested_boxes_of_one_bird_are_near_each_other_and_nothing_contains_them():
    nested = (Detection(Box(0, 0, 60, 60), (("bird", 0.9),)), Detection(Box(10, 10, 45, 45), (("bird", 0.6),)))
    for relation in _predict(nested):
        found = dict(relation.prepositions)
        assert found["in"] == found["within"] == found["around"] == 0
        assert {name for name, _ in relation.prepositions[:2]} == {"near", "by"}


def test_words_for_one_thing_count_as_one_label():
    nested = (Detection(Box(0, 0, 60, 60), (("aeroplane", 0.9),)), Detection(Box(10, 10, 45, 45), (("plane", 0.6),)))
    assert dict(_predict(nested)[1].prepositions)["in"] == 0


def _predict(detections):
    (relations,) = Prepositions(PrepositionsConfig()).predict(
        [Scene(Image("a", "a.png", 100, 100, ""), {"detections": detections})], Resources()
    )
    return relations


def test_every_ordered_pair_is_scored_once_best_first():
    boxes = (Box(0, 0, 10, 10), Box(5, 20, 30, 40), Box(0, 0, 100, 100))
    relations = _predict(tuple(Detection(box, ((name, 0.5),)) for name, box in zip("abc", boxes, strict=True)))
    assert [(r.subject, r.object) for r in relations] == [(i, j) for i in range(3) for j in range(3) if i != j]
    for relation in relations:
        assert dict(relation.prepositions) == pytest.approx(_by_name(boxes[relation.subject], boxes[relation.object]))
        found = [score for _, score in relation.prepositions]
        assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_detections_have_no_relations(count):
    detections = (Detection(Box(0, 0, 1, 1), (("dog", 1.0),)),) * count
    scene = Scene(Image("a", "a.png", 1, 1, ""), {"detections": detections})
    assert Prepositions(PrepositionsConfig()).predict([scene], Resources()) == [()]
    assert Prepositions(PrepositionsConfig()).predict([], Resources()) == []


def test_the_surest_may_be_related_alone_and_as_among_all() -> None:
    boxes = [Box(10 * place, 0, 10 * place + 5, 8) for place in range(4)]
    found = tuple(Detection(box, (("dog", score),)) for box, score in zip(boxes, (0.3, 0.9, 0.5, 0.4), strict=True))
    scene = Scene(Image("photo", "photo.png", 100, 100, ""), {"detections": found})
    (everything,) = Prepositions(PrepositionsConfig()).predict([scene], Resources())
    (some,) = Prepositions(PrepositionsConfig(least=0.35, most=2)).predict([scene], Resources())
    assert len(everything) == 12
    assert list(some) == [one for one in everything if {one.subject, one.object} == {1, 2}]
