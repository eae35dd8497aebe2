"""Things by Faster R-CNN (Ren et al. 2015) or another detector of torchvision, with its published weights or your own.

torchvision answers with one label a box, each label suppressed by itself. Boxes of several labels on one place (IoU at
least `same`) become one detection that keeps its best labels, so that a horse is not also a cow beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import option
from pipeline.errors import BadOption
from pipeline.images import read
from pipeline.records import Array, Box, Detection, Scene
from pipeline.stage import Resources, Stage
from stages.networks.device import resolve
from stages.vision.boxes import places
from stages.vision.torchvision_detectors import MODELS, coco_names, load, look

_NO_KIND = ("__background__", "N/A")


@dataclass(frozen=True, slots=True)
class FasterRcnnConfig:
    model: str = option("fasterrcnn_resnet50_fpn_v2", "torchvision's name of the detector", choices=MODELS)
    weights: str = option("", "file of its weights; empty: torchvision's, from its cache", file=True)
    labels: str = option("", "file with the names of its kinds, one a line; empty: COCO's", file=True)
    least: float = option(0.1, "least score of a box's best label", low=0.01, high=1.0, affects="predict")
    same: float = option(0.8, "IoU from which boxes show one thing", low=0.0, high=1.0, affects="predict")
    most: int = option(50, "boxes kept in a photo", low=1, high=300, affects="predict")
    k: int = option(5, "labels a box keeps, at most", low=1, high=100, affects="predict")
    floor: float = option(0.05, "least score of a label after the best", low=0.001, high=1.0, affects="predict")


class FasterRcnn(Stage[FasterRcnnConfig, tuple[Detection, ...]]):
    """Things, best first, in pixels of the photo; photos are looked at one by one, since padding would change answers.

    Raises:
        MissingDependency: if no weights are given and torchvision's cache has none.
        BadOption: for a file that cannot be read or does not fit the model.
    """

    name = "faster_rcnn"
    writes = "detections"
    config_type = FasterRcnnConfig

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Detection, ...]]:
        if not scenes:
            return []
        config, device = self.config, resolve(self.runtime.device)
        names = _names(config.labels)
        detector = load(config.model, config.weights, len(names), min(config.least, config.floor), device)
        return [self._kept(*look(detector, read(scene.image), device), names) for scene in scenes]

    def _kept(self, boxes: Array, kinds: Array, scores: Array, names: Sequence[str]) -> tuple[Detection, ...]:
        config, kept = self.config, []
        for best, *others in places(boxes, kinds, scores, config.same):
            likely = [best, *(index for index in others if scores[index] >= config.floor)]
            labels = [(names[kinds[index]], float(scores[index])) for index in likely]
            named = tuple(label for label in labels if label[0] not in _NO_KIND)[: config.k]
            if named and named[0][1] >= config.least:
                kept.append(Detection(Box(*boxes[best].tolist()), named))
        return tuple(sorted(kept, key=lambda item: -item.score)[: config.most])


def _names(file: str) -> tuple[str, ...]:
    """The names of the model's indices, the background first."""
    if not file:
        return coco_names()
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadOption(f"labels={file!r} cannot be read: {error}; give a text file, a name a line") from None
    named = [line.strip() for line in lines if line.strip()]
    if not named:
        raise BadOption(f"labels={file!r} has no name: give a text file, a name a line, in the order of the kinds")
    return (_NO_KIND[0], *named)
