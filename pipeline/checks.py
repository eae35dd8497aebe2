"""The contract as checks: what every stage, resource, metric and dataset must do, run on whatever is registered.

A package outside runs them on its own: a bench, `pipeline.bench.Bench(directory, "scenes:train=40")`, then every check
of STAGE_CHECKS with it and a `Choice`. Each raises ContractViolation saying what is broken.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np

from pipeline.bench import Bench, unremembered
from pipeline.codec import decode, encode
from pipeline.columns import Scenes
from pipeline.config import build
from pipeline.datasets import SPLITS
from pipeline.errors import BadOption, CaptionloomError, ContractViolation, FieldNotAvailable, NotFitted, UnknownName
from pipeline.executor import fit_resource, in_process, open_resources
from pipeline.images import size
from pipeline.records import FIELDS, Caption, Evidence, Scene, is_array
from pipeline.registry import Choice, choose
from pipeline.stage import EvidenceMetric, Runtime

TOLERANCE = 1e-4


def config_is_spelt_one_way(bench: Bench, choice: Choice) -> None:
    """Text to config to text is the identity; unknown options and values out of bounds are refused."""
    require(choose(choice.folder, choice.text) == choice, f"{choice.text!r} is not read back as itself")
    name, kind = f"{choice.folder}/{choice.name}", choice.kind
    for item in dataclasses.fields(kind.config_type):
        require("help" in item.metadata, f"{name}: option {item.name} is not made by option(...)")
        for side, step in (("low", -1), ("high", 1)):
            bound = item.metadata[side]
            if bound is not None:
                beyond = {item.name: str(bound + step)}  # which a config may refuse to hold at all
                _refused(BadOption, partial(build, kind.config_type, beyond, name), f"{item.name} beyond {bound}")
    _refused(UnknownName, partial(build, kind.config_type, {"no_such_option": "1"}, name), "an unknown option")


def predict_before_fit_is_refused(bench: Bench, choice: Choice) -> None:
    """A stage that learns says NotFitted until it has."""
    if choice.kind.fit_on:
        stage, resources = bench.stage_files(choice, None).open(Runtime())
        scenes = bench.files(choice, "val").scenes()
        _refused(NotFitted, partial(stage.predict, scenes[:1], resources), "predict before fit")


def values_are_of_the_field(bench: Bench, choice: Choice) -> None:
    """One value a photo, of the type of the field, that survives being written and read; never NaN."""
    values = answers(bench, choice)
    for value in values:
        if is_array(choice.folder):
            require(isinstance(value, np.ndarray) and bool(np.isfinite(value).all()), "an array has NaN or is none")
        else:
            require(decode(FIELDS[choice.folder], encode(value)) == value, f"{value!r} is not a {choice.folder} value")


def order_and_batches_do_not_matter(bench: Bench, choice: Choice) -> None:
    """Reversed, one by one, in another batch size or not at all: the same answers in the order asked."""
    expected = answers(bench, choice)
    stage, resources = bench.job(choice, "val", Runtime(batch=2)).stage.open(Runtime(batch=2))
    scenes = _scenes(bench, choice, "val")
    _same(stage.predict(scenes[::-1], resources)[::-1], expected, "reversed input")
    _same([stage.predict([scene], resources)[0] for scene in scenes], expected, "one photo at a time")
    require(stage.predict([], resources) == [], "an empty batch should give an empty list")


def odd_photos_are_answered(bench: Bench, choice: Choice) -> None:
    """A single pixel, a grey, a very wide and a huge photo, all without objects, get an answer."""
    values = answers(bench, choice, "odd")
    for value in values if choice.folder == "captions" else ():
        require(all(isinstance(item, Caption) and item.text.strip() for item in value), "an empty sentence")


def inputs_stay_as_they_are(bench: Bench, choice: Choice) -> None:
    """Predicting changes nothing in the scenes it was given."""
    scenes = _scenes(bench, choice, "val")[:3]
    before = [_frozen(scene.fields) for scene in scenes]
    stage, resources = bench.job(choice, "val").stage.open(Runtime())
    stage.predict(scenes, resources)
    require([_frozen(scene.fields) for scene in scenes] == before, "predict changed its input")


def fitting_again_gives_the_same(bench: Bench, choice: Choice) -> None:
    """Same data, config and seed: the same stage."""
    if choice.kind.fit_on:
        _, resources = bench.stage_files(choice, None).open(Runtime())
        again = bench.fit(choice).predict(_scenes(bench, choice, "val"), resources)
        _same(again, answers(bench, choice), "a second fit", tolerance=0)


def another_process_answers_the_same(bench: Bench, choice: Choice) -> None:
    """Saved, loaded in a process that did not fit it, the same answers."""
    job = bench.job(choice, "val")
    spans = [range(3), range(3, len(job.split.images()))]
    _same(list(chain.from_iterable(bench.apart(job, spans))), answers(bench, choice), "another process")


def only_declared_fields_are_read(bench: Bench, choice: Choice) -> None:
    """Every declared field is needed, the truth only by stages that say so."""
    stage, resources = bench.job(choice, "val").stage.open(Runtime())
    scenes = _scenes(bench, choice, "val")
    for left_out in (*stage.reads(), *(("truth",) if choice.kind.sees_truth else ())):
        poorer = [
            dataclasses.replace(s, fields={k: v for k, v in s.fields.items() if k != left_out}) for s in scenes[:3]
        ]
        _refused(FieldNotAvailable, partial(stage.predict, poorer, resources), f"predict without {left_out}")


STAGE_CHECKS: tuple[Callable[[Bench, Choice], None], ...] = (
    config_is_spelt_one_way,
    predict_before_fit_is_refused,
    values_are_of_the_field,
    order_and_batches_do_not_matter,
    odd_photos_are_answered,
    inputs_stay_as_they_are,
    fitting_again_gives_the_same,
    another_process_answers_the_same,
    only_declared_fields_are_read,
)


def resource_is_reproducible(bench: Bench, choice: Choice) -> None:
    """Fitted twice, or saved and loaded, a resource is the same."""
    uses = {used: (used, bench.resource(used)) for used in choice.create().uses()}
    first = {file.name: file.read_bytes() for file in bench.resource(choice.name).iterdir()}
    again = fit_resource(choice.text, uses, bench.split("train"), Runtime())
    loaded = choice.create().load_state(bench.resource(choice.name))
    for what, made in (("fitting again gives", again), ("loading gives", loaded)):
        directory = bench.directory / f"{what.split()[0]}-{choice.name}"
        directory.mkdir()
        made.save_state(directory)
        same = {file.name: file.read_bytes() for file in directory.iterdir()} == first
        require(same, f"{choice.text}: {what} another resource")


def metric_scores_what_it_says(bench: Bench, choice: Choice) -> None:
    """One row a caption in the order given, the scores it names, from rows or their sums, and a reference for a caption
    beats nonsense."""
    metric = choice.create()
    metric.resources = open_resources({name: (name, bench.resource(name)) for name in metric.uses})
    references = [
        ["a dog runs on the grass", "the brown dog runs"],
        ["two red cars on the grass", "cars on the grass"],
    ] * 2
    own, others = [group[0] for group in references], ["a boat boat under moon the"] * 4
    rows = metric.statistics(own, references)
    require(len(rows) == 4, f"{choice.text}: {len(rows)} rows for 4 captions")
    turned = metric.statistics(own[::-1], references[::-1])[::-1]
    require(bool(np.allclose(rows, turned)), f"{choice.text}: rows depend on the order of captions")
    if metric.rows_stand_alone:
        fewer = metric.statistics(own[:2], references[:2])
        require(bool(np.allclose(rows[:2], fewer)), f"{choice.text}: rows depend on other photos: not rows_stand_alone")
    good, bad = metric.aggregate(rows), metric.aggregate(metric.statistics(others, references))
    require(tuple(good) == metric.scores, f"{choice.text}: aggregate gives {tuple(good)}, scores are {metric.scores}")
    require(set(metric.better) <= set(metric.scores), f"{choice.text}: better names {set(metric.better)}")
    signs = {"more": 1, "less": -1}
    judged = {name: better for name in good if (better := metric.better.get(name, "more")) in signs}
    known = {name: better for name, better in judged.items() if not math.isnan(bad[name])}
    rises = (signs[better] * (good[name] - bad[name]) for name, better in known.items())
    require(all(rise > 0 for rise in rises), f"{choice.text}: {good} for the references, {bad} for nonsense")
    summed = metric.from_sums(np.stack([rows[:3], rows[1:]]).sum(axis=1), 3)
    apart = [list(metric.aggregate(part).values()) for part in (rows[:3], rows[1:])]
    same = np.allclose(summed, apart, equal_nan=True)
    require(bool(same), f"{choice.text}: from_sums gives {summed}, aggregate {apart}")


def evidence_metric_scores_what_it_says(bench: Bench, choice: Choice) -> None:
    """One row a caption in the order given, and the scores it names, from rows or their sums.

    Words point at true boxes of their photo, the first photo's at none.
    """
    metric: EvidenceMetric[Any] = choice.create()
    files = dataclasses.replace(bench.split("val"), columns={"detections": bench.column("detections", "val")})
    truth, scenes = list(files.truth())[:4], []
    for place, scene in enumerate(list(files.scenes())[:4]):
        evidence = [Evidence("detection", detection=i) for i in range(len(scene.detections))]
        words = tuple(item.label for item in scene.detections)
        caption = Caption(" ".join(words), words, evidence=tuple(evidence) if place else ())
        scenes.append(Scene(scene.image, {**scene.fields, "captions": (caption,)}))
    rows = metric.rows(scenes, truth)
    require(len(rows) == 4, f"{choice.text}: {len(rows)} rows for 4 captions")
    turned = metric.rows(scenes[::-1], truth[::-1])[::-1]
    require(bool(np.allclose(rows, turned)), f"{choice.text}: rows depend on the order of photos")
    if metric.rows_stand_alone:
        fewer = metric.rows(scenes[:2], truth[:2])
        require(bool(np.allclose(rows[:2], fewer)), f"{choice.text}: rows depend on other photos: not rows_stand_alone")
    found = [metric.aggregate(part) for part in (rows[:3], rows[1:], rows[:1])]
    require(tuple(found[0]) == metric.scores, f"{choice.text}: aggregate gives {tuple(found[0])}, not {metric.scores}")
    require(set(metric.better) <= set(metric.scores), f"{choice.text}: better names {set(metric.better)}")
    for part, values in zip((rows[:3], rows[1:], rows[:1]), found, strict=True):
        summed = metric.from_sums(part.sum(axis=0), len(part))
        same = np.allclose(summed, list(values.values()), equal_nan=True)
        require(bool(same), f"{choice.text}: from_sums gives {summed}, aggregate {values}")


def dataset_is_sound(bench: Bench, choice: Choice) -> None:
    """Ids are unique over SPLITS, photos are there and of their size, truth is of its photo and inside it."""
    dataset, seen = choice.create(), set[tuple[str, str]]()
    for split in dataset.splits:
        directory = bench.directory / f"{choice.name}-{split}"
        directory.mkdir()
        require(
            dataset.fingerprint(split, unremembered) == choice.create().fingerprint(split, unremembered),
            "fingerprint",
        )
        for image, truth in dataset.examples(split, directory, unremembered):
            key = ("" if split in SPLITS else split, image.id)
            require(key not in seen and truth.id == image.id, f"{split}: id {image.id!r} twice, or another truth's")
            seen.add(key)
            require(size(directory / image.path) == (image.width, image.height), f"{image.id}: size is not the photo's")
            for part in ("captions", "detections", "attributes", "relations", "triplets"):
                known = getattr(truth, part) not in (None, ())
                require(part in dataset.annotates or not known, f"{image.id}: {part} are not in annotates")
            for box in (item.box for item in truth.detections or ()):
                inside = 0 <= box.left < box.right <= image.width and 0 <= box.top < box.bottom <= image.height
                require(inside, f"{image.id}: {box} is not inside the photo")


def require(holds: bool, what: str) -> None:
    """Raise ContractViolation(what) unless it holds."""
    if not holds:
        raise ContractViolation(what)


def answers(bench: Bench, choice: Choice, split: str = "val") -> list[Any]:
    """What a fitted stage says of every photo of a split."""
    job = bench.job(choice, split)
    return list(chain.from_iterable(in_process(job, [range(len(job.split.images()))])))


def _scenes(bench: Bench, choice: Choice, split: str) -> list[Any]:
    scenes: Scenes = bench.files(choice, split).scenes(choice.kind.sees_truth)
    return scenes[:]


def _same(found: Sequence[Any], expected: Sequence[Any], when: str, tolerance: float = TOLERANCE) -> None:
    require(len(found) == len(expected), f"{when}: {len(found)} values for {len(expected)} photos")
    for place, (one, other) in enumerate(zip(found, expected, strict=True)):
        require(_close(encode(one), encode(other), tolerance), f"{when}: photo {place} gets {one!r}, before {other!r}")


def _close(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, np.ndarray):
        return one.shape == other.shape and bool(np.allclose(one, other, rtol=0, atol=tolerance * 10))
    if isinstance(one, float) and isinstance(other, float | int):
        return abs(one - other) <= tolerance * max(1.0, abs(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_close(a, b, tolerance) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_close(one[key], other[key], tolerance) for key in one)
    return bool(one == other)


def _frozen(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.tobytes() if isinstance(value, np.ndarray) else encode(value) for name, value in fields.items()}


def _refused(error: type[CaptionloomError], attempt: Callable[[], object], what: str) -> None:
    try:
        attempt()
    except error:
        return
    raise ContractViolation(f"{what} should be refused with {error.__name__}")
