"""BabyTalk's sixteen prepositions by hand-written functions of two boxes (Kulkarni et al. 2011, section 4.4).

above, on, over       share of a between b and the photo's upper edge, as wide as b            (the paper's)
below, beneath, under share of a between b and the photo's lower edge, as wide as b
near, by              exp(-x), x = smallest distance / diagonal of a                           (the paper's x)
beside, next to       share of a left and right of b, as high as b, times near
in, within            share of a inside b, times how clearly b is the larger
around                the same of b inside a
against               near^4 times the share of the smaller box that the other leaves free
in front of           covered share of the smaller, times free share of b, times how much lower a stands
behind                in front of, the other way round

"How clearly larger" grows from 0 for boxes of one size to 1 for twice the area; for two boxes of one label from 0 for
four times to 1 for sixteen times the area, since a bird inside a bird is that bird again.
"""

from collections.abc import Sequence
from itertools import permutations

from pipeline.config import NoOptions
from pipeline.records import Detection, Relation, Scene
from pipeline.stage import Resources, Stage
from stages.language.synonyms import canonical
from stages.relations._functions import scores


class Prepositions(Stage[NoOptions, tuple[Relation, ...]]):
    """Scores all sixteen prepositions, best first, for every ordered pair of detections."""

    name = "prepositions"
    version = 2
    writes = "relations"

    def reads(self) -> tuple[str, ...]:
        return ("detections",)

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Relation, ...]]:
        return [_relations(scene.detections) for scene in scenes]


def _relations(detections: Sequence[Detection]) -> tuple[Relation, ...]:
    labels = [canonical(detection.label) for detection in detections]
    return tuple(
        _relation(
            subject, other, scores(detections[subject].box, detections[other].box, labels[subject] == labels[other])
        )
        for subject, other in permutations(range(len(detections)), 2)
    )


def _relation(subject: int, other: int, named: dict[str, float]) -> Relation:
    return Relation(subject, other, tuple(sorted(named.items(), key=lambda pair: -pair[1])))
