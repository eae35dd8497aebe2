"""torchvision's detectors, with weights from a file: built, filled and asked for everything above a score.

Faster R-CNN (Ren et al. 2015), RetinaNet (Lin et al. 2017), FCOS (Tian et al. 2019) and SSDlite (Sandler et al. 2018)
have one interface there. Nothing is downloaded: torchvision's own weights are used where its cache has them.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import BadOption, MissingDependency
from pipeline.records import Array

if TYPE_CHECKING:
    from torch import Tensor

MODELS = (
    "fasterrcnn_resnet50_fpn",
    "fasterrcnn_resnet50_fpn_v2",
    "fasterrcnn_mobilenet_v3_large_fpn",
    "fasterrcnn_mobilenet_v3_large_320_fpn",
    "fcos_resnet50_fpn",
    "retinanet_resnet50_fpn",
    "retinanet_resnet50_fpn_v2",
    "ssdlite320_mobilenet_v3_large",
)
_EXACT_NORMS = ("fasterrcnn_resnet50_fpn_coco-258fb6c6.pth", "retinanet_resnet50_fpn_coco-eeacb38b.pth")
"""Published weights made by a library that added nothing to a variance, where torchvision adds 1e-5."""
MOST = 300
"""Boxes with one label each that a model gives of a photo, at most."""


def look(detector: Any, pixels: Array, device: str) -> tuple[Array, Array, Array]:
    """What a detector says of one photo, (height, width, 3) uint8 RGB.

    Returns:
        (n, 4) boxes in pixels of the photo; (n,) indices of kinds, 0 the background; (n,) scores; best first.
    """
    import torch

    with torch.inference_mode():
        photo = torch.from_numpy(np.array(pixels)).permute(2, 0, 1).to(device).float() / 255
        found = detector([photo])[0]
    boxes, kinds, scores = (found[part].cpu().numpy() for part in ("boxes", "labels", "scores"))
    real = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    return boxes[real].astype(np.float64), kinds[real], scores[real].astype(np.float64)


@cache
def load(model: str, weights: str, kinds: int, least: float, device: str) -> Any:
    """A detector of `kinds` kinds, the background among them, that says everything scored `least` or more.

    Args:
        weights: a file of the model's state, .safetensors or what torch.save wrote; empty: torchvision's, if cached.

    Raises:
        MissingDependency: if no file is given and torchvision's cache has none.
        BadOption: if the file cannot be read or is of another model or another number of kinds.
    """
    from torchvision.models import get_model

    path = Path(weights) if weights else _cached(model)
    detector = get_model(model, weights=None, weights_backbone=None, num_classes=kinds)
    try:
        detector.load_state_dict(_state(path))
    except (RuntimeError, AttributeError, TypeError) as error:
        what = " ".join(str(error).split()[:30])
        raise BadOption(
            f"weights={str(path)!r} are not those of model={model} with {kinds - 1} labels ({what} ...): give the model"
            " they were trained as, and labels=FILE with the names of its kinds if they are not COCO's"
        ) from error
    if path.name in _EXACT_NORMS:
        for part in detector.modules():
            if type(part).__name__.startswith("BatchNorm"):
                part.eps = 0.0
    answering = getattr(detector, "roi_heads", detector)
    answering.score_thresh, answering.detections_per_img = least, MOST
    return detector.eval().requires_grad_(False).to(device)


@cache
def coco_names() -> tuple[str, ...]:
    """The names of torchvision's 91 indices; "__background__" and "N/A" are no kinds."""
    from torchvision.models import get_model_weights

    return tuple(get_model_weights(MODELS[0]).DEFAULT.meta["categories"])


def _cached(model: str) -> Path:
    import torch
    from torchvision.models import get_model_weights

    name = str(get_model_weights(model).DEFAULT.url).rpartition("/")[2]
    path: Path = Path(torch.hub.get_dir()) / "checkpoints" / name
    if not path.is_file():
        raise MissingDependency(
            f"the weights of {model} are not on this machine and nothing is downloaded: give weights=FILE, or put"
            f" torchvision's {name} into {path.parent}; detections=nanodet comes with its weights"
        )
    return path


def _state(path: Path) -> "dict[str, Tensor]":
    from pickle import UnpicklingError

    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, UnpicklingError, SafetensorError, RuntimeError, EOFError) as error:
        what = (str(error).splitlines() or ["it is empty"])[0]
        raise BadOption(f"weights={str(path)!r} cannot be read: {what}; give a file of tensors alone") from error
    state: dict[str, Tensor] = saved.get("model", saved)  # torchvision's own training scripts save more beside it
    return state
