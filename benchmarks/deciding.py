"""Benches that decide something on photographs: the field's questions, ablations, and who should speak."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.comparing import told
from benchmarks.photos import dataset

OF_NETWORKS = "attributes,channel_attention,sentinel,soft_or_hard,spatial_attention,true_or_smooth"
OF_BOXES = "detector"
OF_GUIDANCE = "guidance"
OF_ONE_NETWORK = "channel_gates"
OF_LAYERS, SHORTER = "second_layer", "captions=sca_cnn:epochs=4:batch=32"
SEEDED, SEEDS, LARGER = "show_attend_tell", "0,1", "captions=show_attend_tell:batch=32"
ABLATED = ("babytalk", "up_down")
TOGETHER = "babytalk_crf,every_picture,nearest_neighbour,att_lstm,adaptive,show_attend_tell,cbam"
_SHARE = ("field", "alone", "share", "largest", "at_fault")


def questions() -> Mapping[str, Any]:
    """The field's questions whose plans have been fitted: on Flickr8k's development photos, on Pascal Sentences val by
    plans fitted on Flickr8k, and, where a detector is to be trained on boxes, on Pascal Sentences alone. What each
    predicts is in workflows/questions."""
    _, pascal = _datasets()
    return _answers({**_with_flickr8k(OF_NETWORKS), "Pascal": (pascal, "", OF_BOXES)})


def guidance() -> Mapping[str, Any]:
    """The question of guidance, by networks that are guided by BabyTalk's graph. On the same photos as `variants`."""
    return _answers(_with_flickr8k(OF_GUIDANCE))


def variants() -> Mapping[str, Any]:
    """The questions that compare a network with others of its kind, fitted for them alone in batches of 32 photos: on
    Flickr8k's development photos, and on Pascal Sentences val by networks fitted on Flickr8k."""
    return _answers(_with_flickr8k(OF_ONE_NETWORK), "--swap", LARGER)


def layers() -> Mapping[str, Any]:
    """The question of a second layer of attention, by two networks that learn for four epochs in place of their plan's
    eight: an epoch of two layers takes a quarter of an hour. On the same photos as `variants`."""
    return _answers(_with_flickr8k(OF_LAYERS), "--swap", SHORTER)


def seeds() -> Mapping[str, Any]:
    """One network learned with two seeds in batches of 32 photos, on Flickr8k's development photos: its CIDEr-D with
    each."""
    flickr8k, _ = _datasets()
    found = _told("scores.json", flickr8k, "", "compare", "--plans", SEEDED, "--seeds", SEEDS, "--swap", LARGER)
    scores = [one for one in found["scores"] if (one["metric"], one["references"]) == ("CIDEr-D", "all")]
    return {one["plan"]: one["value"] for one in scores}


def ablations() -> Mapping[str, Any]:
    """What each stage of babytalk and of up_down costs, and what each field of the whole photo carries, by CIDEr-D: on
    Flickr8k's development photos, where no box is annotated, and on Pascal val by plans fitted on Flickr8k."""
    flickr8k, pascal = _datasets()
    found: dict[str, dict[str, Any]] = {}
    for name, (on, fit_on) in {"Flickr8k": (flickr8k, ""), "Pascal, fitted on Flickr8k": (pascal, flickr8k)}.items():
        for plan in ABLATED:
            content = _told("ablation.json", on, fit_on, "ablate", "--plan", plan)
            found.setdefault(plan, {})[name] = {
                **{part: content[part] for part in ("score", "photos", "base", "floor", "kept")},
                **{part: _shares(content.get(part)) for part in ("replaced", "foreign")},
            }
    return found


def together() -> Mapping[str, Any]:
    """Seven plans on Flickr8k's development photos: the best of them by itself, the one chosen photo by photo by what
    was learned on tune, and the best choice there could be."""
    flickr8k, _ = _datasets()
    found: Mapping[str, Any] = _told("together.json", flickr8k, "", "choose", "--plans", TOGETHER)
    return {name: value for name, value in found.items() if name != "dataset"}


def _with_flickr8k(wanted: str) -> dict[str, tuple[str, str, str]]:
    flickr8k, pascal = _datasets()
    return {"Flickr8k": (flickr8k, "", wanted), "Pascal, fitted on Flickr8k": (pascal, flickr8k, wanted)}


def _answers(runs: Mapping[str, tuple[str, str, str]], *given: str) -> Mapping[str, Any]:
    """By question and run, of which each has a dataset, what is fitted on, and the questions asked."""
    found: dict[str, dict[str, Any]] = {}
    for name, (on, fit_on, wanted) in runs.items():
        for answer in _told("answers.json", on, fit_on, "ask", "--questions", wanted, *given)["answers"]:
            found.setdefault(answer["question"], {})[name] = answer["decided"]
    return found


def _datasets() -> tuple[str, str]:
    return dataset("flickr", "flickr8k"), dataset("pascal_sentences", "pascal_sentences")


def _told(file: str, on: str, fit_on: str, *given: str) -> Any:
    where = ["--dataset", on, "--split", "val", "--fit-on", fit_on, "--workers", "2"]
    with tempfile.TemporaryDirectory() as directory:
        return told(Path(directory, "out"), file, *given, *where)


def _shares(attribution: Mapping[str, Any] | None) -> Any:
    """An attribution without its photos."""
    if attribution is None:
        return None
    shares = [{part: share[part] for part in _SHARE} for share in attribution["shares"]]
    return {"all": attribution["all"], "blamed": attribution["blamed"], "shares": shares}
