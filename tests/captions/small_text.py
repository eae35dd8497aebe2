"""A few photos with captions, graphs and detections made by hand, and the resources fitted on them."""

from collections.abc import Sequence

from pipeline.config import NoOptions
from pipeline.records import Box, Detection, GraphEdge, GraphNode, Image, Scene, SceneGraph, Truth
from pipeline.stage import Examples, Resources
from stages.resources.idf import Idf
from stages.resources.ngram import NgramConfig, NgramModel
from stages.resources.parses import Parses

DOG, CAT, PERSON, HORSE, GRASS = (
    Detection(Box(30, 30, 70, 80), ((name, 0.9),), kind)
    for name, kind in (("dog", "thing"), ("cat", "thing"), ("person", "thing"), ("horse", "thing"), ("grass", "stuff"))
)
CUP = Detection(Box(0, 0, 4, 4), (("cup", 0.4),))
"""Small and in a corner: nobody speaks of it."""


def scene(nodes: Sequence[GraphNode], found: Sequence[Detection], *edges: GraphEdge, photo: str = "photo") -> Scene:
    graph = SceneGraph(tuple(nodes), tuple(edges))
    return Scene(Image(photo, f"{photo}.png", 100, 100, ""), {"graph": graph, "detections": tuple(found)})


def graph_of(*found: Detection, attribute: str | None = None, photo: str = "photo") -> Scene:
    """One node a detection; the attribute is the first one's, each is on the next."""
    nodes = [
        GraphNode(place, one.label, attribute if not place else None, terms=(("attribute", 0.9 if not place else 0),))
        for place, one in enumerate(found)
    ]
    edges = [GraphEdge(at, "on", at + 1, terms=(("preposition", 0.5),)) for at in range(len(found) - 1)]
    return scene(nodes, found, *edges, photo=photo)


SAID = (
    (
        (DOG, GRASS, CUP),
        "brown",
        ("A brown dog is standing on the grass.", "A brown dog stands on the grass.", "A brown dog on the grass."),
    ),
    (
        (PERSON, HORSE, GRASS),
        None,
        ("A man is riding a horse on the grass.", "A woman is riding a horse.", "A man riding a horse on the grass."),
    ),
    (
        (CAT, DOG, CUP),
        None,
        ("A cat and a dog are standing on the grass.", "A cat and a dog.", "There is a cat with a dog."),
    ),
)


def examples(copies: int = 4) -> Examples:
    """The three photos several times over."""
    scenes, truth = [], []
    for copy in range(copies):
        for place, (found, attribute, captions) in enumerate(SAID):
            name = f"{place}-{copy}"
            scenes.append(graph_of(*found, attribute=attribute, photo=name))
            truth.append(Truth(name, captions))
    return Examples(scenes, truth)


def fitted(truth: Sequence[Truth]) -> Resources:
    """The n-gram model, the parses and the document frequencies of the captions."""
    none = Resources()
    return Resources(
        {
            "parses": Parses(NoOptions()).fit(truth, none),
            "ngram": NgramModel(NgramConfig()).fit(truth, none),
            "idf": Idf(NoOptions()).fit(truth, none),
        }
    )
