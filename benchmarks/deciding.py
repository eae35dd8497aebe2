"""Benches that decide something on photographs: the field's questions, ablations, and who should speak."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.comparing import told
from benchmarks.photos import dataset

BY_FLICKR8K = "Pascal, fitted on Flickr8k"
OF_NETWORKS = "attributes,channel_attention,sentinel,soft_or_hard,spatial_attention,true_or_smooth"
OF_BOXES, OF_PLACES = "detector", "grounding"
OF_GUIDANCE = "guidance"
OF_ONE_NETWORK = "channel_gates"
OF_SEEDS = "spatial_attention"
OF_LAYERS, SHORTER = "second_layer", "captions=sca_cnn:epochs=4:batch=32"
SEEDED, SEEDS, LARGER = "show_attend_tell", "0,1", "captions=show_attend_tell:batch=32"
ABLATED = ("babytalk", "up_down")
TOGETHER = "babytalk_crf,every_picture,nearest_neighbour,att_lstm,adaptive,show_attend_tell,cbam"
CALIBRATED = "babytalk,babytalk_crf,every_picture,nearest_neighbour,show_and_tell,show_attend_tell,adaptive"
SUBSTITUTED = {
    "detections": "hog_svm,nanodet:least=0.2:most=20,oracle",
    "attributes": "logistic:least=0.35:most=8,oracle",
    "graph": "argmax,crf:detection_threshold=0.35",
    "captions": "template:most_relations=1:lone=a,crf_template:most_objects=4:chance=0.1:attribute=0.15",
}
SUBSTITUTED_BY = ("CIDEr-D", "METEOR", "tuple_f1", "CHAIR-i", "boxed precision")
_OF_PHOTOS = ("risks", "best_risks", "confidences", "good")
_SHARE = ("field", "alone", "share", "largest", "at_fault")


def questions() -> Mapping[str, Any]:
    """The field's questions whose plans have been fitted: on Flickr8k's development photos, on Pascal Sentences val by
    plans fitted on Flickr8k, and, where a detector is to be trained on boxes, on Pascal Sentences alone. Where words
    look is asked of Pascal, whose objects are boxed. What each predicts is in workflows/questions."""
    flickr8k, pascal = _datasets()
    runs = {
        "Flickr8k": (flickr8k, "", OF_NETWORKS),
        BY_FLICKR8K: (pascal, flickr8k, f"{OF_NETWORKS},{OF_PLACES}"),
        "Pascal": (pascal, "", OF_BOXES),
    }
    return _answers(runs)


def guidance() -> Mapping[str, Any]:
    """The question of guidance, by networks that are guided by BabyTalk's graph. On the same photos as `variants`."""
    return _answers(_with_flickr8k(OF_GUIDANCE))


def seeded() -> Mapping[str, Any]:
    """The question of attention to places again, each network learned with two seeds: the intervals hold what another
    choice of seeds may do."""
    return _answers(_with_flickr8k(OF_SEEDS), "--seeds", SEEDS)


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
    for name, (on, fit_on) in {"Flickr8k": (flickr8k, ""), BY_FLICKR8K: (pascal, flickr8k)}.items():
        for plan in ABLATED:
            content = _told("ablation.json", on, fit_on, "ablate", "--plan", plan)
            found.setdefault(plan, {})[name] = {
                **{part: content[part] for part in ("score", "photos", "base", "floor", "kept")},
                **{part: _shares(content.get(part)) for part in ("replaced", "foreign")},
            }
    return found


def substitution() -> Mapping[str, Any]:
    """BabyTalk with every combination of detector, attributes, graph and sentences on Pascal val, fitted on Pascal's
    train: a row a combination, with a few of its scores against all references."""
    _, pascal = _datasets()
    tried = [part for field, stages in SUBSTITUTED.items() for part in (f"--{field}", stages)]
    found = _told("substitution.json", pascal, "", "substitute", "--plan", "babytalk", *tried)
    rows = []
    for row in found["combinations"]:
        scores = {score["metric"]: score for score in row["scores"] if score["references"] == "all"}
        told = {name: {part: scores[name][part] for part in ("value", "interval")} for name in SUBSTITUTED_BY}
        rows.append({"stages": row["stages"], "scores": told})
    return {"combinations": rows, "left_out": found["left_out"]}


def confidence() -> Mapping[str, Any]:
    """How well plans know which of their captions are good, on Flickr8k's development photos: calibrated on tune."""
    flickr8k, _ = _datasets()
    found = _told("confidence.json", flickr8k, "", "confidence", "--plans", CALIBRATED)
    plans = []
    for plan in found["plans"]:
        half = plan["risks"][(plan["photos"] + 1) // 2 - 1]
        told = {part: value for part, value in plan.items() if part not in _OF_PHOTOS}
        plans.append({**told, "risk_of_half": half})
    return {"good": found["good"], "plans": plans}


def together() -> Mapping[str, Any]:
    """Seven plans on Flickr8k's development photos: the best of them by itself, the one chosen photo by photo by what
    was learned on tune, and the best choice there could be."""
    flickr8k, _ = _datasets()
    found: Mapping[str, Any] = _told("together.json", flickr8k, "", "choose", "--plans", TOGETHER)
    return {name: value for name, value in found.items() if name != "dataset"}


def _with_flickr8k(wanted: str) -> dict[str, tuple[str, str, str]]:
    flickr8k, pascal = _datasets()
    return {"Flickr8k": (flickr8k, "", wanted), BY_FLICKR8K: (pascal, flickr8k, wanted)}


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
