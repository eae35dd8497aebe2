"""8-bit speaking against the captioner it copies."""

from dataclasses import fields
from functools import partial

import pytest
import torch

from pipeline.errors import BadOption
from stages.networks.captioner import Captioner
from stages.networks.int8 import in_int8
from stages.networks.options import SpeakingOptions
from stages.networks.show_attend_tell import ShowAttendTell
from stages.networks.up_down import UpDown
from stages.resources.vocabulary import START
from tests.networks.captioner_laws import photos

SIZES = {"word": 32, "lstm": 48, "attention": 16, "dropout": 0.0}
NEAR = 0.02
"""Nats; networks of other random weights lie several times as far apart, as is tested too."""


def captioner(kind: str, seed: int) -> Captioner:
    torch.manual_seed(seed)
    kinds = {"show_attend_tell": partial(ShowAttendTell, penalty=1.0), "up_down": UpDown}
    return kinds[kind](40, 24, **SIZES).eval()


@torch.inference_mode()
def first_words(network: Captioner, seen: torch.Tensor | None = None) -> torch.Tensor:
    """Log-probabilities (photos, symbols)."""
    seen = photos(6, channels=24) if seen is None else seen
    memory = network.encode((seen,))
    return network.step(memory, network.start(memory), torch.full((len(seen),), START))[0]


@pytest.mark.parametrize("kind", ["show_attend_tell", "up_down"])
def test_its_words_are_nearly_as_probable_and_the_captioner_itself_is_left_alone(kind: str) -> None:
    network = captioner(kind, 0)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    quick = in_int8(network, "cpu")
    exact, near = first_words(network), first_words(quick)
    torch.testing.assert_close(near, exact, atol=NEAR, rtol=0)
    assert not torch.equal(near, exact)
    for seed in range(1, 4):
        assert (first_words(captioner(kind, seed)) - exact).abs().amax(dim=1).min() > 5 * NEAR
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_what_it_says_of_a_photo_hangs_on_its_batch_as_its_option_tells() -> None:
    network, some = captioner("show_attend_tell", 0), photos(2, channels=24)
    some[1] *= 50  # activations of both are scaled by the largest
    for one, alike in ((network, True), (in_int8(network, "cpu"), False)):
        together, alone = first_words(one, some)[0], first_words(one, some[:1])[0]
        assert torch.allclose(together, alone, atol=1e-5) == alike
    (told,) = (item.metadata["help"] for item in fields(SpeakingOptions) if item.name == "int8")
    assert "batch" in told


def test_it_is_refused_where_there_is_no_such_arithmetic() -> None:
    with pytest.raises(BadOption, match=r"cuda:0.*leave it out"):
        in_int8(ShowAttendTell(8, 4, penalty=1.0, word=4, lstm=4, attention=4, dropout=0.0), "cuda:0")
