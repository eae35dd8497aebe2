"""Fields of scenes as tensors, one row a photo: what captioners look at."""

from collections.abc import Sequence

import numpy as np
import torch

from pipeline.records import Scene
from stages.networks.captioner import Tensors


def grid_inputs(scenes: Sequence[Scene]) -> Tensors:
    """Grids alone: (photos, locations, channels)."""
    return (torch.from_numpy(np.stack([np.asarray(scene.grid, dtype=np.float32) for scene in scenes])),)
