"""Guidance by the mean of the grid, or by its principal components."""

import numpy as np
import pytest

from pipeline.errors import NotFitted
from pipeline.stage import Resources
from stages.guidance.image import Config, ImageGuidance
from tests.captions.animals import examples

TRAIN, OTHERS = examples(0, 40), examples(2, 12)


def test_it_is_the_mean_of_the_grid_and_needs_none_to_be_fitted() -> None:
    stage = ImageGuidance(Config())
    assert (stage.fit_reads(), stage.reads()) == ((), ("grid",))
    with pytest.raises(NotFitted):
        stage.predict(OTHERS.scenes, Resources())
    for scene, guidance in zip(
        OTHERS.scenes, stage.fit({"train": TRAIN}, Resources()).predict(OTHERS.scenes, Resources()), strict=True
    ):
        np.testing.assert_allclose(guidance, scene.grid.mean(axis=0), atol=1e-6)


def test_components_are_those_of_the_singular_value_decomposition() -> None:
    stage = ImageGuidance(Config(components=3)).fit({"train": TRAIN}, Resources())
    means = np.stack([scene.grid.mean(axis=0) for scene in TRAIN.scenes]).astype(np.float64)
    _, _, right = np.linalg.svd(means - means.mean(axis=0))
    expected = (OTHERS.scenes[0].grid.mean(axis=0) - means.mean(axis=0)) @ right[:3].T
    np.testing.assert_allclose(np.abs(stage.predict(OTHERS.scenes[:1], Resources())[0]), np.abs(expected), atol=1e-5)
