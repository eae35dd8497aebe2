"""Canonical correlations against scikit-learn's, against their definition, and as guidance."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from sklearn.cross_decomposition import CCA

from pipeline.errors import BadData, NotFitted
from pipeline.stage import Examples
from stages.guidance._cca import canonical, scaled
from stages.guidance.cca import CcaGuidance, Config
from tests.captions.animals import examples, knowledge


def views(noise: float = 0.5) -> tuple[Any, Any]:
    """Two views of three hidden causes of different strength."""
    chance = np.random.default_rng(4)
    hidden = chance.normal(size=(400, 3)) * [2.0, 1.0, 0.5]
    left, right = chance.normal(size=(3, 6)), chance.normal(size=(3, 5))
    return (
        hidden @ left + noise * chance.normal(size=(400, 6)) + 3,
        hidden @ right + noise * chance.normal(size=(400, 5)) - 1,
    )


def test_correlations_and_axes_are_scikit_learns() -> None:
    x, y = views()
    photo, words, rho = canonical(x, y, 3, shrink=1e-9)
    theirs = CCA(n_components=3, max_iter=5000, tol=1e-12).fit(x, y)
    their_x, their_y = theirs.transform(x, y)
    ours_x, ours_y = (x - photo.mean) @ photo.axes, (y - words.mean) @ words.axes
    for place in range(3):
        assert rho[place] == pytest.approx(np.corrcoef(their_x[:, place], their_y[:, place])[0, 1], abs=1e-4)
        assert abs(np.corrcoef(ours_x[:, place], their_x[:, place])[0, 1]) == pytest.approx(1, abs=1e-4)
        assert abs(np.corrcoef(ours_y[:, place], their_y[:, place])[0, 1]) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("shrink", [1e-9, 0.3])
def test_components_have_variance_one_with_the_shrinkage_and_correlate_by_rho_alone(shrink: float) -> None:
    x, y = views()
    photo, words, rho = canonical(x, y, 5, shrink)
    c_xx, c_xy = np.cov(x.T, bias=True), (x - x.mean(axis=0)).T @ (y - y.mean(axis=0)) / len(x)
    ridge = shrink * np.trace(c_xx) / 6 * np.eye(6)
    np.testing.assert_allclose(photo.axes.T @ (c_xx + ridge) @ photo.axes, np.eye(5), atol=1e-6)
    np.testing.assert_allclose(photo.axes.T @ c_xy @ words.axes, np.diag(rho), atol=1e-6)
    assert all(rho[:-1] >= rho[1:])


def test_a_view_that_does_not_vary_correlates_with_nothing() -> None:
    x, y = views()
    _, _, rho = canonical(np.ones_like(x), y, 3, 0.1)
    np.testing.assert_allclose(rho, 0, atol=1e-9)


def test_projections_are_scaled_by_powers_of_the_correlations_and_brought_to_one_length() -> None:
    x, y = views()
    photo, _, rho = canonical(x, y, 3, 0.1)
    by_hand = ((x - x.mean(axis=0)) @ photo.axes) * rho**4
    by_hand /= np.linalg.norm(by_hand, axis=1, keepdims=True)
    np.testing.assert_allclose(scaled(photo, rho, 4.0).project(x), by_hand, atol=1e-9)


TRAIN, OTHERS = examples(0, 40), examples(2, 12)
RESOURCES = knowledge(TRAIN)


def test_photos_of_the_same_animal_are_guided_alike_and_others_elsewhere() -> None:
    stage = CcaGuidance(Config(components=3)).fit({"train": TRAIN}, RESOURCES)
    guidance = np.stack(stage.predict(OTHERS.scenes, RESOURCES))
    assert guidance.shape == (12, 3)
    np.testing.assert_allclose(np.linalg.norm(guidance, axis=1), 1, atol=1e-5)
    alike = guidance @ guidance.T
    same = np.equal.outer(np.arange(12) % 4, np.arange(12) % 4)
    assert alike[same].min() > alike[~same].max()


def test_it_needs_two_photos_with_captions_and_is_not_asked_before() -> None:
    with pytest.raises(NotFitted):
        CcaGuidance(Config()).predict(OTHERS.scenes, RESOURCES)
    silent = [dataclasses.replace(truth, captions=()) for truth in TRAIN.truth[1:]]
    with pytest.raises(BadData, match="1 training photos have captions"):
        CcaGuidance(Config()).fit({"train": Examples(TRAIN.scenes, [TRAIN.truth[0], *silent])}, RESOURCES)
