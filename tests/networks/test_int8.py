"""8-bit speaking against the captioner it copies."""

import pytest
import torch

from pipeline.errors import BadOption
from stages.networks.captioner import Captioner
from stages.networks.int8 import in_int8
from stages.networks.search import Rules, greedy
from stages.networks.show_attend_tell import ShowAttendTell
from stages.networks.up_down import UpDown
from tests.networks.captioner_laws import photos

SIZES = {"word": 32, "lstm": 48, "attention": 16, "dropout": 0.0}


@pytest.mark.parametrize("kind", ["show_attend_tell", "up_down"])
def test_its_words_are_nearly_as_probable_and_the_captioner_itself_is_left_alone(kind: str) -> None:
    torch.manual_seed(0)
    network: Captioner = (
        ShowAttendTell(40, 24, penalty=1.0, **SIZES) if kind == "show_attend_tell" else UpDown(40, 24, **SIZES)
    ).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    quick = in_int8(network, "cpu")
    with torch.inference_mode():
        said, quickly = (greedy(each, each.encode((photos(6, channels=24),)), Rules(8)) for each in (network, quick))
    for one, other in zip(said, quickly, strict=True):
        assert other.scores[0] == pytest.approx(one.scores[0], abs=0.05)
    assert any(one.scores != other.scores for one, other in zip(said, quickly, strict=True))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_it_is_refused_where_there_is_no_such_arithmetic() -> None:
    with pytest.raises(BadOption, match=r"cuda:0.*leave it out"):
        in_int8(ShowAttendTell(8, 4, penalty=1.0, word=4, lstm=4, attention=4, dropout=0.0), "cuda:0")
