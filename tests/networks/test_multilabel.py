"""The training of what tells concepts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from pipeline.errors import StoreError
from pipeline.records import Array
from pipeline.stage import Runtime
from stages.networks.multilabel import Layer, Lessons, learn, logistic, odds
from stages.networks.multilabel_options import MultilabelOptions

torch.set_num_threads(1)
OPTIONS = MultilabelOptions(epochs=6, patience=6, batch=8, learning_rate=0.5, dropout=0.5)


def photos(seed: int, flipped: bool = False) -> tuple[Tensor, Array]:
    """Three numbers a photo, and two concepts that the first two tell; the contrary where `flipped`."""
    seen = np.random.default_rng(seed).normal(size=(24, 3)).astype(np.float32)
    return torch.from_numpy(seen), (seen[:, :2] > 0) != flipped


def lessons(layer: Layer, seen: Tensor, shows: Array) -> Lessons:
    def terms(places: Sequence[int], shown: Tensor) -> Tensor:
        return logistic(layer(seen[list(places)]), shown)

    return Lessons(shows, terms)


def trained(
    runtime: Runtime, options: MultilabelOptions = OPTIONS, flipped: bool = False
) -> tuple[Layer, tuple[float, ...]]:
    (seen, shows), held = photos(0), photos(1, flipped)
    layer = Layer(3, torch.tensor(odds(shows), dtype=torch.float32), options.dropout)
    return layer, learn(layer, lessons(layer, seen, shows), lessons(layer, *held), options, runtime, "cpu")


def test_the_loss_of_tune_is_the_papers_and_that_of_the_weights_kept() -> None:
    layer, judged = trained(Runtime())
    seen, shows = photos(1)
    answers = seen.numpy() @ layer.weights.detach().numpy() + layer.biases.detach().numpy()
    expected = np.log1p(np.exp(-np.where(shows, 1, -1) * answers)).sum(axis=1).mean()
    assert min(judged) == pytest.approx(expected, rel=1e-5)
    assert expected < np.log(2)  # half of what knows nothing


def test_training_ends_when_tune_no_longer_gains() -> None:
    _, judged = trained(Runtime(), MultilabelOptions(epochs=50, patience=3, batch=8, learning_rate=0.5), flipped=True)
    assert len(judged) == 1 + 3  # every epoch makes it worse


def test_the_first_biases_are_the_odds_of_succession() -> None:
    shows = np.array([[True, False], [True, False], [False, False]])
    np.testing.assert_allclose(odds(shows), [np.log(3 / 2), np.log(1 / 4)])


def test_a_checkpoint_of_the_same_options_is_taken_and_of_others_is_not(tmp_path: Path) -> None:
    kept, judged = trained(Runtime(scratch=tmp_path))
    counted: list[int] = []

    def progress(items, what, total):
        counted.append(total)
        return iter(items)

    again, same = trained(Runtime(scratch=tmp_path, progress=progress))
    assert same == judged
    assert torch.equal(again.weights, kept.weights)
    trained(Runtime(scratch=tmp_path, progress=progress), MultilabelOptions(epochs=2))
    assert counted == [0, 2]


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "multilabel.pt").write_bytes(b"half of it")
    with pytest.raises(StoreError, match=r"multilabel.pt' is damaged .* delete it to begin anew"):
        trained(Runtime(scratch=tmp_path))
