"""A training's curve as it grows, for TensorBoard."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import MissingDependency
from stages.networks.options import Epoch


@contextmanager
def events(directory: Path | None, told: int) -> Iterator[Callable[[int, Epoch], None]]:
    """What is to be told every epoch after those told already; without a directory nobody listens.

    Raises:
        MissingDependency: if TensorBoard is not here.
    """
    if directory is None:
        yield lambda number, epoch: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise MissingDependency(
            f"events for TensorBoard in {str(directory)!r} need its package: pip install 'captionloom[tensorboard]'"
        ) from None
    with SummaryWriter(directory, purge_step=told + 1) as writer:

        def tell(number: int, epoch: Epoch) -> None:
            if epoch.rewarded:
                writer.add_scalar("mean reward", -epoch.loss, number)
            else:
                writer.add_scalar("loss a word", epoch.loss, number)
            if epoch.cider is not None:
                writer.add_scalar("CIDEr-D of tune", epoch.cider, number)

        yield tell
