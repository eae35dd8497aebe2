import dataclasses

import numpy as np
import pytest

from pipeline.records import AttributeScores, Box, Detection, GraphEdge, GraphNode, Relation, SceneGraph, Truth
from stages.graph._agreement import accuracy, by_annotation, by_facts, judges
from stages.language.facts import Facts, Mention

DOG, CAR, GRASS = Box(0, 0, 10, 10), Box(50, 0, 80, 20), Box(0, 5, 100, 100)
TRUTH = Truth(
    "a",
    detections=(
        Detection(DOG, (("dog", 1.0),)),
        Detection(CAR, (("car", 1.0),)),
        Detection(GRASS, (("grass", 1.0),), "stuff"),
    ),
    attributes=(AttributeScores((("brown", 1.0),)), AttributeScores((("red", 1.0),)), AttributeScores(())),
    relations=(Relation(0, 2, (("on", 1.0), ("in", 1.0))), Relation(2, 0, (("under", 1.0),))),
)
FOUND = (
    Detection(Box(1, 0, 10, 10), (("cat", 0.9),)),
    Detection(Box(0, 1, 10, 10), (("dog", 0.8),)),
    Detection(GRASS, (("grass", 1.0),), "stuff"),
)


def test_a_labelling_is_counted_by_kind() -> None:
    """The surer of two boxes on the dog stands for it; the other, and the car, are false and missed."""
    graph = SceneGraph(
        (GraphNode(0, "puppy", "brown"), GraphNode(1, "dog", "brown"), GraphNode(2, "lawn", "green")),
        (GraphEdge(0, "upon", 2), GraphEdge(0, "near", 1), GraphEdge(2, "around", 0)),
    )
    objects, attributes, relations = by_annotation(FOUND, TRUTH, ("brown", "red", "green"))(graph).tolist()
    assert objects == [2, 3, 3]  # dog and grass of three said; dog, car and grass are true
    assert attributes == [1, 3, 2]
    assert relations == [1, 3, 1]


def test_pairs_of_which_nothing_is_annotated_do_not_count() -> None:
    found = (Detection(CAR, (("car", 1.0),)), Detection(GRASS, (("grass", 1.0),), "stuff"))
    graph = SceneGraph((GraphNode(0, "car"), GraphNode(1, "grass")), (GraphEdge(0, "on", 1),))
    assert by_annotation(found, TRUTH, ())(graph)[2].tolist() == [0, 0, 1]


def test_an_attribute_that_nobody_annotates_counts_neither_for_nor_against() -> None:
    graph = SceneGraph((GraphNode(1, "dog", "black"), GraphNode(2, "grass", "green")), ())
    assert by_annotation(FOUND, TRUTH, ("black", "brown", "red"))(graph)[1].tolist() == [0, 1, 2]


def test_captions_judge_the_kinds_that_nobody_annotates() -> None:
    """Boxes alone, then boxes and materials: what is on what, and of which colour, the caption says."""
    caption = ("A brown dog is on the grass.",)
    graph = SceneGraph((GraphNode(1, "dog", "brown"), GraphNode(2, "grass")), (GraphEdge(0, "on", 1),))
    boxes = dataclasses.replace(TRUTH, captions=caption, attributes=None, relations=None)
    furry = dataclasses.replace(boxes, attributes=(AttributeScores((("furry", 1.0),)), *TRUTH.attributes[1:]))
    (by_boxes,), (by_both,) = judges([FOUND], [boxes]), judges([FOUND], [furry])
    assert by_boxes(graph).tolist() == [[1, 2, 3], [1, 1, 1], [1, 1, 1]]
    assert by_both(graph).tolist() == [[1, 2, 3], [0, 0, 2], [1, 1, 1]]
    (unboxed,) = judges([FOUND], [dataclasses.replace(boxes, detections=None)])
    assert unboxed(graph)[0].tolist() == [2, 2, 2]


def test_captions_judge_by_what_they_say() -> None:
    said = [
        Facts((Mention("dog", 1, ("brown",)), Mention("grass")), (("dog", "on", "grass"),)),
        Facts((Mention("dog"), Mention("person")), ()),
    ]
    graph = SceneGraph(
        (GraphNode(0, "dog", "black"), GraphNode(1, "grass", None), GraphNode(2, "tv", "black")),
        (GraphEdge(0, "on", 1), GraphEdge(0, "near", 2), GraphEdge(1, "near", 2)),
    )
    objects, attributes, relations = by_facts(said)(graph).tolist()
    assert objects == [2, 3, 3]
    assert attributes == [0, 1, 1]  # nobody speaks of a tv
    assert relations == [1, 1, 1]


def test_accuracy_is_the_mean_of_the_kinds_that_are_known() -> None:
    counts = np.array([[2.0, 3.0, 3.0], [1.0, 3.0, 2.0], [0.0, 0.0, 0.0]])
    assert accuracy(counts) == pytest.approx((4 / 6 + 2 / 5) / 2)
    assert accuracy(np.zeros((3, 3))) == 0.0
