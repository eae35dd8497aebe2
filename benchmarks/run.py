"""Measure what README states: `python -m benchmarks.run [NAME ...]`, every figure into benchmarks/results/NAME.json.

Figures of one run share a machine and a moment: compare them within a run, as ratios, not across runs.
"""

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import deciding, neural_speed, photos
from benchmarks.alignments import alignments
from benchmarks.comparing import compared
from benchmarks.opening import column, opened
from pipeline.images import read
from pipeline.plan import Plan
from pipeline.registry import choose
from pipeline.stage import Resources
from pipeline.text import tokenise
from workflows.planning import find_plan

RESULTS = Path(__file__).parent / "results"
DEMO = (
    "captionloom compare --dataset scenes:train=500:val=20:test=80 --split test"
    " --plans babytalk,babytalk_oracle,show_attend_tell,human --workers 2"
)
EXAMPLE = "test-00016"
Figures = Mapping[str, Any]


def drawing() -> Figures:
    """Photos drawn and written a second."""
    dataset = choose("datasets", "scenes:train=10:val=200:test=1").create()
    with tempfile.TemporaryDirectory() as directory:
        seconds, photos = _timed(lambda: list(dataset.examples("val", Path(directory), _no_photo)))
    return {"photos_per_second": len(photos) / seconds}


def detector() -> Figures:
    """hog_svm on scenes val: average precision of every kind of thing, and photos a second on one core."""
    from stages.vision.average_precision import detection_precision

    plan = Plan("", {"detections": "hog_svm"})
    found, files, fit = column(plan, "detections", "scenes", "val")
    true = [item.detections for item in files.truth()]
    things = [[item for item in photo if item.kind == "thing"] for photo in true]
    each = detection_precision([[item for item in photo if item.kind == "thing"] for photo in found], things)
    stuff = detection_precision(
        [[item for item in photo if item.kind == "stuff"] for photo in found],
        [[item for item in photo if item.kind == "stuff"] for photo in true],
    )
    stage, resources, scenes = opened(plan, "detections", "scenes", "val")
    stage.predict(scenes[:4], resources)
    seconds, _ = _timed(lambda: stage.predict(scenes[:60], resources))
    return {
        "mean_average_precision": sum(each.values()) / len(each),
        "average_precision": dict(each),
        "mean_average_precision_stuff": sum(stuff.values()) / len(stuff),
        "photos_per_second": 60 / seconds,
        "fit_cpu_seconds": fit,
    }


def attributes() -> Figures:
    """Average precision of attributes on the true boxes of scenes val."""
    from stages.vision.average_precision import average_precision

    plan = Plan("", {"detections": "oracle", "attributes": "logistic:labels=annotated:features=colour+texture:C=0.1"})
    said, files, fit = column(plan, "attributes", "scenes", "val")
    names = sorted({name for photo in said for item in photo for name, _ in item.scores})
    pairs = [
        (dict(one.scores), {name for name, _ in other.scores})
        for photo, true in zip(said, files.truth(), strict=True)
        for one, other in zip(photo, true.attributes, strict=True)
    ]
    each = {}
    for name in names:
        found = [(scores.get(name, 0.0), name in true) for scores, true in pairs]
        each[name] = average_precision(found, sum(right for _, right in found))
    return {"mean_average_precision": sum(each.values()) / len(each), "average_precision": each, "fit_cpu_seconds": fit}


def crf() -> Figures:
    """Milliseconds a photo of the CRF's labelling, margins included, on the HOG detector's answers."""
    plan = find_plan("babytalk", "scenes").restrict("graph")
    column(plan, "graph", "scenes", "val")
    stage, resources, scenes = opened(plan, "graph", "scenes", "val")
    times = sorted(_timed(lambda scene=scene: stage.predict([scene], resources))[0] * 1000 for scene in scenes)
    return {"mean_ms": sum(times) / len(times), "p95_ms": times[int(0.95 * len(times))], "most_ms": times[-1]}


def chain() -> Figures:
    """CPU milliseconds a photo of all stages of babytalk after the detector, on Pascal val, one thread, and the photos
    a second they come to. What a stage reads is read from the store in its time; decoding photos is counted apart."""
    dataset = photos.dataset("pascal_sentences", "pascal_sentences")
    plan = find_plan("babytalk", "pascal_sentences")
    each = {}
    for field in plan.order():
        if field != "detections":
            stage, resources, scenes = opened(plan.restrict(field), field, dataset, "val")
            stage.predict(scenes[:8], resources)
            each[field] = _cpu_ms(partial(stage.predict, scenes[8:], resources), len(scenes) - 8)
    decoding = _cpu_ms(lambda: [read(scene.image) for scene in scenes], len(scenes))
    each["attributes"] -= decoding
    return {"ms": each, "decoding_ms": decoding, "photos_per_second": 1000 / sum(each.values())}


