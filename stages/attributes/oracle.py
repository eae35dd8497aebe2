"""The annotated attributes of whatever was detected: the ceiling of every attribute classifier."""

from collections.abc import Sequence

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import AttributeScores, Scene
from pipeline.stage import Resources, Stage
from stages.vision.boxes import match


class OracleAttributes(Stage[NoOptions, tuple[AttributeScores, ...]]):
    """Truth's attributes of the true detection that each detection shows; none where it shows no true one.

    Raises:
        BadData: where nobody annotated the photo's boxes and attributes.
    """

    name = "oracle"
    writes = "attributes"
    sees_truth = True

    def reads(self) -> tuple[str, ...]:
        return ("detections",)

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[AttributeScores, ...]]:
        return [_annotated(scene) for scene in scenes]


def _annotated(scene: Scene) -> tuple[AttributeScores, ...]:
    truth = scene.truth
    if truth.detections is None or truth.attributes is None:
        raise BadData(
            f"photo {scene.image.id!r} has no annotated attributes, so attributes=oracle has nothing to hand on:"
            " choose a dataset that annotates attributes, or an attribute classifier"
        )
    shown = match(scene.detections, truth.detections)
    return tuple(AttributeScores(()) if true is None else truth.attributes[true] for true in shown)
