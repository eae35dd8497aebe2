"""Train the head of `detections=stuff_head` and say how right it is: `python -m benchmarks.train_stuff_head DIR`.

DIR holds photos with COCO's panoptic masks: `images/train2017/*.jpg`, `masks/train2017/*.png` (an index a pixel) and
`classes.yaml`, which names the indices. Everything is chosen on folds of whole photos: the weight decay by the mean IoU
of places in photos held out, the probability that a region is right from the regions found in photos held out. What is
written is then fitted on all photos, into `stages/vision/weights/stuff_head`.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

from pipeline.images import decode
from stages.vision.connected import parts, smoothed
from stages.vision.stuff import OTHER, Head, described

Array = Any
LABELS = {
    "sky": ("sky-other-merged",),
    "road": ("road", "pavement-merged"),
    "grass": ("grass-merged",),
    "water": ("water-other", "sea", "river"),
    "tree": ("tree-merged",),
    "building": ("building-other-merged", "house"),
    "snow": ("snow",),
    "wall": ("wall-brick", "wall-stone", "wall-tile", "wall-wood", "wall-other-merged"),
    "floor": ("floor-wood", "floor-other-merged"),
}
UNDECIDED = ("unlabeled", "playingfield", "platform", "roof", "stairs", "rug-merged", "window-other", "window-blind")
UNDECIDED += ("door-stuff", "mirror-stuff", "sand")
"""Neither right nor wrong for some label: a playing field may be grass. Sand is in one photo of a hundred only."""
NAMES = (OTHER, *LABELS)
FOLDS, DECAYS, PLACES, SEED = 5, (0.003, 0.01, 0.03), 150, 0
SHARE = 0.02
TARGET = Path(__file__).parents[1] / "stages" / "vision" / "weights" / "stuff_head"


@dataclass(frozen=True)
class Photo:
    """Descriptions of places (rows, columns, features) and the share of each label at each (rows, columns, labels)."""

    seen: Array
    shares: Array

    @property
    def decided(self) -> Array:
        return self.shares.sum(axis=2)


def read_photos(directory: Path) -> list[Photo]:
    index = meanings(directory / "classes.yaml")
    found = []
    for path in sorted((directory / "masks" / "train2017").glob("*.png")):
        seen = described(decode(directory / "images" / "train2017" / f"{path.stem}.jpg"), "cpu")
        found.append(Photo(seen, shares_of(index[np.asarray(PIL.Image.open(path))], *seen.shape[:2])))
    return found


def meanings(path: Path) -> Array:
    """Panoptic index -> index in NAMES, -1 where undecided."""
    index = np.full(256, -1)
    lines = path.read_text(encoding="utf-8").split("classes:")[1].splitlines()
    for number, name in (line.strip().split(": ") for line in lines if line.strip()):
        mine = [place for place, label in enumerate(NAMES) if name in LABELS.get(label, ())]
        index[int(number)] = mine[0] if mine else -1 if name in UNDECIDED else 0
    return index


def shares_of(mask: Array, rows: int, columns: int) -> Array:
    height, width = mask.shape
    place = (np.arange(height) * rows // height)[:, None] * columns + np.arange(width) * columns // width
    counts = np.zeros((rows * columns, len(NAMES) + 1))
    np.add.at(counts, (place.ravel(), mask.ravel()), 1)  # -1 counts in the last column
    return (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))[:, :-1].reshape(rows, columns, -1)


def fitted(photos: Sequence[Photo], decay: float) -> tuple[Array, Array]:
    """Weights (features, labels) and biases (labels,), every photo counting by its decided share."""
    rng, seen, true, counts = np.random.default_rng(SEED), [], [], []
    for photo in photos:
        places = np.flatnonzero(photo.shares.max(axis=2).ravel() > 0.5)
        chosen = rng.choice(places, min(PLACES, len(places)), replace=False)
        seen.append(photo.seen.reshape(-1, photo.seen.shape[2])[chosen])
        true.append(photo.shares.reshape(-1, len(NAMES)).argmax(axis=1)[chosen])
        counts.append(np.full(len(chosen), len(places) / max(len(chosen), 1) / photo.decided.size))
    x, y, weight = np.concatenate(seen).astype(np.float64), np.concatenate(true), np.concatenate(counts)
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-3
    model = LogisticRegression(C=1 / (2 * decay * weight.sum()), max_iter=200)
    model.fit((x - mean) / deviation, y, weight)
    weights, biases = np.zeros((x.shape[1], len(NAMES))), np.full(len(NAMES), -50.0)
    weights[:, model.classes_] = model.coef_.T / deviation[:, None]
    biases[model.classes_] = model.intercept_ - mean / deviation @ model.coef_.T
    return weights, biases


def held_out(photos: Sequence[Photo], folds: Array, decay: float) -> list[Array]:
    """The smoothed probabilities of every photo, from a head that did not see it."""
    answers: list[Array] = [None] * len(photos)
    for fold in range(FOLDS):
        weights, biases = fitted([p for p, f in zip(photos, folds, strict=True) if f != fold], decay)
        head = Head(NAMES, weights, biases, np.zeros(2), np.zeros(len(NAMES)))
        for place in np.flatnonzero(folds == fold).tolist():
            answers[place] = smoothed(head.probabilities(photos[place].seen))
    return answers


def overlaps(photos: Sequence[Photo], answers: Sequence[Array]) -> Array:
    """IoU of each label over decided places, every photo counting alike."""
    confusion = np.zeros((len(NAMES), len(NAMES)))
    for photo, answer in zip(photos, answers, strict=True):
        sure = photo.decided > 0.5
        pairs = photo.shares[sure].argmax(axis=1), answer[sure].argmax(axis=1)
        np.add.at(confusion, pairs, 1 / photo.decided.size)
    both = np.diag(confusion)
    return both / np.maximum(confusion.sum(axis=0) + confusion.sum(axis=1) - both, 1e-9)


@dataclass(frozen=True)
class Found:
    """A region of a photo held out; `right` is None where too little under it is decided."""

    photo: int
    label: int
    mean: float
    share: float
    right: bool | None


def regions(photos: Sequence[Photo], answers: Sequence[Array]) -> list[Found]:
    found = []
    for number, (photo, answer) in enumerate(zip(photos, answers, strict=True)):
        for part in parts(answer.argmax(axis=2), SHARE):
            under = photo.shares[part.places].mean(axis=0)
            right = bool(under[part.label] >= 0.5 * under.sum()) if under.sum() >= 0.5 else None
            mean = float(answer[part.places].mean(axis=0)[part.label])
            if part.label:
                found.append(Found(number, part.label, mean, float(part.places.mean()), right))
    return found


def judged(found: Sequence[Found]) -> tuple[Array, Array]:
    """Weights of log odds and log share (2,), and an offset a label: how probable it is that a region is right."""
    known = [one for one in found if one.right is not None]
    x = np.zeros((len(known), 2 + len(NAMES)))
    for row, one in zip(x, known, strict=True):
        row[:2] = np.log(one.mean / (1 - one.mean)), np.log(one.share)
        row[2 + one.label] = 1
    model = LogisticRegression(C=1.0).fit(x, [one.right for one in known])
    return model.coef_[0, :2], model.coef_[0, 2:] + model.intercept_[0]


def said(found: Sequence[Found], photos: Sequence[Photo], folds: Array, least: float) -> Mapping[str, Any]:
    """Photos a label was rightly and wrongly said of, and in which it was missed, at a least probability.

    A region is trusted by a curve from the regions of other folds. Right: half of what is decided under a region of the
    label is of it. Missed: the label covers 3 % of the photo or more and was not said.
    """
    counts = {name: [0, 0, 0] for name in LABELS}
    for fold in range(FOLDS):
        curve, offsets = judged([one for one in found if folds[one.photo] != fold])
        head = Head(NAMES, np.zeros(0), np.zeros(0), curve, offsets)
        for number in np.flatnonzero(folds == fold).tolist():
            mine = [one for one in found if one.photo == number]
            kept = [one for one in mine if head.confidence(one.label, one.mean, one.share) >= least]
            for label, name in enumerate(NAMES[1:], 1):
                answers = [one.right for one in kept if one.label == label]
                if True in answers:
                    counts[name][0] += 1
                elif False in answers:
                    counts[name][1] += 1
                elif photos[number].shares[..., label].mean() >= 0.03:
                    counts[name][2] += 1
    return {name: {"right": r, "wrong": w, "missed": m} for name, (r, w, m) in counts.items()}


def main(directory: Path) -> None:
    photos = read_photos(directory)
    folds = np.random.default_rng(SEED).permutation(np.arange(len(photos)) % FOLDS)
    tried = {decay: held_out(photos, folds, decay) for decay in DECAYS}
    each = {decay: overlaps(photos, answers) for decay, answers in tried.items()}
    decay = max(DECAYS, key=lambda one: each[one].mean())
    found = regions(photos, tried[decay])
    curve, offsets = judged(found)
    weights, biases = fitted(photos, decay)
    arrays = {"weights": weights, "biases": biases, "curve": curve, "offsets": offsets}
    TARGET.mkdir(parents=True, exist_ok=True)
    save_file(
        {name: np.ascontiguousarray(a, dtype=np.float32) for name, a in arrays.items()}, TARGET / "head.safetensors"
    )
    (TARGET / "labels.txt").write_text("\n".join(NAMES) + "\n", encoding="utf-8")
    report = {
        "photos": len(photos),
        "mean IoU by weight decay": {str(one): float(each[one].mean()) for one in DECAYS},
        "IoU": dict(zip(NAMES, each[decay].tolist(), strict=True)),
        "photos with 1 % or more": {
            n: sum(bool(p.shares[..., i].mean() >= 0.01) for p in photos) for i, n in enumerate(NAMES)
        },
        "said of photos": {str(least): said(found, photos, folds, least) for least in (0.2, 0.5, 0.7, 0.8, 0.9)},
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
