from pipeline.records import AttributeScores, Box, Detection, GraphEdge, GraphNode, Relation, SceneGraph
from pipeline.stage import Resources
from stages.graph.argmax import Argmax, ArgmaxConfig
from tests.graph.worked import scene

BOX = Box(0, 0, 10, 10)
SKY = Detection(BOX, (("sky", 0.9),), "stuff")
DOG = Detection(BOX, (("dog", 0.6), ("cat", 0.4)))
FAINT = Detection(BOX, (("bird", 0.49),))
ATTRIBUTES = (AttributeScores((("blue", 0.5),)), AttributeScores((("red", 0.3), ("brown", 0.7))), AttributeScores(()))
RELATIONS = (
    Relation(0, 1, (("above", 0.8),)),
    Relation(1, 0, (("near", 0.2), ("below", 0.9))),
    Relation(1, 2, (("near", 1.0),)),
)


def _graphs(config: ArgmaxConfig) -> list[SceneGraph]:
    return Argmax(config).predict([scene((SKY, DOG, FAINT), ATTRIBUTES, RELATIONS)], Resources())


def test_every_choice_is_the_best_by_itself() -> None:
    (graph,) = _graphs(ArgmaxConfig())
    dog = GraphNode(1, "dog", "brown", 0.6 - 0.4, (("object", 0.6), ("attribute", 0.7)))
    sky = GraphNode(0, "sky", None, 0.9, (("object", 0.9),))
    assert graph.nodes == (dog, sky)
    assert graph.edges == (GraphEdge(0, "below", 1, 0.9, (("preposition", 0.9),)),)


def test_only_the_surest_objects_are_named() -> None:
    (graph,) = _graphs(ArgmaxConfig(most_objects=1))
    assert [node.label for node in graph.nodes] == ["sky"]
    assert graph.edges == ()


def test_a_lower_threshold_names_more() -> None:
    (graph,) = _graphs(ArgmaxConfig(detection_threshold=0.4))
    assert [node.label for node in graph.nodes] == ["dog", "bird", "sky"]
    assert [(edge.subject, edge.preposition, edge.object) for edge in graph.edges] == [(0, "below", 2), (0, "near", 1)]


def test_nothing_detected_is_an_empty_graph() -> None:
    assert Argmax(ArgmaxConfig()).predict([scene((), (), ())], Resources()) == [SceneGraph((), ())]
    assert Argmax(ArgmaxConfig()).predict([], Resources()) == []
