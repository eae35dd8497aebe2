"""Where tensors live."""

import os

from pipeline.errors import MissingDependency


def resolve(name: str) -> str:
    """The device a Runtime names, with "auto" decided: CUDA where there is one; of several, a process's own.

    Raises:
        MissingDependency: if CUDA is asked for and this machine or this torch has none.
    """
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise MissingDependency(f"device {name!r} is not available here: use device 'cpu' or a torch built for CUDA")
    return f"cuda:{os.environ['LOCAL_RANK']}" if name == "cuda" and "LOCAL_RANK" in os.environ else name
