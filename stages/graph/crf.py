"""BabyTalk's CRF: one labelling that balances what detectors, classifiers and geometry see with how people speak.

Kulkarni et al., Baby Talk, CVPR 2011. `_potentials.py` states the energy, `_labelling.py` finds its minimum exactly
(the paper: approximately, by TRW-S), `_decoding.py` turns that into a graph with margins, `_weights.py` learns the
weights by the score of `_agreement.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import ClassVar, Self

from pipeline.config import option
from pipeline.records import Scene, SceneGraph
from pipeline.stage import Examples, Resources, Stage
from stages.graph._agreement import judges
from stages.graph._decoding import labelled
from stages.graph._potentials import Potentials, Weights, potentials
from stages.graph._weights import search
from stages.resources.text_statistics import TextStatistics


@dataclass(frozen=True, slots=True)
class CRFConfig:
    """The energy's weights, each searched on `tune` unless it is given here, and how much of a photo is labelled.

    b0 is 1, a1 = 1 - a0 and g1 = 1 - g0: only ratios of weights matter.
    """

    image: float | None = option(None, "a0, the image's share against the text's", low=0.0, high=1.0)
    attribute_image: float | None = option(None, "b1, of the attribute classifiers", low=0.0, high=100.0)
    preposition_image: float | None = option(None, "b2, of the preposition functions", low=0.0, high=100.0)
    attribute_text: float | None = option(None, "g0, share of attribute-object text", low=0.0, high=1.0)
    absence: float | None = option(None, 'potential of "not there"; 0: every detection is named', low=0.0, high=100.0)
    detection_threshold: float | None = option(None, "least score of a detection", low=0.0, high=1.0)
    most_objects: int = option(8, "objects labelled together: of a crowded photo, the surest", low=1, high=8)


class CRF(Stage[CRFConfig, SceneGraph]):
    """The labelling of least energy. Every pair of objects gets its best preposition in its better direction; margins
    are exact; `terms` are the weighted potentials: minus their sum (and that of absences) is the energy.

    Attributes:
        weights_: given or found.
        accuracy_: what they reach on `tune` (`_agreement.py`); 0 where every weight was given.
    """

    name: ClassVar[str] = "crf"
    version: ClassVar[int] = 2
    writes: ClassVar[str] = "graph"
    config_type = CRFConfig
    fit_on: ClassVar[tuple[str, ...]] = ("tune",)

    weights_: Weights
    accuracy_: float

    def reads(self) -> tuple[str, ...]:
        return ("detections", "attributes", "relations")

    def uses(self) -> tuple[str, ...]:
        return (TextStatistics.name,)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        given = {item.name: getattr(self.config, item.name) for item in fields(Weights)}
        if None not in given.values():
            self.weights_, self.accuracy_ = Weights(**given), 0.0
            return self
        tune, text = examples["tune"], resources.of(TextStatistics)
        judged = judges([scene.detections for scene in tune.scenes], tune.truth)
        self.weights_, self.accuracy_ = search(
            given,
            lambda threshold: [self._potentials(scene, threshold, text) for scene in tune.scenes],
            judged,
            partial(labelled, margins=False),
            self.runtime.progress,
        )
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[SceneGraph]:
        weights, text = self.weights_, resources.of(TextStatistics)
        return [labelled(self._potentials(scene, weights.detection_threshold, text), weights) for scene in scenes]

    def _potentials(self, scene: Scene, threshold: float, text: TextStatistics) -> Potentials:
        return potentials(scene, threshold, self.config.most_objects, text)
