"""Every choice by itself: the best label, the best attribute if likelier than not, the best preposition of a pair.

What the CRF is measured against: no choice knows of another, and nothing knows how people speak.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pipeline.config import option
from pipeline.records import AttributeScores, GraphEdge, GraphNode, Scene, SceneGraph
from pipeline.stage import Resources, Stage
from stages.vision.boxes import surest


@dataclass(frozen=True, slots=True)
class ArgmaxConfig:
    """What is likely enough to be named."""

    detection_threshold: float = option(0.5, "least score of a detection", low=0.0, high=1.0)
    attribute_threshold: float = option(0.5, "an attribute must exceed this", low=0.0, high=1.0)
    most_objects: int = option(8, "objects named: of a crowded photo, the surest", low=1, high=1000)


class Argmax(Stage[ArgmaxConfig, SceneGraph]):
    """The labelling of independent choices. Margins are what the runner-up falls short; `terms` are the scores."""

    name: ClassVar[str] = "argmax"
    writes: ClassVar[str] = "graph"
    config_type = ArgmaxConfig

    def reads(self) -> tuple[str, ...]:
        return ("detections", "attributes", "relations")

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[SceneGraph]:
        return [self._graph(scene) for scene in scenes]

    def _graph(self, scene: Scene) -> SceneGraph:
        detections, config = scene.detections, self.config
        kept = surest(detections, config.detection_threshold, config.most_objects)
        kept = sorted(kept, key=lambda index: detections[index].kind != "thing")
        nodes = tuple(self._node(scene, index, scene.attributes[index]) for index in kept)
        place = {index: node for node, index in enumerate(kept)}
        best: dict[frozenset[int], GraphEdge] = {}
        for relation in scene.relations:
            if relation.subject not in place or relation.object not in place or not relation.prepositions:
                continue
            subject, other = place[relation.subject], place[relation.object]
            preposition, score = max(relation.prepositions, key=lambda named: named[1])
            rival = best.get(frozenset((subject, other)))
            if rival is None or score > rival.terms[0][1]:
                terms = (("preposition", score),)
                best[frozenset((subject, other))] = GraphEdge(subject, preposition, other, score, terms)
        return SceneGraph(nodes, tuple(best.values()))

    def _node(self, scene: Scene, index: int, attributes: AttributeScores) -> GraphNode:
        (label, score), *rivals = scene.detections[index].labels
        attribute, likely = max(attributes.scores, key=lambda named: named[1], default=("", 0.0))
        named = likely > self.config.attribute_threshold
        terms = (("object", score), *((("attribute", likely),) if named else ()))
        margin = score - max((rival for _, rival in rivals), default=0.0)
        return GraphNode(index, label, attribute if named else None, max(margin, 0.0), terms)
