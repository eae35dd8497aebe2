"""The annotated prepositions between whatever was detected: the ceiling of every preposition function."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Relation, Scene
from pipeline.stage import Resources, Stage
from stages.vision.boxes import match


class OracleRelations(Stage[NoOptions, tuple[Relation, ...]]):
    """Truth's relations between the true detections that the detections show.

    Raises:
        BadData: where nobody annotated the photo's boxes and relations.
    """

    name = "oracle"
    writes = "relations"
    sees_truth = True

    def reads(self) -> tuple[str, ...]:
        return ("detections",)

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Relation, ...]]:
        return [_annotated(scene) for scene in scenes]


def _annotated(scene: Scene) -> tuple[Relation, ...]:
    truth = scene.truth
    if truth.detections is None or truth.relations is None:
        raise BadData(
            f"photo {scene.image.id!r} has no annotated relations, so relations=oracle has nothing to hand on:"
            " choose a dataset that annotates relations, or relations=prepositions"
        )
    shown = match(scene.detections, truth.detections)
    shows = [[index for index, true in enumerate(shown) if true == wanted] for wanted in range(len(truth.detections))]
    return tuple(
        replace(relation, subject=subject, object=other)
        for relation in truth.relations
        for subject, other in product(shows[relation.subject], shows[relation.object])
    )
