"""Gradients of shared weights, put off: the same sums as autograd's."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
import torch
from torch import Tensor, nn

from stages.networks.deferred import Deferred


class Loop(nn.Module):
    """A recurrent network whose sentences leave it one by one, with a bias and without one."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.read = nn.Linear(6, 6), nn.Linear(6, 3, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        total = x.new_zeros(())
        for active in (5, 4, 4, 1):
            x = self.state(x[:active]).tanh()
            total = total + self.read(x).square().sum()
        return total


def _gradients(loss: Callable[[], Tensor], of: list[Tensor], deferred: bool) -> tuple[Tensor, ...]:
    with Deferred() if deferred else nullcontext():
        value = loss()
    return torch.autograd.grad(value, of)


@pytest.fixture
def loop() -> Loop:
    torch.manual_seed(0)
    return Loop().double()


def test_gradients_are_those_of_autograd(loop: Loop) -> None:
    x = torch.randn(5, 6, dtype=torch.float64, requires_grad=True)
    of = [x, *loop.parameters()]
    for ours, theirs in zip(*(_gradients(lambda: loop(x), of, deferred) for deferred in (True, False)), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_weights_are_followed_back_once(loop: Loop) -> None:
    """Of four steps, one product for the gradient of each of two weights, with what all of them came to."""
    x, shapes = torch.randn(5, 6, dtype=torch.float64), []
    with Deferred():
        value = loop(x)
    with torch.profiler.profile(record_shapes=True) as profile:
        torch.autograd.backward(value)
    for event in profile.events():
        if event.name == "aten::mm" and event.input_shapes[0][1] == 14:  # 5 + 4 + 4 + 1 rows
            shapes.append(event.input_shapes)
    assert sorted(shapes) == [[[3, 14], [14, 6]], [[6, 14], [14, 6]]]


def test_what_nobody_asks_about_is_not_counted(loop: Loop) -> None:
    """A use that does not lead to the loss adds nothing, as with autograd."""
    x = torch.randn(2, 6, dtype=torch.float64)

    def loss() -> Tensor:
        loop.state(x * 100)
        return loop.state(x).sum()

    for ours, theirs in zip(*(_gradients(loss, [loop.state.weight], one) for one in (True, False)), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_weights_made_on_the_way_pass_by(loop: Loop) -> None:
    """They may be gone before the next use, and another have their place."""
    x = torch.randn(2, 6, dtype=torch.float64)
    with Deferred():
        value = sum((torch.nn.functional.linear(x, loop.state.weight * k).sum() for k in (1, 2, 3)), x.new_zeros(()))
    (found,) = torch.autograd.grad(value, [loop.state.weight])
    torch.testing.assert_close(found, 6 * x.sum(dim=0).expand(6, 6))


def test_frozen_weights_and_single_maps_pass_by(loop: Loop) -> None:
    x = torch.randn(2, 3, 6, dtype=torch.float64, requires_grad=True)
    loop.read.requires_grad_(False)
    with Deferred():
        assert "_Use" not in str(loop.read(x[0]).grad_fn)
        assert "_Use" not in str(loop.state(x).grad_fn)
        with torch.no_grad():
            assert loop.state(x[0]).grad_fn is None


def test_fewer_bits_give_nearly_the_same_gradients(loop: Loop) -> None:
    x = torch.randn(5, 6)
    single = loop.float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        ours = _gradients(lambda: single(x), list(single.parameters()), deferred=True)
    plain = _gradients(lambda: single(x), list(single.parameters()), deferred=False)
    for found, exact in zip(ours, plain, strict=True):
        assert found.dtype == torch.float32
        torch.testing.assert_close(found, exact, rtol=0.05, atol=0.05)
