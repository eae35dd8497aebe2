"""Maps from inside the backbone."""

import numpy as np
import pytest
import torch

from pipeline.errors import BadOption
from stages.vision import backbone, cuts

PHOTOS = np.random.default_rng(0).integers(0, 256, (2, 64, 96, 3), dtype=np.uint8)


def test_every_cut_has_its_channels_and_places() -> None:
    for cut, found in enumerate(cuts.maps(PHOTOS, range(7), "cpu")):
        step = cuts.PIXELS[cut]
        assert found.shape == (2, cuts.CHANNELS[cut], 64 // step, 96 // step)


@pytest.mark.parametrize("cut", [4, 5, 6])
def test_the_tail_makes_the_features_of_the_maps_at_its_cut(cut: int) -> None:
    with torch.inference_mode():
        rest = cuts.tail(cut)(cuts.maps(PHOTOS, [cut], "cpu")[0])
    torch.testing.assert_close(rest, backbone.features(cuts.NAME, PHOTOS, "cpu"), atol=1e-4, rtol=0)


def test_a_tail_is_its_users_own() -> None:
    for weights in cuts.tail(5).parameters():
        weights.fill_(0.0)
    assert all(weights.abs().sum() > 0 for weights in cuts.tail(5).parameters())


def test_cuts_come_in_the_order_asked() -> None:
    late, early = cuts.maps(PHOTOS, [4, 2], "cpu")
    assert (late.shape[1], early.shape[1]) == (112, 40)


def test_a_cut_beyond_the_network_is_refused() -> None:
    with pytest.raises(BadOption, match="cut=7 should lie between 0 and 6"):
        cuts.maps(PHOTOS, [2, 7], "cpu")
    with pytest.raises(BadOption, match="cut=7 should lie between 0 and 6"):
        cuts.tail(7)
