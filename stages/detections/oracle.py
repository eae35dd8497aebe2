"""The annotated boxes, handed on as if a detector had found them: the ceiling of every detector."""

from collections.abc import Sequence

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Detection, Scene
from pipeline.stage import Resources, Stage


class OracleDetections(Stage[NoOptions, tuple[Detection, ...]]):
    """Truth's own detections.

    Raises:
        BadData: where nobody annotated the photo's boxes.
    """

    name = "oracle"
    writes = "detections"
    sees_truth = True

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Detection, ...]]:
        return [_annotated(scene) for scene in scenes]


def _annotated(scene: Scene) -> tuple[Detection, ...]:
    detections = scene.truth.detections
    if detections is None:
        raise BadData(
            f"photo {scene.image.id!r} has no annotated boxes, so detections=oracle has nothing to hand on:"
            " choose a dataset that annotates detections, or a detector"
        )
    return detections
