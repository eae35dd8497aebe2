"""How well the alignment model finds sentences with photos, and photos with sentences."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from benchmarks import photos
from benchmarks.opening import column, opened
from stages.captions.alignment import Alignment
from workflows.planning import find_plan


def alignments() -> Mapping[str, Any]:
    """R@1, 5, 10 and the median rank, both ways, of the alignment model fitted on Flickr8k's train, among the 1,000
    development photos and their 5 sentences each."""
    plan, flickr8k = find_plan("alignment", "flickr"), photos.dataset("flickr", "flickr8k")
    _, files, fit = column(plan, "captions", flickr8k, "val")
    stage, resources, scenes = opened(plan, "captions", flickr8k, "val")
    assert isinstance(stage, Alignment)
    found = stage.found(scenes, files.truth()[:], resources)
    told = {"sentences": asdict(found.sentences), "photos": asdict(found.photos)}
    return {**told, "mean_recall_of_tune": list(stage.recall_), "fit_cpu_seconds": fit}
