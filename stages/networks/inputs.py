"""Fields of scenes as tensors, one row a photo: what captioners look at."""

from collections.abc import Sequence

import numpy as np
import torch

from pipeline.geometry import as_array
from pipeline.records import Scene
from stages.networks.captioner import Tensors
from stages.networks.slots import Slots
from stages.vision.boxes import whole_and_boxes


def grid_inputs(scenes: Sequence[Scene]) -> Tensors:
    """Grids alone: (photos, locations, channels)."""
    return (torch.from_numpy(np.stack([np.asarray(scene.grid, dtype=np.float32) for scene in scenes])),)


def map_inputs(scenes: Sequence[Scene]) -> Tensors:
    """Maps, channels last as everywhere in networks: (photos, rows, columns, channels)."""
    maps = np.stack([np.asarray(scene.read("maps"), dtype=np.float32) for scene in scenes])
    return (torch.from_numpy(maps).permute(0, 2, 3, 1).contiguous(),)


def region_inputs(scenes: Sequence[Scene]) -> Tensors:
    """Regions, as many for each photo as for the one that has most: (photos, regions, dim), and (photos, regions, 1)
    with 1 where there is one and 0 where a row only fills up. A photo without regions has one, of zeros."""
    found = [np.asarray(scene.read("regions"), dtype=np.float32) for scene in scenes]
    most = max(1, *(len(regions) for regions in found))
    vectors = np.zeros((len(found), most, found[0].shape[1]), dtype=np.float32)
    there = np.zeros((len(found), most, 1), dtype=np.float32)
    for place, regions in enumerate(found):
        vectors[place, : len(regions)] = regions
        there[place, : max(1, len(regions))] = 1.0
    return torch.from_numpy(vectors), torch.from_numpy(there)


def guidance_inputs(scenes: Sequence[Scene]) -> Tensors:
    """Guidance: (photos, dim)."""
    return (torch.from_numpy(np.stack([np.asarray(scene.read("guidance"), dtype=np.float32) for scene in scenes])),)


def concept_inputs(scenes: Sequence[Scene], names: Sequence[str]) -> Tensors:
    """The probabilities of concepts in the order of `names`, 0 where a scene does not say: (photos, names)."""
    said = [dict(scene.read("concepts")) for scene in scenes]
    return (torch.tensor([[float(probable.get(name, 0.0)) for name in names] for probable in said]),)


def placed_inputs(scenes: Sequence[Scene], slots: Slots) -> Tensors:
    """Regions as `region_inputs` gives them, the whole photo first, and of each (photos, regions, 7): left, top, right
    and bottom as shares of the photo, score, class in `slots` and index of the detection, both -1 of what is none."""
    vectors, there = region_inputs(scenes)
    about = np.zeros((*vectors.shape[:2], 7), dtype=np.float32)
    about[:, :, 5:] = -1
    about[:, 0, 2:5] = 1
    for place, scene in enumerate(scenes):
        shown = whole_and_boxes(scene.detections)[: len(scene.read("regions"))]
        for row, detection in enumerate(shown):
            if detection is not None:
                item = scene.detections[detection]
                corners = as_array([item.box])[0] / (2 * [scene.image.width, scene.image.height])
                about[place, row] = [*corners, item.score, slots.class_of(item.label), detection]
    return vectors, there, torch.from_numpy(about)
