"""The concepts that people's captions of the photo itself say: the ceiling of every concept classifier.

The row Att-GT of Wu et al. (2016), table 2.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Scene, Scored
from pipeline.stage import Resources, Stage
from stages.concepts._ranked import ranked
from stages.resources.concepts import Concepts


class OracleConcepts(Stage[NoOptions, tuple[Scored, ...]]):
    """1 for every concept that a caption says, 0 for the rest; all 0 for a photo without captions."""

    name = "oracle"
    writes = "concepts"
    sees_truth = True

    def uses(self) -> tuple[str, ...]:
        return (Concepts.name,)

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Scored, ...]]:
        rows = resources.of(Concepts).named([scene.truth for scene in scenes]).astype(np.float64)
        return [ranked(resources.of(Concepts).names_, row) for row in rows]
