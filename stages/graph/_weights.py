"""The CRF's weights by Kulkarni et al.'s factored grid search: the weights b and g among the image terms and among the
text terms first, then a between image and text; before them the detection threshold, after them that of absence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product
from types import MappingProxyType

import numpy as np

from pipeline.records import SceneGraph
from pipeline.stage import Progress
from stages.graph._agreement import Judge, accuracy
from stages.graph._potentials import Potentials, Weights

STEPS = (
    ("detection_threshold",),
    ("attribute_image", "preposition_image", "attribute_text"),
    ("image",),
    ("absence",),
)
GRID: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "detection_threshold": (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
        "attribute_image": (0.25, 0.5, 1.0, 2.0),
        "preposition_image": (0.125, 0.25, 0.5, 1.0, 2.0),
        "attribute_text": (0.2, 0.4, 0.6, 0.8),
        "image": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
        "absence": (0.0, 0.5, 1.0, 1.5, 2.0, 3.0),
    }
)


def search(
    given: Mapping[str, float | None],
    potentials: Callable[[float], Sequence[Potentials]],
    judges: Sequence[Judge],
    label: Callable[[Potentials, Weights], SceneGraph],
    progress: Progress,
) -> tuple[Weights, float]:
    """The weights of the best accuracy, and that accuracy; of equal ones, those held, else the first of the grid.

    `given` fixes a weight where it is not None. `potentials(threshold)` are those of the photos that `judges` judge.
    """
    known = {name: value for name, value in given.items() if value is not None}
    grid = {name: (known[name],) if name in known else values for name, values in GRID.items()}
    at = lru_cache(maxsize=1)(potentials)

    def reached(weights: Weights) -> float:
        graphs = (label(one, weights) for one in at(weights.detection_threshold))
        counts = [judge(graph) for judge, graph in zip(judges, graphs, strict=True)]
        return accuracy(np.sum(counts, axis=0)) if counts else 0.0

    weights, best = replace(Weights(), **known), 0.0
    for names in STEPS:
        candidates = [
            replace(weights, **dict(zip(names, values, strict=True)))
            for values in product(*(grid[name] for name in names))
        ]
        if len(candidates) > 1:
            candidates = [weights, *(candidate for candidate in candidates if candidate != weights)]
            tried = progress(candidates, f"search {', '.join(names)}", len(candidates))
            scored = [(reached(candidate), candidate) for candidate in tried]
            best, weights = max(scored, key=lambda pair: pair[0])
    return weights, best
