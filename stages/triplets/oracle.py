"""The annotated triplets: the ceiling of whatever reads objects, actions and scenes off a photo."""

from collections.abc import Sequence

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Scene, Triplet
from pipeline.stage import Resources, Stage


class OracleTriplets(Stage[NoOptions, tuple[Triplet, ...]]):
    """Truth's triplets, most salient first.

    Raises:
        BadData: where nobody annotated the photo's triplets.
    """

    name = "oracle"
    writes = "triplets"
    sees_truth = True

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Triplet, ...]]:
        return [_annotated(scene) for scene in scenes]


def _annotated(scene: Scene) -> tuple[Triplet, ...]:
    if scene.truth.triplets is None:
        raise BadData(
            f"photo {scene.image.id!r} has no annotated triplets, so triplets=oracle has nothing to hand on:"
            " choose a dataset that annotates triplets, or triplets=triangle_mrf"
        )
    return scene.truth.triplets
