"""Benches on photographs, which do not come with the project.

CAPTIONLOOM_PHOTOS names a folder that holds the UIUC Pascal Sentences as `pascal_sentences` and Flickr8k as `flickr8k`,
each laid out as it is distributed.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.comparing import Compared, compared
from pipeline.config import spell
from pipeline.registry import get
from stages.metrics.presence import PRECISION, RECALL

VARIABLE = "CAPTIONLOOM_PHOTOS"
REMEDY = f"set {VARIABLE} to the folder of pascal_sentences and flickr8k"
NEURAL = (
    "neuraltalk,show_and_tell,att_lstm,glstm,neural_baby_talk,up_down,up_down_constrained,hard_attention,sca_cnn,"
    "spatial,show_attend_tell,adaptive,cbam"
)
OTHERS = "att_lstm_svm,glstm_graph,up_down_regions"
CLASSICAL = "babytalk,babytalk_lm,babytalk_crf,every_picture"
BASELINES = "nearest_neighbour,human"
ORIGINAL = "babytalk_2011_outputs"
PICTURE = "picture"
"""What among the figures is a drawing, for a file of its own."""


def here() -> bool:
    """Whether the photos can be found."""
    return bool(os.environ.get(VARIABLE))


def dataset(name: str, folder: str) -> str:
    """A dataset's text, with its folder here."""
    return spell(name, get("datasets", name).config_type(root=str(_root(folder))))


def pascal() -> Mapping[str, Any]:
    """Pascal Sentences val, fitted on its train: scores, objects named against objects there, and, on the photos of
    which BabyTalk's own output of 2011 is known, that output beside everybody's."""
    original = _root("pascal_sentences") / f"{ORIGINAL}.json"
    plans = f"babytalk_hog,neural_baby_talk_hog,{CLASSICAL},{BASELINES},{original}"
    with tempfile.TemporaryDirectory() as directory:
        run = _pascal(Path(directory, "all"), "--plans", plans)
        same = _on_the_same_photos(run, Path(directory))
    return {**_figures(run), "objects": _objects(run), "on_the_photos_of_2011": same}


def pascal_by_flickr() -> Mapping[str, Any]:
    """Pascal Sentences val by plans fitted on Flickr8k's train, which have learned nothing of Pascal, and, of the
    photos of which it is known, BabyTalk's own output of 2011."""
    original = _root("pascal_sentences") / f"{ORIGINAL}.json"
    run = _pascal_by_flickr(f"{original},{CLASSICAL},{NEURAL},{BASELINES}")
    return {**_figures(run), "objects": _objects(run), PICTURE: run.picture}


def prepositions() -> Mapping[str, Any]:
    """Pascal Sentences val by BabyTalk with prepositions learnt from captions in place of the paper's functions."""
    with tempfile.TemporaryDirectory() as directory:
        run = _pascal(Path(directory), "--plans", "babytalk", "--swap", "relations=learned")
    return _figures(run)


def flickr() -> Mapping[str, Any]:
    """Flickr8k's development photos, fitted on its train."""
    return _flickr("--plans", f"{CLASSICAL},{NEURAL},{BASELINES}")


def flickr_others() -> Mapping[str, Any]:
    """Flickr8k's development photos, fitted on its train, by networks that look at something else than the others do:
    concepts by SVMs, the words of the CRF, a detector's regions."""
    return _flickr("--plans", OTHERS)


def pascal_by_flickr_others() -> Mapping[str, Any]:
    """Pascal Sentences val by the same, fitted on Flickr8k's train."""
    run = _pascal_by_flickr(OTHERS)
    return {**_figures(run), "objects": _objects(run)}


def flickr_by_pascal() -> Mapping[str, Any]:
    """Flickr8k's development photos by plans fitted on Pascal Sentences' train: the one way for detectors that are to
    be trained on boxes, which Flickr8k has none of."""
    fitted = dataset("pascal_sentences", "pascal_sentences")
    return _flickr("--plans", "babytalk_hog,babytalk,babytalk_crf,human", "--fit-on", fitted)


def _pascal_by_flickr(plans: str) -> Compared:
    with tempfile.TemporaryDirectory() as directory:
        return _pascal(Path(directory), "--plans", plans, "--fit-on", dataset("flickr", "flickr8k"))


def _flickr(*given: str) -> Mapping[str, Any]:
    where = ["--dataset", "flickr", "--dataset-root", str(_root("flickr8k")), "--split", "val"]
    with tempfile.TemporaryDirectory() as directory:
        return _figures(compared(Path(directory, "out"), "compare", *where, *given, "--workers", "2"))


def _pascal(out: Path, *given: str) -> Compared:
    where = ["--dataset", "pascal_sentences", "--dataset-root", str(_root("pascal_sentences")), "--split", "val"]
    return compared(out / "out", "compare", *where, *given, "--workers", "2")


def _on_the_same_photos(run: Compared, directory: Path) -> Mapping[str, Any]:
    """Everybody's captions of the photos of which the original's is known, scored together."""
    known = run.captions[ORIGINAL]
    files = []
    for plan, said in run.captions.items():
        if plan == "human":  # as a file they would be scored against themselves
            continue
        file = directory / f"{plan}.json"
        file.write_text(json.dumps([{"image_id": photo, "caption": said[photo]} for photo in known]), encoding="utf-8")
        files.append(str(file))
    return _figures(_pascal(directory / "same", "--plans", ",".join(files)))


def _objects(run: Compared) -> Mapping[str, Any]:
    """Of each plan: of the 20 kinds that are boxed, those it names that are there, and those there that it names."""
    scores = run.scores["all"]
    return {
        plan: {"precision": scores[plan].get(PRECISION), "recall": scores[plan].get(RECALL), "photos": photos}
        for plan, photos in run.photos.items()
    }


def _figures(run: Compared) -> Mapping[str, Any]:
    return {"scores": run.scores, "intervals": run.intervals, "photos": run.photos, "alike": run.alike}


def _root(name: str) -> Path:
    if not here():
        raise SystemExit(REMEDY)
    root = Path(os.environ[VARIABLE], name)
    if not root.is_dir():
        raise SystemExit(f"{root} is not there: {REMEDY}")
    return root
