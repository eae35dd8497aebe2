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
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from pipeline.config import option
from pipeline.records import Detection, Relation, Scene
from pipeline.stage import Resources, Stage
from stages.language.synonyms import canonical
from stages.relations._boxes import pairs_of
from stages.relations._functions import scores
from stages.vision.boxes import surest


@dataclass(frozen=True, slots=True)
class PrepositionsConfig:
    """Which detections are related: a graph that takes no others needs no others."""

    least: float = option(
        0.0, "score below which a detection stands in no relation", low=0.0, high=1.0, affects="predict"
    )
    most: int = option(1000, "detections related: of a crowded photo, the surest", low=1, high=1000, affects="predict")


class Prepositions(Stage[PrepositionsConfig, tuple[Relation, ...]]):
    """Scores all sixteen prepositions, best first, for every ordered pair of detections, or of the surest of them."""

    name = "prepositions"
    version = 2
    writes = "relations"
    config_type = PrepositionsConfig

    def reads(self) -> tuple[str, ...]:
        return ("detections",)

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Relation, ...]]:
        least, most = self.config.least, self.config.most
        return [_relations(scene.detections, sorted(surest(scene.detections, least, most))) for scene in scenes]


def _relations(detections: Sequence[Detection], related: Sequence[int]) -> tuple[Relation, ...]:
    pairs = np.array(list(permutations(related, 2)), dtype=np.int64).reshape(-1, 2)
    labels = np.array([canonical(detection.label) for detection in detections])
    first, second = pairs_of([detection.box for detection in detections], pairs)
    named = scores(first, second, np.equal(*labels[pairs].T))
    table = np.stack(list(named.values()), axis=1)  # (pairs, prepositions)
    best = np.argsort(-table, axis=1, kind="stable")
    rows = zip(pairs.tolist(), best.tolist(), np.take_along_axis(table, best, axis=1).tolist(), strict=True)
    names = tuple(named)
    return tuple(
        Relation(subject, other, tuple(zip([names[place] for place in places], values, strict=True)))
        for (subject, other), places, values in rows
    )