def grid() -> Figures:
    """cnn_grid, decoding included, against a bare loop of its network on ready tensors; batches of 4, one thread.

    The two take turns, 32 photos each, so that both meet the same moments of the machine: medians of 15 turns.
    """
    import torch

    from stages.vision.backbone import load

    stage, _, scenes = opened(Plan("", {"grid": "cnn_grid"}), "grid", "scenes", "val")
    network: Any = load("efficientnet_lite0", "cpu")
    torch.set_num_threads(1)
    batch = torch.rand(4, 3, 224, 224)
    bare, whole = [], []
    with torch.inference_mode():
        stage.predict(scenes[:8], Resources())
        for _ in range(15):
            bare.append(_timed(lambda: [network.forward_features(batch) for _ in range(8)])[0])
            whole.append(_timed(lambda: stage.predict(scenes[:32], Resources()))[0])
    speeds = {"photos_per_second": 32 / median(whole), "bare_photos_per_second": 32 / median(bare)}
    return {**speeds, "share_of_bare": median(b / w for b, w in zip(bare, whole, strict=True))}


def cider() -> Figures:
    """CIDEr-D of a batch of rewards, 80 captions of 16 drawn photos with 5 references each, against pycocoevalcap's.

    The two take turns with the same idf; medians of the CPU time of 15 turns.
    """
    from pycocoevalcap.cider.cider_scorer import CiderScorer

    from stages.language.cider import DocumentFrequencies, cider_d

    dataset = choose("datasets", "scenes:train=10:val=96:test=1").create()
    with tempfile.TemporaryDirectory() as directory:
        said = [truth.captions for _, truth in dataset.examples("val", Path(directory), _no_photo)]
    words = [[tokenise(caption) for caption in group] for group in said]
    captions, photos = [words[16 + place][0] for place in range(80)], [place // 5 for place in range(80)]
    frequencies = DocumentFrequencies.count(words[photo] for photo in photos)

    def theirs() -> Any:
        scorer = CiderScorer(n=4, sigma=6.0)
        for caption, photo in zip(captions, photos, strict=True):
            scorer += (" ".join(caption), [" ".join(reference) for reference in words[photo]])
        return scorer.compute_score()[1]

    ours, reference = [], []
    for _ in range(15):
        ours.append(_timed(lambda: cider_d(captions, words[:16], frequencies, photos), time.process_time))
        reference.append(_timed(theirs, time.process_time))
    ours_ms, theirs_ms = (1000 * median(seconds for seconds, _ in turns) for turns in (ours, reference))
    return {
        "cpu_ms": ours_ms,
        "pycocoevalcap_cpu_ms": theirs_ms,
        "times_as_fast": theirs_ms / ours_ms,
        "largest_difference": float(abs(ours[0][1] - reference[0][1]).max()),
    }


def demo() -> Figures:
    """`make demo` from an empty store, and again: seconds, and the scores."""
    with tempfile.TemporaryDirectory() as directory:
        given = [*DEMO.split()[1:], "--store", f"{directory}/store"]
        first, run = _timed(lambda: compared(Path(directory, "out"), *given))
        second, _ = _timed(lambda: compared(Path(directory, "out"), *given))
        example = {plan: said[EXAMPLE] for plan, said in run.captions.items()}
    seconds = {"first_seconds": first, "second_seconds": second}
    return {**seconds, "report_bytes": run.page, "scores": run.scores, "photo": EXAMPLE, "said": example}


ON_PHOTOS: Mapping[str, Callable[[], Figures]] = {
    "chain": chain,
    "pascal": photos.pascal,
    "pascal_by_flickr": photos.pascal_by_flickr,
    "prepositions": photos.prepositions,
    "flickr": photos.flickr,
    "flickr_by_pascal": photos.flickr_by_pascal,
    "flickr_others": photos.flickr_others,
    "pascal_by_flickr_others": photos.pascal_by_flickr_others,
    "alignments": alignments,
    "questions": deciding.questions,
    "guidance": deciding.guidance,
    "seeded": deciding.seeded,
    "variants": deciding.variants,
    "layers": deciding.layers,
    "seeds": deciding.seeds,
    "ablations": deciding.ablations,
    "substitution": deciding.substitution,
    "confidence": deciding.confidence,
    "together": deciding.together,
}
BENCHES: Mapping[str, Callable[[], Figures]] = {
    "drawing": drawing,
    "detector": detector,
    "attributes": attributes,
    "crf": crf,
    "grid": grid,
    "cider": cider,
    "neural_speed": neural_speed.neural_speed,
    "demo": demo,
    **ON_PHOTOS,
}


def main(names: list[str]) -> None:
    """Run the benches named, or all that can be run here, and write what they found."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        raise SystemExit(f"no bench is called {unknown[0]!r}; there are {', '.join(BENCHES)}")
    RESULTS.mkdir(exist_ok=True)
    for name in names or BENCHES:
        if not names and name in ON_PHOTOS and not photos.here():
            sys.stdout.write(f"{name}: left out, {photos.REMEDY}\n")
            continue
        figures = dict(BENCHES[name]())
        if drawn := figures.pop(photos.PICTURE, ""):
            (RESULTS / f"{name}.svg").write_text(drawn + "\n", encoding="utf-8")
        content = {
            "what": BENCHES[name].__doc__,
            "command": f"python -m benchmarks.run {name}",
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
            "figures": _rounded(figures),
        }
        (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"{name}: written to {RESULTS / name}.json\n")


def _no_photo(path: Path) -> None:
    raise AssertionError(f"drawn scenes have no files, but asked to look at {path}")


def _timed(what: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> tuple[float, Any]:
    started = clock()
    value = what()
    return clock() - started, value


def _cpu_ms(what: Callable[[], Any], photos: int) -> float:
    started = time.process_time()
    what()
    return (time.process_time() - started) * 1000 / photos


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main(sys.argv[1:])
