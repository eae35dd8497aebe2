"""Measure the detectors that come with their weights: `python -m benchmarks.photo_detectors COCO128 PASCAL`.

COCO128 holds `images/train2017/*.jpg` and `boxes/train2017/*.txt` (YOLO's: index, middle and size as shares); PASCAL
the Pascal Sentences with `dataset/*/ID.jpg`, `splits/val.txt` and `apascal/apascal.txt` (file, class, box).
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.images import size
from pipeline.records import Box, Detection, Image, Scene
from pipeline.registry import choose
from pipeline.stage import Resources
from stages.language.synonyms import canonical, match
from stages.vision.average_precision import detection_precision
from stages.vision.nanodet import names


def coco(directory: Path, text: str) -> Mapping[str, Any]:
    """Average precision at IoU .5 over the labels that occur, precision and recall of boxes, CPU time a photo."""
    scenes, true = [], []
    for path in sorted((directory / "images" / "train2017").glob("*.jpg")):
        scenes.append(_scene(path))
        marked = directory / "boxes" / "train2017" / f"{path.stem}.txt"
        rows = [list(map(float, line.split())) for line in marked.read_text().splitlines()] if marked.exists() else []
        true.append([_from_yolo(row, scenes[-1].image) for row in rows])
    stage = choose("detections", text).create()
    stage.predict(scenes[:2], Resources())
    start = time.process_time()
    found = stage.predict(scenes, Resources())
    seconds = time.process_time() - start
    each = detection_precision(found, true)
    figures = {"AP50": float(np.mean(list(each.values()))), "labels": len(each), "boxes": sum(map(len, true))}
    return figures | {"found a photo": float(np.mean([*map(len, found)])), "CPU seconds a photo": seconds / len(scenes)}


def pascal(directory: Path, text: str) -> Mapping[str, Any]:
    """Precision and recall of which of Pascal's 20 classes a photo of `val` shows, at several least scores."""
    there = defaultdict(set)
    for line in (directory / "apascal" / "apascal.txt").read_text().splitlines():
        there[line.split(".")[0]].add(line.split()[1])
    classes = sorted({label for labels in there.values() for label in labels})
    ids = [line.split("/")[-1].split(".")[0] for line in (directory / "splits" / "val.txt").read_text().split()]
    paths = [next((directory / "dataset").glob(f"*/{photo}.jpg")) for photo in ids if photo in there]
    found = choose("detections", text).create().predict([_scene(path) for path in paths], Resources())
    figures = {}
    for least in (0.2, 0.3, 0.4, 0.5):
        right = said = 0
        for path, items in zip(paths, found, strict=True):
            answers = {match(item.label, classes) for item in items if item.score >= least} - {None}
            right, said = right + len(answers & there[path.stem]), said + len(answers)
        shown = sum(len(there[path.stem]) for path in paths)
        figures[str(least)] = {"precision": right / said, "recall": right / shown}
    return {"photos": len(paths), **figures}


def mentions(directory: Path, text: str) -> Mapping[str, Any]:
    """Of the photos a kind of stuff is said of, how many have a sentence that names it; and the share that is named.

    People leave most stuff unsaid, so the first is far below precision; compare it with the second, of all photos.
    """
    scenes, said = [], []
    for line in (directory / "splits" / "val.txt").read_text().split():
        path = next((directory / "dataset").glob(f"*/{Path(line).stem}.jpg"))
        scenes.append(_scene(path))
        words = (directory / "sentence" / path.parent.name / f"{path.stem}.txt").read_text().lower()
        said.append({canonical(word.strip(".,")) for word in words.split()})
    found = choose("detections", text).create().predict(scenes, Resources())
    figures = {}
    for label in sorted({item.label for items in found for item in items}):
        named = [canonical(label) in words for words in said]
        row = {"named in all photos": float(np.mean(named))}
        for least in (0.5, 0.7, 0.9):
            mine = [any(i.label == label and i.score >= least for i in items) for items in found]
            hits = [name for name, answer in zip(named, mine, strict=True) if answer]
            row[f"named where said at {least}"] = float(np.mean(hits)) if hits else 0.0
            row[f"photos at {least}"] = len(hits)
        figures[label] = row
    return figures


def _scene(path: Path) -> Scene:
    return Scene(Image(path.stem, str(path), *size(path), ""))


def _from_yolo(row: Sequence[float], image: Image) -> Detection:
    kind, x, y, across, down = row
    left, right = (x - across / 2) * image.width, (x + across / 2) * image.width
    box = Box(left, (y - down / 2) * image.height, right, (y + down / 2) * image.height)
    return Detection(box, ((names()[int(kind)], 1.0),))


if __name__ == "__main__":
    photos, sentences = map(Path, sys.argv[1:])
    measured = {f"nanodet:size={side}": coco(photos, f"nanodet:size={side}:most=100") for side in (416, 512)}
    sizes = {f"nanodet:size={side}, Pascal": pascal(sentences, f"nanodet:size={side}") for side in (416, 512)}
    stuff = {"stuff_head, named in sentences": mentions(sentences, "stuff_head")}
    sys.stdout.write(json.dumps({**measured, **sizes, **stuff}, indent=1) + "\n")
