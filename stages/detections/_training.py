"""Templates learned from annotated boxes: linear SVMs with hard negatives (Dalal & Triggs 2005, section 4).

Two refinements are those of Felzenszwalb et al. (2010): a label's boxes are divided by aspect among several templates,
and which way an object faces is a latent variable, chosen anew by its template after every round.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import TYPE_CHECKING

import numpy as np

from pipeline.geometry import iou_matrix
from pipeline.images import read
from pipeline.records import Array, Box
from pipeline.stage import Progress
from stages.detections._boxed_photos import Photo
from stages.detections._templates import Bank, Grids, Templates, centred_window, grids, mirrored_features
from stages.vision.boxes import suppress
from stages.vision.hog import BLOCK, mirrored

if TYPE_CHECKING:
    from stages.detections.hog_svm import HogSvmConfig

DRAWN = 10
"""Random windows of a photo that each template sees first."""
HARDEST, SIFTED = 6, 60
"""False positives of a photo that a template learns from, and the best-scored ones they are chosen among."""
APART = 0.4
"""A window shows something else if its IoU with every box of the label is at most this."""
ALIKE = 0.7
"""Of two false positives with a larger IoU one is enough."""
FEWEST = 12
"""Boxes each template of a label has at least, if the label has more than one."""
WIDER = 0.5
"""Range of log(width / height) worth a template of its own."""


@dataclass(slots=True)
class Sample:
    """What one template learns from: windows of its label, (n, rows, columns, dims), and windows of anything else."""

    label: int
    shape: Array
    positives: Array
    negatives: list[Array]


def learn_templates(photos: Sequence[Photo], labels: int, config: "HogSvmConfig", progress: Progress) -> Templates:
    """Templates for `labels` labels, each of which has a box in some photo."""
    samples, projection = _positives(photos, labels, config, progress)
    rng = np.random.default_rng(config.seed)
    order = rng.permutation(len(photos))

    def shown(turn: int) -> Iterator[tuple[Photo, Grids]]:
        count = min(config.mined, len(photos)) if samples else 0
        turns = np.take(order, range(turn * count, (turn + 1) * count), mode="wrap").tolist()
        for index in progress(turns, f"fit detections, negatives {turn + 1}/{config.rounds + 1}", count):
            yield photos[index], grids(read(photos[index].image), projection, config.side, config.steps)

    for photo, windows in shown(0):
        _draw(samples, photo, windows, rng)
    templates = _fitted(samples, projection, config)
    for turn in range(1, config.rounds + 1):
        bank = Bank(templates)
        for photo, windows in shown(turn):
            _mine(samples, photo, windows, bank, projection)
        templates = _fitted(samples, projection, config)
    return templates


def _positives(
    photos: Sequence[Photo], labels: int, config: "HogSvmConfig", progress: Progress
) -> tuple[list[Sample], Array]:
    """One sample per template, without negatives yet, and the projection found on their blocks."""
    owners, owned, shapes = _split(photos, labels, config)
    seen: list[list[Array]] = [[] for _ in shapes]
    start = 0
    for photo in progress(photos, "fit detections, boxes", len(photos)):
        mine = owners[start : start + len(photo.boxes)]
        start += len(photo.boxes)
        if (mine >= 0).any():
            pixels = read(photo.image)
            for row, owner in zip(photo.boxes[mine >= 0].tolist(), mine[mine >= 0], strict=True):
                seen[owner].append(centred_window(pixels, Box(*row), shapes[owner]))
    projection = _principal_axes([window for windows in seen for window in windows], config.dims)
    positives = [_facing_alike(np.stack(windows) @ projection, projection) for windows in seen]
    return [Sample(*parts, []) for parts in zip(owned, shapes, positives, strict=True)], projection


def _split(photos: Sequence[Photo], labels: int, config: "HogSvmConfig") -> tuple[Array, list[int], Array]:
    """The template of each box, (boxes,), or -1; the label of each template; and its shape, (T, 2).

    In order of aspect, the first `most_boxes` boxes of a label fall into at most `parts` equal heaps, one a template.
    """
    boxes = np.concatenate([photo.boxes for photo in photos])  # (boxes, 4)
    named = np.concatenate([photo.labels for photo in photos])
    sizes = np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0)
    aspects = np.log(sizes[:, 0] / sizes[:, 1])
    owners = np.full(len(boxes), -1)
    owned: list[int] = []
    shapes: list[tuple[int, int]] = []
    for label in range(labels):
        mine = np.flatnonzero(named == label)[: config.most_boxes]
        mine = mine[np.argsort(aspects[mine], kind="stable")]
        low, high = np.quantile(aspects[mine], (0.1, 0.9))
        parts = max(1, min(config.parts, 1 + int((high - low) / WIDER), len(mine) // FEWEST))
        for heap in np.array_split(mine, parts):
            owners[heap] = len(owned)
            owned.append(label)
            shapes.append(_shape(exp(float(np.median(aspects[heap]))), config.cells))
    return owners, owned, np.array(shapes, dtype=np.int64).reshape(-1, 2)


def _shape(aspect: float, cells: int) -> tuple[int, int]:
    """Rows and columns in blocks of a template for objects of about `cells` cells; aspect = width / height."""
    across = sqrt(cells * min(max(aspect, 0.25), 4.0))
    return max(2, round(cells / across)) + 1, max(2, round(across)) + 1


def _principal_axes(windows: Sequence[Array], dims: int) -> Array:
    """The leading eigenvectors of the blocks' second moments, mirror images counted too: (BLOCK, dims)."""
    moments = np.zeros((BLOCK, BLOCK))
    for window in windows:
        for blocks in (window.reshape(-1, BLOCK), mirrored(window).reshape(-1, BLOCK)):
            moments += blocks.T @ blocks
    _, axes = np.linalg.eigh(moments)
    return np.ascontiguousarray(axes[:, ::-1][:, :dims], dtype=np.float32)


