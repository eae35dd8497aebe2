"""The LSTM's cell after its matrix products, for all captioners whose gates stand as i, f, o, g."""

from torch import Tensor, nn


def lstm_step(gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """c = f c + i tanh(g) and h = o tanh(c), with i, f, o through the logistic (Zaremba et al. 2014).

    Args:
        gates: (sentences, 4 dim), the sums of i, f, o and g, in this order.
        cell: (sentences, dim), the last c.

    Returns:
        h and c, each (sentences, dim).
    """
    enter, keep, show, new = opened(gates)
    cell = keep * cell + enter * new
    return show * cell.tanh(), cell


def opened(gates: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """i, f, o and tanh(g), each (sentences, dim), for cells that differ in what follows."""
    size = gates.shape[1] // 4
    enter, keep, show = gates[:, : 3 * size].sigmoid().chunk(3, dim=1)
    return enter, keep, show, gates[:, 3 * size :].tanh()


def keep_at_first(bias: Tensor, size: int) -> None:
    """Let the biases of gates of this size begin at 1 for f and 0 for the rest (Jozefowicz et al., ICML 2015)."""
    nn.init.zeros_(bias)
    nn.init.ones_(bias[size : 2 * size])
