"""Captioners that look at maps for themselves, by the end of the packaged backbone."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pipeline.errors import BadData
from pipeline.registry import choose
from pipeline.stage import Runtime
from stages.captions.show_attend_tell import Config, ShowAttendTell
from stages.vision.cuts import tail
from tests.captions.animals import examples, knowledge, learns_to_name_animals
from tests.captions.test_sca_cnn import animal_maps

SMALL = Config(
    word=16, lstm=24, attention=16, dropout=0.0, batch=8, learning_rate=0.006, epochs=8, fine_tune=True,
    fine_tune_share=0.1, fine_tune_from=3,
)  # fmt: skip


def test_it_reads_maps_names_what_it_sees_and_says_where(tmp_path: Path) -> None:
    assert ShowAttendTell(SMALL).reads() == ("maps",)
    for caption in learns_to_name_animals(ShowAttendTell, SMALL, tmp_path, animal_maps):
        assert all(why is not None and why.shape == (2, 2) for why in caption.evidence)


def test_the_backbone_is_changed_and_kept(tmp_path: Path) -> None:
    train, tune = (examples(split, many, animal_maps) for split, many in enumerate((16, 8)))
    chosen = dataclasses.replace(SMALL, epochs=1, fine_tune_from=1)
    stage = ShowAttendTell(chosen, Runtime(device="cpu")).fit({"train": train, "tune": tune}, knowledge(train))
    stage.save_state(tmp_path)
    again = ShowAttendTell(chosen, Runtime(device="cpu")).load_state(tmp_path)
    (learned, loaded), packaged = (_eyes(one) for one in (stage, again)), list(tail(6).parameters())
    assert all(map(torch.equal, learned, loaded))
    assert not all(map(torch.equal, learned, packaged))
    assert stage.parameters > sum(weight.numel() for weight in packaged)


@pytest.mark.parametrize("name", ["adaptive", "hard_attention", "neuraltalk", "show_and_tell", "spatial"])
def test_so_do_all_that_look_at_a_grid_alone(name: str) -> None:
    stage = choose("captions", f"{name}:fine_tune=true").create()
    assert stage.reads() == ("maps",)
    assert choose("captions", name).create().reads() == ("grid",)


def test_maps_of_no_cut_are_refused() -> None:
    def strange(kind: int, chance: np.random.Generator) -> Mapping[str, Any]:
        return {"maps": np.zeros((7, 2, 2), dtype=np.float32)}

    train = examples(0, 8, strange)
    with pytest.raises(BadData, match=r"7 channels.*cnn_maps"):
        ShowAttendTell(SMALL).fit({"train": train, "tune": train}, knowledge(train))


def _eyes(stage: ShowAttendTell) -> list[torch.Tensor]:
    eyes = stage.trained_.network.eyes
    assert eyes is not None
    return list(eyes.parameters())
