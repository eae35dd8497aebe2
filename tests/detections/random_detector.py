"""A detector's weights drawn at random, sure enough of itself to say something of any photo."""

import torch
from torchvision.models import get_model

SMALLEST = "ssdlite320_mobilenet_v3_large"


def random_state(model: str = SMALLEST, kinds: int = 91, sureness: float = 0.3) -> dict[str, torch.Tensor]:
    """The state of a model whose convolutions keep the size of what goes through them (He et al. 2015), times
    `sureness` in the layers that classify; the same on every call."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        detector = get_model(model, weights=None, weights_backbone=None, num_classes=kinds)
        state = {name: tensor.clone() for name, tensor in detector.state_dict().items()}
        for name, tensor in state.items():
            if tensor.ndim == 4:
                torch.nn.init.kaiming_normal_(tensor)
            if tensor.ndim == 4 and ("classification_head" in name or "rpn.head" in name):
                tensor.mul_(sureness)
            if "rpn.head.bbox_pred" in name or "box_predictor" in name:
                tensor.mul_(0.02)
    return state
