"""BabyTalk's stages, each broken in its own way and keeping the contract: who looks for the culprit must find it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from pipeline.records import AttributeScores, Caption, Detection, Relation, Scene, SceneGraph
from pipeline.stage import Resources
from stages.attributes.oracle import OracleAttributes
from stages.captions.template import Template
from stages.detections.oracle import OracleDetections
from stages.graph.crf import CRF
from stages.relations.oracle import OracleRelations


class Mislabels(OracleDetections):
    """Sees boats everywhere, and kites where there are boats."""

    name = "mislabels"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Detection, ...]]:
        return [tuple(map(self._mislabelled, photo)) for photo in super().predict(scenes, resources)]

    def _mislabelled(self, item: Detection) -> Detection:
        return replace(item, labels=(("kite" if item.label == "boat" else "boat", 1.0),))


class Miscolours(OracleAttributes):
    """Takes everything for purple, and what is purple for yellow."""

    name = "miscolours"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[AttributeScores, ...]]:
        return [tuple(map(self._miscoloured, photo)) for photo in super().predict(scenes, resources)]

    def _miscoloured(self, item: AttributeScores) -> AttributeScores:
        purple = any(name == "purple" for name, _ in item.scores)
        return AttributeScores((("yellow" if purple else "purple", 1.0),))


class Misplaces(OracleRelations):
    """Says "under" of what is anywhere else, and "on" of what is under something."""

    name = "misplaces"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Relation, ...]]:
        return [tuple(map(self._misplaced, photo)) for photo in super().predict(scenes, resources)]

    def _misplaced(self, item: Relation) -> Relation:
        under = item.prepositions[0][0] == "under"
        return replace(item, prepositions=(("on" if under else "under", 1.0),))


class Crosses(CRF):
    """Turns every preposition round: what is on the grass has the grass on it."""

    name: ClassVar[str] = "crosses"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[SceneGraph]:
        return [self._crossed(graph) for graph in super().predict(scenes, resources)]

    def _crossed(self, graph: SceneGraph) -> SceneGraph:
        edges = tuple(replace(edge, subject=edge.object, object=edge.subject) for edge in graph.edges)
        return replace(graph, edges=edges)


class Mumbles(Template):
    """Leaves out every second word."""

    name: ClassVar[str] = "mumbles"

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        return [tuple(map(self._mumbled, said)) for said in super().predict(scenes, resources)]

    def _mumbled(self, said: Caption) -> Caption:
        return Caption(" ".join(said.text.split()[::2]), said.words[::2])
