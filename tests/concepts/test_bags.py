"""The losses, against their formulas; windows and pooling, by hand."""

import numpy as np
import pytest
import torch

from pipeline.errors import BadOption
from pipeline.registry import choose
from stages.concepts._bags import losses
from stages.concepts._regions import pooled, regions, scaling, windows


def _sigma(p):
    return 1 / (1 + np.exp(-p))


@pytest.fixture
def answers():
    return torch.tensor(np.random.default_rng(0).normal(0, 2, (5, 3, 4)))  # (photos, regions, concepts)


@pytest.fixture
def shows():
    return torch.tensor(np.random.default_rng(1).integers(0, 2, (5, 4)).astype(float))


def test_the_loss_of_a_whole_photo_is_the_papers(answers, shows):
    whole = answers[:, :1]
    y, p = 2 * shows.numpy() - 1, whole[:, 0].numpy()
    np.testing.assert_allclose(losses(whole, shows, "max").numpy(), np.log(1 + np.exp(-y * p)))


def test_the_largest_answer_of_a_region_is_the_photos(answers, shows):
    y, p = 2 * shows.numpy() - 1, answers.numpy().max(axis=1)
    np.testing.assert_allclose(losses(answers, shows, "max").numpy(), np.log(1 + np.exp(-y * p)))


def test_noisy_or_is_the_probability_that_some_region_shows_it(answers, shows):
    some = 1 - np.prod(1 - _sigma(answers.numpy()), axis=1)
    expected = -np.log(np.where(shows.numpy() > 0, some, 1 - some))
    np.testing.assert_allclose(losses(answers, shows, "noisy_or").numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("value", [-200.0, 200.0])
@pytest.mark.parametrize("pool", ["max", "noisy_or"])
def test_far_answers_give_finite_losses_and_gradients(value, pool):
    answers = torch.full((2, 3, 1), value, requires_grad=True)
    loss = losses(answers, torch.tensor([[0.0], [1.0]]), pool).sum()
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(answers.grad).all()


@pytest.mark.parametrize("pool", ["max", "noisy_or"])
def test_what_is_predicted_is_what_was_trained(answers, shows, pool):
    rows = np.stack([pooled(photo, pool) for photo in answers.numpy()])
    expected = -np.log(np.where(shows.numpy() > 0, rows, 1 - rows))
    np.testing.assert_allclose(losses(answers, shows, pool).numpy(), expected, rtol=1e-6)


def test_windows_are_means_and_the_whole_photo_comes_first():
    grid = np.arange(9.0)[:, None]  # 3 x 3, row by row
    found = regions(grid, (2,), 1)[:, 0]
    assert found == pytest.approx([4, 2, 3, 5, 6])


def test_windows_reach_the_last_row_and_column_whatever_the_step():
    cover = windows(49, (3,), 3) > 0
    assert len(cover) == 1 + 9  # starts 0, 3 and 4
    assert cover[1:].any(axis=0).all()


def test_a_window_as_large_as_the_grid_is_the_whole_photo():
    assert len(windows(4, (2, 5), 1)) == 1
    np.testing.assert_allclose(windows(4, (2, 5), 1), 0.25)


@pytest.mark.parametrize("sides", ["0", "3+-1"])
def test_windows_without_a_place_are_refused(sides):
    with pytest.raises(BadOption, match="windows"):
        choose("concepts", f"mil_regions:windows={sides}")
    assert choose("concepts", "mil_regions:windows=1+9").config.windows == (1, 9)


def test_scaling_gives_unit_deviations():
    vectors = np.random.default_rng(0).normal(3, 0.2, (50, 7))
    mean, factor = scaling(vectors)
    assert np.square((vectors - mean) * factor).mean() == pytest.approx(1)
    assert scaling(np.ones((4, 3)))[1] == 1
