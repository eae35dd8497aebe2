"""Stuff (sky, grass, water ...) by logistic regression on the windows of a grid (Kulkarni et al. 2011).

Stuff has colours, a texture and a usual height in the photo, but no outline: every window is judged by itself, and
the windows that one label wins are its region. Windows on things are judged "other", which makes no region.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.images import read
from pipeline.records import Array
from pipeline.stage import Progress
from stages.detections._boxed_photos import Photo
from stages.vision.hog import resized

WINDOW = 8
"""Width and height of a window in pixels of the working copy."""
SIDE = 224
"""Long side of the working copy in pixels."""
SHOWN, MOST = 60, 2000
"""Windows of a photo, and photos, that are learned from, at most."""
NEVER = -1e3
"""Logit of a label that no window of the training photos had."""
MEASURES = 9
FEATURES = MEASURES + MEASURES * (MEASURES + 1) // 2


@dataclass(frozen=True, slots=True)
class Region:
    """The windows that a label won: their box (4,) in pixels, the mean probability of every label there (labels,), and
    a raw score, larger for surer and larger regions."""

    label: int
    box: Array
    means: Array
    score: float


def learn_stuff(photos: Sequence[Photo], labels: int, seed: int, progress: Progress) -> tuple[Array, Array]:
    """Weights (FEATURES, labels + 1) and biases (labels + 1,) of the logits of every label and of "other"."""
    from sklearn.linear_model import LogisticRegression

    if not labels:
        return np.zeros((FEATURES, 1)), np.zeros(1)
    photos = photos[:MOST]
    rng = np.random.default_rng(seed)
    seen: list[Array] = []
    named: list[Array] = []
    for photo in progress(photos, "fit detections, stuff", len(photos)):
        windows = features(read(photo.image))
        known = _targets(windows.shape[:2], photo).ravel()
        usable = np.flatnonzero(known >= 0)
        chosen = rng.permutation(usable)[:SHOWN]
        seen.append(windows.reshape(-1, FEATURES)[chosen])
        named.append(known[chosen])
    classes = np.unique(np.concatenate(named))
    weights, biases = np.zeros((FEATURES, labels + 1)), np.full(labels + 1, NEVER)
    biases[classes] = 0.0
    if len(classes) > 1:
        model = LogisticRegression(max_iter=300).fit(np.concatenate(seen), np.concatenate(named))
        two = len(classes) == 2  # one row of logits then, for the second class against the first
        weights[:, classes[1:] if two else classes] = model.coef_.T
        biases[classes[1:] if two else classes] = model.intercept_
    return weights, biases


def regions(pixels: Array, weights: Array, biases: Array) -> list[Region]:
    """At most one region of each label in a photo. Parts of less than a quarter of a label's largest are left out."""
    import cv2

    windows = features(pixels)
    rows, columns, _ = windows.shape
    if not rows:
        return []
    logits = windows @ weights + biases  # (rows, columns, labels + 1)
    chances = np.exp(logits - logits.max(axis=2, keepdims=True))
    chances /= chances.sum(axis=2, keepdims=True)
    step = np.array([pixels.shape[1] / columns, pixels.shape[0] / rows] * 2)
    found = []
    for label in range(len(biases) - 1):
        won = (chances.argmax(axis=2) == label).astype(np.uint8)
        count, parts, sizes, _ = cv2.connectedComponentsWithStats(won, connectivity=4)
        if count > 1:
            areas = sizes[1:, cv2.CC_STAT_AREA]
            kept = 1 + np.flatnonzero(areas * 4 >= areas.max())
            corner = sizes[kept, :2]  # (kept, 2) left, top
            box = np.concatenate([corner.min(axis=0), (corner + sizes[kept, 2:4]).max(axis=0)]) * step
            region = np.isin(parts, kept)
            means = chances[region].mean(axis=0)  # (labels + 1,)
            found.append(Region(label, box, means[:-1], float(means[label] * np.sqrt(region.mean()))))
    return found


def features(pixels: Array) -> Array:
    """What each window of a photo looks like: (rows, columns, FEATURES); no rows where the photo is too small.

    Mean CIELAB colour, spread of the lightness in the window and around it, gradients and lightness around it, and the
    height in the photo, all of about unit size; then their products two by two.
    """
    import cv2

    scale = min(1.0, SIDE / max(pixels.shape[:2]))
    rows, columns = (round(size * scale) // WINDOW for size in pixels.shape[:2])
    if not rows or not columns:
        return np.zeros((0, 0, FEATURES), dtype=np.float32)
    copy = resized(pixels, columns * WINDOW, rows * WINDOW).astype(np.float32) / 255
    lab = cv2.cvtColor(copy, cv2.COLOR_RGB2LAB)  # lightness 0..100, a and b about -100..100
    light = lab[..., 0]
    across, down = (np.abs(cv2.Sobel(light, cv2.CV_32F, x, 1 - x)) for x in (1, 0))
    planes = np.dstack([lab, light**2, across, down])  # (height, width, 6)
    inside = planes.reshape(rows, WINDOW, columns, WINDOW, -1).mean(axis=(1, 3))  # (rows, columns, 6)
    around = cv2.blur(inside, (3, 3), borderType=cv2.BORDER_REPLICATE)  # (rows, columns, 6)
    height = np.broadcast_to(np.linspace(-1, 1, rows)[:, None], (rows, columns))
    spreads = [np.sqrt(np.maximum(part[..., 3] - part[..., 0] ** 2, 0)) / 10 for part in (inside, around)]
    colour = inside[..., :3] / 50 - (1, 0, 0)
    rough = np.dstack([colour, *spreads, around[..., 4:] / 20, around[..., 0] / 50 - 1, height])
    first, second = np.triu_indices(MEASURES)
    return np.concatenate([rough, rough[..., first] * rough[..., second]], axis=2).astype(np.float32)


def _targets(shape: tuple[int, ...], photo: Photo) -> Array:
    """The label of each window of a grid by the last box around its centre: (rows, columns), -1 where there is none."""
    known = np.full(shape, -1)
    size = (photo.image.width, photo.image.height)
    x, y = ((np.arange(count) + 0.5) * length / count for count, length in zip(shape[::-1], size, strict=True))
    for box, label in zip(photo.boxes, photo.labels, strict=True):
        known[np.ix_((y >= box[1]) & (y < box[3]), (x >= box[0]) & (x < box[2]))] = label
    return known
