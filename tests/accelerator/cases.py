"""Stages that compute on a device, and what is compared: all that learns or looks by a network."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pipeline.records import GraphNode, SceneGraph
from pipeline.registry import choose
from pipeline.stage import Examples, Resources, Runtime
from stages.networks import attention
from stages.resources.concepts import Concepts, ConceptsConfig
from stages.resources.parses import Parses
from tests.captions import animals, test_alignment, test_neural_baby_talk, test_up_down
from tests.captions.test_att_lstm import concepts
from tests.captions.test_glstm import by_kind
from tests.captions.test_sca_cnn import animal_maps
from tests.grid.test_cbam_grid import drawn

torch.set_num_threads(1)
SMALL = "word=8:lstm=12:dropout=0.5:batch=8:learning_rate=0.02:epochs=2:beam=3"
ATTEND = f"{SMALL}:attention=8"
SPLITS = {"train": 16, "tune": 4, "val": 4}


@dataclass(frozen=True)
class Case:
    """A stage, the photos of its splits, in a folder where they are files, and what is known of the training photos."""

    field: str
    stage: str
    photos: Callable[[Path], Mapping[str, Examples]]
    know: Callable[[Examples], Resources] = animals.knowledge


def shown(more: animals.Fields = animals.nothing_else) -> Callable[[Path], Mapping[str, Examples]]:
    return lambda _: {name: animals.examples(seed, many, more) for seed, (name, many) in enumerate(SPLITS.items())}


def boxed(directory: Path) -> Mapping[str, Examples]:
    return {name: test_alignment.seen_in_boxes(photos) for name, photos in shown()(directory).items()}


def on_disk(directory: Path) -> Mapping[str, Examples]:
    return {name: drawn(directory, many, seed) for seed, (name, many) in enumerate(SPLITS.items())}


def found(kind: int, chance: np.random.Generator) -> Mapping[str, Any]:
    """A graph of the animal."""
    return {"graph": SceneGraph((GraphNode(0, animals.KINDS[kind], margin=1.0),), ())}


def named(train: Examples) -> Resources:
    """The concepts of the captions."""
    parses = Resources({"parses": Parses(None).fit(train.truth, Resources())})
    return Resources({"concepts": Concepts(ConceptsConfig()).fit(train.truth, parses)})


def says(stage: str, more: animals.Fields = animals.nothing_else) -> Case:
    return Case("captions", stage, shown(more))


CASES = {
    "show_and_tell": says(f"show_and_tell:{SMALL}"),
    "neuraltalk": says(f"neuraltalk:{SMALL.replace('lstm', 'hidden')}"),
    "show_attend_tell": says(f"show_attend_tell:{ATTEND}:average=0.9:weight_decay=0.1:label_smoothing=0.1"),
    "scheduled_sampling": says(f"show_attend_tell:{ATTEND}:scheduled_sampling=0.5:accumulate=2:refit=true"),
    "fine_tune": says(f"show_attend_tell:{ATTEND}:fine_tune=true:fine_tune_from=2", animal_maps),
    "hard_attention": says(f"hard_attention:{ATTEND}"),
    "adaptive": says(f"adaptive:{ATTEND}"),
    "spatial": says(f"spatial:{ATTEND}"),
    "up_down": says(f"up_down:{ATTEND}"),
    "up_down over regions": says(f"up_down:{ATTEND}:over=regions", test_up_down.regions),
    "att_lstm": says(f"att_lstm:{SMALL}", concepts),
    "glstm": says(f"glstm:{SMALL}", by_kind),
    "sca_cnn": says(f"sca_cnn:{ATTEND}", animal_maps),
    "neural_baby_talk": Case(
        "captions",
        f"neural_baby_talk:{ATTEND}",
        shown(test_neural_baby_talk.boxes),
        test_neural_baby_talk.knowledge,
    ),
    "alignment": Case("captions", "alignment:size=16:batch=8:epochs=1", boxed, test_alignment.knowledge),
    "self_critical": says(f"show_attend_tell:{ATTEND}:self_critical=1:baseline=others"),
    "self_critical, hard": says(f"hard_attention:{ATTEND}:self_critical=1"),
    "ensemble": says(f"adaptive:{ATTEND}:members=2"),
    "must_say": says(f"show_attend_tell:{ATTEND}:must_say=1", found),
    "groups": says(f"show_attend_tell:{ATTEND}:groups=2:n_best=2:unrepeated=2:stutter=false"),
    "sample": says(f"show_attend_tell:{ATTEND}:search=sample:n_best=2:top_k=5:top_p=0.9"),
    "normalised": says(f"show_attend_tell:{ATTEND}:length_normalisation=gnmt:unknown=true"),
    "cnn_grid": Case("grid", "cnn_grid:size=64", on_disk),
    "cnn_maps": Case("maps", "cnn_maps:size=64:cut=5", on_disk),
    "cbam_grid": Case("grid", "cbam_grid:size=64:cut=5:epochs=1:batch=8", on_disk, named),
    "cnn_multilabel": Case("concepts", "cnn_multilabel:epochs=2:batch=8", shown(), named),
    "mil_regions": Case("concepts", "mil_regions:epochs=2:batch=8", shown(), named),
    "stuff_head": Case("detections", "stuff_head", on_disk),
}


def compared(case: Case, card: Callable[[], AbstractContextManager[str]]) -> None:
    """What is learned and said on the card is what the CPU learns and says, to the last digit."""
    with tempfile.TemporaryDirectory() as directory:
        photos = case.photos(Path(directory))
        resources = case.know(photos["train"])

        def run(device: str) -> tuple[list[Any], list[bytes]]:
            stage: Any = choose(case.field, case.stage).create(Runtime(device=device))
            if stage.fit_on:
                stage.fit({split: photos[split] for split in stage.fit_on}, resources)
            said = stage.predict(photos["val"].scenes, resources)
            into = Path(directory, device)
            into.mkdir()
            stage.save_state(into)
            return said, [file.read_bytes() for file in sorted(into.iterdir()) if file.suffix == ".safetensors"]

        said, weights = run("cpu")
        with card() as device:
            said_there, weights_there = run(device)
    assert weights == weights_there, "other weights than on the CPU"
    for one, other in zip(said, said_there, strict=True):
        same = np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other
        assert same, f"{other} in place of {one}"


class FollowedByTorch:
    """In place of attention's own way back, which torch does not take on a device that Python has registered."""

    @staticmethod
    def apply(keys: torch.Tensor, asked: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return torch.addcmul(weight.new_ones(()), keys.unsqueeze(1), asked.unsqueeze(2)).reciprocal() @ weight


def failures(names: Sequence[str], card: Callable[[], AbstractContextManager[str]]) -> dict[str, str]:
    """Case -> what went wrong; empty for those that hold."""
    attention._Below = FollowedByTorch  # type: ignore[assignment, misc]
    found = {}
    for name in names:
        try:
            compared(CASES[name], card)
            found[name] = ""
        except (AssertionError, NotImplementedError, RuntimeError, TypeError) as error:  # what a wrong device comes to
            found[name] = f"{type(error).__name__}: {str(error)[:1000]}"
    return found