def _facing_alike(positives: Array, projection: Array) -> Array:
    """The positives, some of them mirrored, so that what differs most between left and right agrees in sign."""
    others = mirrored_features(positives, projection)
    differences = (positives - others).reshape(len(positives), -1)
    _, _, axes = np.linalg.svd(differences, full_matrices=False)
    return _turned(positives, others, differences @ axes[0] < 0)


def _turned(windows: Array, others: Array, turn: Array) -> Array:
    return np.where(turn[:, None, None, None], others, windows)


def _draw(samples: Sequence[Sample], photo: Photo, windows: Grids, rng: np.random.Generator) -> None:
    """Add random windows of a photo to the negatives of every template."""
    for sample in samples:
        free = [np.maximum(level.shape[:2] - sample.shape + 1, 0) for level in windows.levels]
        counts = np.array([rows * columns for rows, columns in free])
        if counts.sum():
            chosen = rng.choice(len(counts), DRAWN, p=counts / counts.sum())
            places = np.array([(level, *rng.integers(free[level])) for level in chosen])
            away = _apart(windows.boxes(places, sample.shape), photo, sample.label)
            sample.negatives += [windows.window(place, sample.shape).copy() for place in places[away]]


def _mine(samples: Sequence[Sample], photo: Photo, windows: Grids, bank: Bank, projection: Array) -> None:
    """Add the windows of a photo that templates take for their label, or nearly so, to their negatives."""
    found = bank.scan(windows, np.full(len(samples), -1.0))
    for index, sample in enumerate(samples):
        mine = np.flatnonzero(found.templates == index)
        mine = mine[_apart(found.boxes[mine], photo, sample.label)]
        mine = mine[np.argsort(-found.scores[mine], kind="stable")[:SIFTED]]
        for row in mine[suppress(found.boxes[mine], found.scores[mine], ALIKE)[:HARDEST]]:
            window = windows.window(found.places[row], sample.shape).copy()
            sample.negatives.append(mirrored_features(window, projection) if found.mirrored[row] else window)


def _apart(boxes: Array, photo: Photo, label: int) -> Array:
    return np.asarray(iou_matrix(boxes, photo.boxes[photo.labels == label]).max(axis=1, initial=0.0) <= APART)


def _fitted(samples: Sequence[Sample], projection: Array, config: "HogSvmConfig") -> Templates:
    """One SVM per sample; afterwards positives face as their template prefers, and easy negatives are forgotten."""
    shapes = np.array([sample.shape for sample in samples], dtype=np.int64).reshape(-1, 2)
    weights = np.zeros((len(samples), *shapes.max(axis=0, initial=1), projection.shape[1]), dtype=np.float32)
    biases = np.zeros(len(samples), dtype=np.float32)
    for index, sample in enumerate(samples):
        w, b = _separated(sample, config)
        weights[index, : w.shape[0], : w.shape[1]], biases[index] = w, b
        others = mirrored_features(sample.positives, projection)
        turn = np.tensordot(others - sample.positives, w, 3) > 0
        sample.positives = _turned(sample.positives, others, turn)
        sample.negatives = [window for window in sample.negatives if np.vdot(window, w) + b > -1.0]
    labels = np.array([sample.label for sample in samples], dtype=np.int64)
    return Templates(labels, shapes, weights, biases, projection)


def _separated(sample: Sample, config: "HogSvmConfig") -> tuple[Array, float]:
    """Weights and bias of the SVM of one sample."""
    from sklearn.svm import LinearSVC

    windows = np.stack([*sample.positives, *sample.negatives])
    right = np.arange(len(windows)) < len(sample.positives)
    if right.all():  # no window of anything else exists: whatever is seen is the label
        return np.zeros(windows.shape[1:], dtype=np.float32), 1.0
    svm = LinearSVC(C=config.C, intercept_scaling=10.0, random_state=config.seed)
    svm.fit(windows.reshape(len(windows), -1), right)
    return svm.coef_.reshape(windows.shape[1:]).astype(np.float32), float(svm.intercept_[0])
