"""Guidance by the words of a graph, against the formula of tf-idf."""

import math

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import GraphEdge, GraphNode, Image, Scene, SceneGraph, Truth
from pipeline.stage import Examples, Resources
from stages.guidance.graph_words import GraphWords
from stages.resources.vocabulary import SPECIAL, Config, Vocabulary

SAID = ["a brown dog on a sofa", "a dog near a tv", "a brown tv", "people"]
TRUTH = [Truth(str(place), captions=(text,)) for place, text in enumerate(SAID)]
RESOURCES = Resources({"vocabulary": Vocabulary(Config(min_count=1)).fit(TRUTH, Resources({}))})


def guided(graph: SceneGraph) -> dict[str, float]:
    scene = Scene(Image("photo", "photo.png", 9, 9, ""), {"graph": graph})
    stage = GraphWords(NoOptions()).fit({"train": Examples([scene] * len(TRUTH), TRUTH)}, RESOURCES)
    (guidance,) = stage.predict([scene], RESOURCES)
    words = RESOURCES.of(Vocabulary).words_
    assert guidance.shape == (len(words),) == (len(RESOURCES.of(Vocabulary)) - len(SPECIAL),)
    return {words[place]: float(guidance[place]) for place in np.flatnonzero(guidance)}


def test_nodes_attributes_and_prepositions_weigh_by_how_rare_they_are() -> None:
    nodes = (GraphNode(0, "dog", "brown"), GraphNode(1, "dog"), GraphNode(2, "tvmonitor", "shiny"))
    graph = SceneGraph(nodes, (GraphEdge(0, "on", 2),))
    weights = {"dog": 2 * math.log(2), "brown": math.log(2), "tv": math.log(2), "on": math.log(4)}  # shiny is not known
    length = math.sqrt(sum(weight**2 for weight in weights.values()))
    found = guided(graph)
    assert found.keys() == weights.keys()
    for word, weight in weights.items():
        assert abs(found[word] - weight / length) < 1e-6


def test_an_empty_graph_guides_to_nothing() -> None:
    assert guided(SceneGraph((), ())) == {}
