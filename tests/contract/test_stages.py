"""Every registered stage keeps the contract."""

import json
from collections.abc import Callable

import pytest
from safetensors.torch import save_file

from pipeline.bench import Bench
from pipeline.checks import STAGE_CHECKS
from pipeline.records import FIELDS
from pipeline.registry import Choice, choose, registered
from tests.captions import tiny_hugging_face
from tests.detections.random_detector import SMALLEST, random_state

SMALL = {
    "attributes/logistic": "logistic:labels=annotated:features=colour+texture:C=0.1",
    "captions/adaptive": "adaptive:epochs=2:word=8:lstm=12:attention=8",
    "captions/alignment": "alignment:epochs=2:size=12:batch=8",
    "captions/att_lstm": "att_lstm:epochs=2:word=8:lstm=12",
    "captions/glstm": "glstm:epochs=2:word=8:lstm=12",
    "captions/hard_attention": "hard_attention:epochs=2:word=8:lstm=12:attention=8",
    "captions/neuraltalk": "neuraltalk:epochs=2:word=8:hidden=12",
    "captions/neural_baby_talk": "neural_baby_talk:epochs=2:word=8:lstm=12:attention=8",
    "captions/sca_cnn": "sca_cnn:epochs=1:word=8:lstm=12:attention=2:beam=1",
    "captions/show_and_tell": "show_and_tell:epochs=2:word=8:lstm=12",
    "captions/show_attend_tell": "show_attend_tell:epochs=2:word=8:lstm=12:attention=8",
    "captions/spatial": "spatial:epochs=2:word=8:lstm=12:attention=8",
    "captions/up_down": "up_down:epochs=2:word=8:lstm=12:attention=8",
    "detections/hog_svm": "hog_svm:min_boxes=4",
    "detections/nanodet": "nanodet:size=160",
    "detections/things_and_stuff": "things_and_stuff:things=nanodet%3Asize%3D160",
    "grid/cbam_grid": "cbam_grid:epochs=1:size=64",
}
"""Options that make a fit or an answer short; the contract does not depend on size."""
STAGES = [f"{field}/{name}" for field in FIELDS for name in registered(field)]


NEED_A_FILE = ("captions/from_file", "captions/hf_caption", "detections/faster_rcnn")
"""Stages that hand on a file, or run the weights in one."""


def with_its_file(stage: str, bench: Bench) -> str:
    """The choice of a stage with a small file such as it wants."""
    if stage == "captions/from_file":
        said = bench.directory / "said.json"
        photos = bench.split("val").images().ids
        said.write_text(json.dumps([{"image_id": photo, "caption": f"Photo {photo}."} for photo in photos]))
        return f"from_file:{said}"
    if stage == "captions/hf_caption":
        model = bench.directory / "tiny_hugging_face"
        if not model.exists():
            tiny_hugging_face.save(model)
        return f"hf_caption:{model}:longest=6"
    weights = bench.directory / f"{SMALLEST}.safetensors"
    if not weights.exists():
        save_file(random_state(), weights)
    return f"faster_rcnn:model={SMALLEST}:weights={weights}:least=0.06"


@pytest.mark.parametrize(
    "stage", [pytest.param(stage, marks=pytest.mark.xdist_group(stage)) for stage in STAGES], ids=STAGES
)
@pytest.mark.parametrize("check", STAGE_CHECKS, ids=lambda check: check.__name__)
def test_stage(stage: str, check: Callable[[Bench, Choice], None], bench: Bench) -> None:
    field, name = stage.split("/")
    text = with_its_file(stage, bench) if stage in NEED_A_FILE else SMALL.get(stage, name)
    check(bench, choose(field, text))
