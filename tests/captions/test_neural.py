"""What holds of every neural captioner as a stage."""

import pytest

from pipeline.registry import choose, get, registered
from stages.captions._neural import NeuralCaptioner

NEURAL = [name for name in registered("captions") if issubclass(get("captions", name), NeuralCaptioner)]


@pytest.mark.parametrize("name", NEURAL)
def test_what_must_be_said_is_read_to_speak_and_not_to_learn(name: str) -> None:
    plain, asked = (choose("captions", text).create() for text in (name, f"{name}:must_say=1"))
    assert plain.reads() == plain.fit_reads() == asked.fit_reads()
    assert asked.reads() == (*plain.reads(), "graph")
    assert "graph" not in plain.reads()


def test_there_are_several() -> None:
    assert {"neural_baby_talk", "sca_cnn", "show_attend_tell", "up_down"} <= set(NEURAL)
