"""Additive attention without a tanh."""

import pytest
import torch

from stages.networks.attention import exponential, scores


def test_scores_equal_tanh_for_small_and_for_extreme_parts() -> None:
    chance = torch.Generator().manual_seed(0)
    keys, query = torch.randn(3, 5, 8, generator=chance) * 4, torch.randn(6, 8, generator=chance) * 4
    keys[0, 0], query[1] = 1000.0, -3.0
    weight = torch.randn(8, generator=chance)
    expected = torch.tanh(keys.unsqueeze(1) + query.view(3, 2, 1, 8)) @ weight
    torch.testing.assert_close(scores(exponential(keys), query, weight), expected, atol=1e-5, rtol=0)


def test_gradients_of_keys_queries_and_weights_are_those_of_tanh() -> None:
    chance = torch.Generator().manual_seed(0)
    sizes = (3, 5, 8), (6, 8), (8,)
    keys, query, weight = (torch.randn(size, generator=chance).double().requires_grad_() for size in sizes)
    above = torch.randn(3, 2, 5, generator=chance).double()
    plain = torch.tanh(keys.unsqueeze(1) + query.view(3, 2, 1, 8)) @ weight
    expected = torch.autograd.grad(plain, (keys, query, weight), above)
    found = torch.autograd.grad(scores(exponential(keys), query, weight), (keys, query, weight), above)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_gradients_stay_finite_and_right() -> None:
    keys = torch.tensor([[[0.3, -30.0, 30.0]]], requires_grad=True)
    query, weight = torch.tensor([[0.2, 1.0, -1.0]]), torch.tensor([1.0, 2.0, 3.0])
    torch.autograd.backward(scores(exponential(keys), query, weight).sum())
    assert keys.grad is not None
    torch.testing.assert_close(keys.grad[0, 0], torch.tensor([1 - torch.tanh(torch.tensor(0.5)).item() ** 2, 0.0, 0.0]))


@pytest.mark.parametrize("bits", [torch.float16, torch.bfloat16])
def test_of_fewer_bits_scores_and_gradients_are_finite_and_those_of_tanh(bits: torch.dtype) -> None:
    """exp(2 * 6) does not fit fp16. Beside float32 nothing but the result is rounded."""
    chance = torch.Generator().manual_seed(0)
    keys, query = ((torch.randn(size, generator=chance) * 6).to(bits) for size in ((3, 5, 8), (6, 8)))
    weight = torch.randn(8, generator=chance)
    wide = [part.float().requires_grad_() for part in (keys, query, weight)]
    plain = torch.tanh(wide[0].unsqueeze(1) + wide[1].view(3, 2, 1, 8)) @ wide[2]
    expected = torch.autograd.grad(plain.sum(), wide)
    few = [part.detach().requires_grad_() for part in (keys, query, weight)]
    with torch.autocast("cpu", dtype=bits):
        found = scores(exponential(few[0]), few[1], few[2])
    nearest = torch.finfo(bits).eps * plain.detach().abs().max().item()
    torch.testing.assert_close(found.float(), plain.detach(), atol=nearest, rtol=0)
    for ours, theirs in zip(torch.autograd.grad(found.sum(), few), expected, strict=True):
        torch.testing.assert_close(ours.float(), theirs, atol=0.03, rtol=0.03)
